using System.Collections.Concurrent;
using FireproofBench.Endpoint.Objects;
using FireproofBench.Endpoint.Push;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Endpoint.Cloud;

/// <summary>All ledgers that somebody asked for since the endpoint began.</summary>
internal sealed class CloudLedgers(EndpointStores stores, EndpointOptions options, HeadHub hub)
{
    private readonly ConcurrentDictionary<string, CloudLedger> _ledgers = new(StringComparer.Ordinal);

    /// <summary>The ledger with a database of this name.</summary>
    /// <exception cref="StorageException">InvalidName: no database can have it.</exception>
    public CloudLedger Of(string database)
    {
        if (_ledgers.TryGetValue(database, out CloudLedger? known))
            return known;
        ObjectNames.CheckDatabase(database);
        return _ledgers.GetOrAdd(database, name => new CloudLedger(name, stores, options, hub));
    }
}
