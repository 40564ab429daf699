using FireproofBench.Conformance.Stores;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Load.Scenarios;

/// <summary>The part of a store that a run has for itself.</summary>
/// <param name="store">The store.</param>
/// <param name="seed">The seed of the run; names its prefix too.</param>
/// <param name="entropy">For keys and names of databases.</param>
internal sealed class LoadTarget(StoreUnderTest store, long seed, IEntropy entropy)
{
    private const int Parallel = 16;

    /// <summary>What the prefixes of all runs begin with: nothing else is ever removed.</summary>
    public const string PrefixStart = "load-";

    /// <summary>The seed.</summary>
    public long Seed => seed;

    /// <summary>For keys and names of databases.</summary>
    public IEntropy Entropy => entropy;

    /// <summary>Counts the requests and the bytes.</summary>
    public LoadMeter Meter { get; } = new();

    /// <summary>What all keys of the run begin with; ends in a slash.</summary>
    public string Prefix { get; } = $"{PrefixStart}{seed:x16}/";

    /// <summary>The objects, counted.</summary>
    public IDataGateway Data => field ??= new MeteredGateway(store.Data, Meter, leaveOpen: true);

    /// <summary>Whether whole databases can be had, and not objects only.</summary>
    public bool HasDatabases => store.OpenDatabase is not null;

    /// <summary>Opens a database of the run, counted, through a handle of its own as another device would have it.</summary>
    /// <exception cref="InvalidOperationException">The address gives objects only.</exception>
    public IDeviceStore OpenDatabase(string name) => store.OpenDatabase is { } open
        ? new MeteredDevice(open(Prefix, name), Meter)
        : throw new InvalidOperationException($"{store.Url} gives objects and no heads, so no database can be kept there.");

    /// <summary>Whether something is there under the run's prefix: then it is not the run's own.</summary>
    public async ValueTask<bool> IsTakenAsync(CancellationToken cancellation) => (await store.Data.ListAsync(Prefix, null, 1, cancellation)).Objects.Count > 0;

    /// <summary>Removes all objects of the run, and gives what is there after that.</summary>
    public async ValueTask<IReadOnlyList<string>> CleanAsync(CancellationToken cancellation)
    {
        await Concurrently.EachAsync(
            await ListAsync(cancellation), Parallel, async (key, token) => _ = await store.Data.DeleteAsync(key, null, token), cancellation);
        store.Tidy(Prefix);
        return await ListAsync(cancellation);
    }

    private async Task<List<string>> ListAsync(CancellationToken cancellation)
    {
        List<string> keys = [];
        await foreach (ObjectInfo found in store.Data.ListAllAsync(Prefix, cancellation))
            keys.Add(found.Key);
        return keys;
    }
}
