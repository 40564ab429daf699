using System.Collections.Concurrent;
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
    private const int Attempts = 5;
    private const int PageLength = 1000;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_leastPatience = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan s_patienceOfKey = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_mostPatience = TimeSpan.FromDays(1);

    private readonly ConcurrentDictionary<string, bool> _opened = new(StringComparer.Ordinal);

    /// <summary>What the prefixes of all runs begin with: nothing else is ever removed.</summary>
    public const string PrefixStart = "load-";

    /// <summary>The seed.</summary>
    public long Seed => seed;

    /// <summary>For keys and names of databases.</summary>
    public IEntropy Entropy => entropy;

    /// <summary>Counts the requests and the bytes.</summary>
    public LoadMeter Meter { get; } = MeterOf(store);

    /// <summary>What all keys of the run begin with; ends in a slash.</summary>
    public string Prefix { get; } = $"{PrefixStart}{seed:x16}/";

    /// <summary>The objects, counted.</summary>
    public IDataGateway Data => field ??= new MeteredGateway(store.Data, Meter, leaveOpen: true);

    /// <summary>Whether whole databases can be had, and not objects only.</summary>
    public bool HasDatabases => store.OpenDatabase is not null;

    /// <summary>How long the clean-up may take: the more was put, the longer. There are as many keys as puts at the most.</summary>
    public TimeSpan CleaningPatience => PatienceFor(Meter.Requests.Put);

    /// <summary>How long the removal of some keys may take.</summary>
    public static TimeSpan PatienceFor(long keys) => keys < (s_mostPatience - s_leastPatience) / s_patienceOfKey ? s_leastPatience + (keys * s_patienceOfKey) : s_mostPatience;

    /// <summary>Opens a database of the run, counted, through a handle of its own as another device would have it.</summary>
    /// <exception cref="InvalidOperationException">The address gives objects only.</exception>
    public IDeviceStore OpenDatabase(string name)
    {
        if (store.OpenDatabase is not { } open)
            throw new InvalidOperationException($"{store.Url} gives objects and no heads, so no database can be kept there.");
        _opened[name] = true;
        return new MeteredDevice(open(Prefix, name), Meter);
    }

    /// <summary>Whether something is there under the run's prefix, or in a database that it would open: then it is not the run's own.</summary>
    /// <param name="databases">The names of the databases.</param>
    /// <param name="cancellation">Ends the call.</param>
    public async ValueTask<bool> IsTakenAsync(IEnumerable<string> databases, CancellationToken cancellation)
    {
        if ((await store.Data.ListAsync(Prefix, null, 1, cancellation)).Objects.Count > 0)
            return true;
        if (store.DatabasesAreObjects || !HasDatabases)
            return false;
        int taken = 0;
        await Concurrently.EachAsync(
            databases,
            Parallel,
            async (name, token) =>
            {
                if (await IsThereAsync(name, token))
                    _ = Interlocked.Increment(ref taken);
            },
            cancellation);
        return taken > 0;
    }

    /// <summary>Removes all databases and objects of the run.</summary>
    /// <returns>What is there after that: keys, and the names of databases that could not be removed, each with the reason.</returns>
    public async ValueTask<IReadOnlyList<string>> CleanAsync(CancellationToken cancellation)
    {
        store.Repeated?.TellTo(null);
        ConcurrentBag<string> left = [];
        if (!store.DatabasesAreObjects)
        {
            await Concurrently.EachAsync(
                _opened.Keys,
                Parallel,
                async (name, token) =>
                {
                    foreach (string key in await RemoveAsync(name, token))
                        left.Add(key);
                },
                cancellation);
        }

        await DeleteObjectsAsync(cancellation);
        store.Tidy(Prefix);
        return [.. await ListAsync(store.Data, Prefix, cancellation), .. left.Order(StringComparer.Ordinal)];
    }

    // Page by page: of a long run there are more keys than memory should hold. One that cannot be deleted keeps no other from it; the last listing shows it.
    private async Task DeleteObjectsAsync(CancellationToken cancellation)
    {
        string? after = null;
        do
        {
            ListPage page = await store.Data.ListAsync(Prefix, after, PageLength, cancellation);
            await Concurrently.EachAsync(page.Objects, Parallel, (found, token) => DeleteAsync(found.Key, token), cancellation);
            after = page.After;
        }
        while (after is not null);
    }

    private async Task DeleteAsync(string key, CancellationToken cancellation)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                _ = await store.Data.DeleteAsync(key, null, cancellation);
                return;
            }
            catch (StorageException failure) when (failure.Kind is StorageErrorKind.Throttled or StorageErrorKind.Transient && attempt < Attempts)
            {
                await Task.Delay(s_pause * attempt, cancellation);
            }
            catch (StorageException failure) when (failure.Kind is StorageErrorKind.Throttled or StorageErrorKind.Transient or StorageErrorKind.Ambiguous)
            {
                return;
            }
        }
    }

    private static LoadMeter MeterOf(StoreUnderTest store)
    {
        LoadMeter meter = new();
        store.Repeated?.TellTo(meter.Repeat);
        return meter;
    }

    private async ValueTask<bool> IsThereAsync(string name, CancellationToken cancellation)
    {
        try
        {
            await using IDeviceStore device = store.OpenDatabase!(Prefix, name);
            return (await device.Data.ListAsync("", null, 1, cancellation)).Objects.Count > 0 || (await device.Metadata.ReadAsync(cancellation)).Entries.Length > 0;
        }
        catch (StorageException failure) when (failure.Kind == StorageErrorKind.MissingContainer)
        {
            return false;
        }
    }

    // One that cannot be removed keeps no other from being removed.
    private async Task<IEnumerable<string>> RemoveAsync(string name, CancellationToken cancellation)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                await using IDeviceStore device = store.OpenDatabase!(Prefix, name);
                await device.DestroyAsync(cancellation);
                List<string> left = await ListAsync(device.Data, "", cancellation);
                if ((await device.Metadata.ReadAsync(cancellation)).Entries.Length > 0)
                    left.Add("(heads)");
                return left.Select(key => $"{Prefix}{name}/{key}");
            }
            catch (StorageException failure) when (failure.Kind == StorageErrorKind.MissingContainer)
            {
                return [];
            }
            catch (StorageException failure) when (failure.Kind is StorageErrorKind.Throttled or StorageErrorKind.Transient && attempt < Attempts)
            {
                await Task.Delay(s_pause * attempt, cancellation);
            }
            catch (StorageException failure)
            {
                return [$"{Prefix}{name}, a database that could not be removed: {failure.Message}"];
            }
        }
    }

    private static async Task<List<string>> ListAsync(IDataGateway data, string prefix, CancellationToken cancellation)
    {
        List<string> keys = [];
        await foreach (ObjectInfo found in data.ListAllAsync(prefix, cancellation))
            keys.Add(found.Key);
        return keys;
    }
}
