using System.Collections.Concurrent;
using FireproofBench.Endpoint.Objects;
using FireproofBench.Endpoint.Push;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Endpoint.Cloud;

/// <summary>The ledgers that somebody asked for since the endpoint began. Those that nobody listens to are forgotten when they become many: what they know they find again.</summary>
internal sealed class CloudLedgers(EndpointStores stores, EndpointOptions options, HeadHub hub)
{
    private const int Many = 10_000;

    private readonly ConcurrentDictionary<string, CloudLedger> _ledgers = new(StringComparer.Ordinal);
    private int _many = Many;

    /// <summary>The ledger with a database of this name.</summary>
    /// <exception cref="StorageException">InvalidName: no database can have it.</exception>
    public CloudLedger Of(string database)
    {
        if (_ledgers.TryGetValue(database, out CloudLedger? known))
            return known;
        ObjectNames.CheckDatabase(database);
        if (_ledgers.Count >= Volatile.Read(ref _many))
            Forget();
        return _ledgers.GetOrAdd(database, name => new CloudLedger(name, stores, options, hub));
    }

    private void Forget()
    {
        foreach ((string name, CloudLedger ledger) in _ledgers)
        {
            if (!ledger.IsListenedTo)
                _ = _ledgers.TryRemove(name, out _);
        }

        Volatile.Write(ref _many, Math.Max(Many, 2 * _ledgers.Count));
    }
}
