using System.Collections.Concurrent;
using System.Collections.Immutable;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Waiting;

namespace FireproofBench.Gateways.Simulated.Faults;

/// <summary>C: conditions that are not what they seem.</summary>
internal static class ConditionFaults
{
    public static ImmutableArray<SimulatedFault> All { get; } =
    [
        new("C01", "If-None-Match ignored", "A put of a key that has to be free overwrites what is there.", static setting => Putting((store, key, body, condition, token) =>
            store.PutAsync(key, body, condition.IsIfAbsent && setting.Strikes() ? PutCondition.None : condition, token))) { Killers = ["CAS-01", "CAS-02"] },
        new("C02", "If-Match ignored", "A put over a version that is no longer there overwrites what is.", static setting => Putting((store, key, body, condition, token) =>
            store.PutAsync(key, body, condition.Version is not null && setting.Strikes() ? PutCondition.None : condition, token))) { Killers = ["CAS-01", "CAS-04"] },
        new("C04", "a lock in each node", "Each endpoint keeps creators of one key apart, and knows nothing of those at another.", Nodes) { Killers = ["CAS-03"], Lag = TimeSpan.FromMilliseconds(4) },
        new("C05", "If-Match on an absent key creates", "A put over a version of an object that is not there creates it.", static setting => Putting(async (store, key, body, condition, token) =>
            await store.PutAsync(key, body, condition.Version is not null && await store.HeadAsync(key, token) is null && setting.Strikes() ? PutCondition.None : condition, token)))
            { Killers = ["CAS-05"] },
        new("C07", "a told version is refused", "The version that the store tells is quoted, and only the bare one is taken as a condition.", static setting => new StoreBehaviour
        {
            Store = sound => new BentGateway(sound)
            {
                OnPut = async (store, key, body, condition, token) => Quoted(await store.PutAsync(key, body, condition, token)),
                OnGet = async (store, key, range, token) => await store.GetAsync(key, range, token) is { } content ? content with { Info = Quoted(content.Info) } : null,
                OnHead = async (store, key, token) => await store.HeadAsync(key, token) is { } info ? Quoted(info) : null,
            },
        }) { Killers = ["CAS-06"] },
        new("C09", "conditional delete without a condition", "A delete of a version deletes whatever is there.", static setting => new StoreBehaviour
        {
            Store = sound => new BentGateway(sound) { OnDelete = (store, key, version, token) => store.DeleteAsync(key, setting.Strikes() ? null : version, token) },
        }) { Killers = ["CAS-07"] },
        new("C11", "unconditional without a quorum", "A store that has lost its quorum takes conditional puts as plain ones.", static _ => new StoreBehaviour
        {
            Quorum = static (data, isDegraded) => new BentGateway(data)
            {
                OnPut = (store, key, body, condition, token) => store.PutAsync(key, body, isDegraded() ? PutCondition.None : condition, token),
            },
        }) { Killers = ["CAS-10"] },
        new("C10", "phantom loss", "A conditional put is carried out, its answer lost, and the repetition told that somebody else was first.", static setting => Putting(
            async (store, key, body, condition, token) =>
            {
                string version = await store.PutAsync(key, body, condition, token);
                return condition == PutCondition.None || !setting.Strikes()
                    ? version
                    : throw new StorageException(StorageErrorKind.PreconditionFailed, "put", key, "status 412 PreconditionFailed");
            })) { Killers = ["CAS-02", "CAS-04", "CAS-08"], Rate = 0.2 },
    ];

    private static StoreBehaviour Putting(Func<IDataGateway, string, ReadOnlyMemory<byte>, PutCondition, CancellationToken, ValueTask<string>> put) =>
        new() { Store = sound => new BentGateway(sound) { OnPut = put } };

    private static string Quoted(string version) => $"\"{version}\"";

    private static ObjectInfo Quoted(ObjectInfo info) => info with { Version = Quoted(info.Version) };

    private static StoreBehaviour Nodes(FaultSetting setting)
    {
        ConcurrentDictionary<int, FifoGate> locks = new();
        return new StoreBehaviour
        {
            Endpoint = (shared, endpoint) => new BentGateway(shared)
            {
                OnPut = async (store, key, body, condition, token) =>
                {
                    if (!condition.IsIfAbsent || !setting.Strikes())
                        return await store.PutAsync(key, body, condition, token);
                    FifoGate gate = locks.GetOrAdd(endpoint, static _ => new FifoGate());
                    await gate.EnterAsync(token);
                    try
                    {
                        if (await store.HeadAsync(key, token) is not null)
                            throw new StorageException(StorageErrorKind.PreconditionFailed, "put", key, "the object exists");
                        await setting.WaitAsync(token);
                        return await store.PutAsync(key, body, PutCondition.None, token);
                    }
                    finally
                    {
                        gate.Leave();
                    }
                },
            },
        };
    }
}
