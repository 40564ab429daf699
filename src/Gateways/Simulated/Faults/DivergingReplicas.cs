using System.Collections.Concurrent;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Memory;

namespace FireproofBench.Gateways.Simulated.Faults;

/// <summary>A replica for each endpoint. A write goes to its own first and to the others a while later, in whatever order it gets there; nothing puts that right afterwards.</summary>
internal sealed class DivergingReplicas(FaultSetting setting)
{
    private readonly ConcurrentDictionary<int, MemoryDataGateway> _replicas = new();

    /// <summary>The store as an endpoint shows it.</summary>
    public IDataGateway Open(IDataGateway unused, int endpoint)
    {
        MemoryDataGateway own = _replicas.GetOrAdd(endpoint, _ => new MemoryDataGateway(setting.Time));
        return new BentGateway(own)
        {
            OnPut = async (store, key, body, condition, token) =>
            {
                string version = await store.PutAsync(key, body, condition, token);
                await setting.WaitAsync(CancellationToken.None);
                foreach (MemoryDataGateway other in Others(endpoint))
                    _ = await other.PutAsync(key, body, PutCondition.None, CancellationToken.None);
                return version;
            },
            OnDelete = async (store, key, version, token) =>
            {
                bool deleted = await store.DeleteAsync(key, version, token);
                foreach (MemoryDataGateway other in Others(endpoint))
                    _ = await other.DeleteAsync(key, null, CancellationToken.None);
                return deleted;
            },
        };
    }

    private IEnumerable<MemoryDataGateway> Others(int endpoint) => _replicas.Where(replica => replica.Key != endpoint).OrderBy(static replica => replica.Key).Select(static replica => replica.Value);
}
