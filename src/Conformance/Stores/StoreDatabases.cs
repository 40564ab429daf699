using System.Collections.Concurrent;
using System.Collections.Immutable;
using FireproofBench.Engine;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Memory;

namespace FireproofBench.Conformance.Stores;

/// <summary>The databases that one check keeps on the store under test: all of one name and key, so that they can be replicas of each other.</summary>
/// <param name="open">Opens a device store below a prefix; null where the store has no place for heads.</param>
/// <param name="prefix">The prefix of the check, ending in <c>/</c>.</param>
/// <param name="entropy">Seeded: keys protect nothing here, and a run has to replay.</param>
/// <param name="meter">Counts the requests.</param>
/// <param name="time">The clock of the run.</param>
/// <param name="writes">What the clients of the check did, when answers are to be waited for until they show it; null when they are taken as they come.</param>
internal sealed class StoreDatabases(Func<string, string, IDeviceStore>? open, string prefix, IEntropy entropy, RequestMeter meter, TimeProvider time, SettledWrites? writes = null)
{
    private const string Name = "conform";
    private const int Attempts = 5;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);
    private readonly ConcurrentDictionary<string, bool> _places = new(StringComparer.Ordinal);

    /// <summary>The keys of the databases of the check.</summary>
    public MemoryKeyBag Bag { get; } = new();

    /// <summary>The name that the keys have in the bag.</summary>
    public static string KeyName { get; } = $"@{Name}-data@";

    /// <summary>A handle of its own on the database of a place. Counted, patient with throttling.</summary>
    /// <param name="place">Tells the databases of the check apart: lower-case letters and digits.</param>
    public IDeviceStore Device(string place)
    {
        _places[place] = true;
        return new ObservedDevice((open ?? throw new InvalidOperationException("the clause does not say that it needs databases"))(prefix, place), meter, time, writes, prefix + place);
    }

    /// <summary>A database in the memory of this process: the device of somebody who has the store under test as remote only.</summary>
    public IDeviceStore Elsewhere() => new MemoryDeviceStore(Name, time);

    /// <summary>Opens the database of a place through a handle of its own, with nothing in memory.</summary>
    public ValueTask<Database> OpenAsync(
        string place, CancellationToken cancellation, CompactionMode compaction = CompactionMode.Manual, long cacheLength = 64 << 20) =>
        OpenAsync(Device(place), cancellation, compaction, cacheLength);

    /// <summary>Opens a database on a device store, which it then owns.</summary>
    /// <param name="device">The device store.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <param name="compaction">When files are merged.</param>
    /// <param name="cacheLength">Bytes of files that are kept in memory.</param>
    /// <param name="bag">Keys of its own; null for those of the check.</param>
    /// <param name="clock">A clock of its own; null for that of the run.</param>
    public ValueTask<Database> OpenAsync(
        IDeviceStore device, CancellationToken cancellation, CompactionMode compaction = CompactionMode.Manual, long cacheLength = 64 << 20,
        MemoryKeyBag? bag = null, TimeProvider? clock = null) =>
        Database.OpenAsync(
            Name,
            device,
            new DatabaseOptions { KeyBag = bag ?? Bag, Entropy = entropy, Time = clock ?? time, Compaction = compaction, CacheLength = cacheLength },
            cancellation);

    /// <summary>A handle that somebody else has on the database of a place. Counted, patient with throttling.</summary>
    /// <param name="place">Tells the databases of the check apart.</param>
    /// <param name="access">Who it is; it opens databases.</param>
    public IDeviceStore Device(string place, StoreAccess access)
    {
        _places[place] = true;
        return new ObservedDevice(access.OpenDatabase!(prefix, place), meter, time, writes, prefix + place);
    }

    /// <summary>Removes the databases and looks whether anything of them is left.</summary>
    /// <param name="keep">Remove nothing; only look.</param>
    /// <returns>What is left, as keys of the store.</returns>
    public async Task<ImmutableArray<string>> EndAsync(bool keep)
    {
        ImmutableArray<string>.Builder left = ImmutableArray.CreateBuilder<string>();
        foreach (string place in _places.Keys.Order(StringComparer.Ordinal))
            left.AddRange(await EndAsync(place, keep));
        return left.ToImmutable();
    }

    // A busy store is asked again; when it stays silent nothing is known of the place, and it is told as left.
    private async Task<IEnumerable<string>> EndAsync(string place, bool keep)
    {
        using CancellationTokenSource patience = new(s_patience, time);
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                await using IDeviceStore device = open!(prefix, place);
                if (!keep)
                    await device.DestroyAsync(patience.Token);
                return (await LeftAsync(device, patience.Token)).Select(key => $"{prefix}{place}/{key}");
            }
            catch (StorageException failure) when (failure.Kind == StorageErrorKind.MissingContainer)
            {
                // It was never made, or is gone with its container.
                return [];
            }
            catch (StorageException failure) when (failure.Kind is StorageErrorKind.Throttled or StorageErrorKind.Transient && attempt < Attempts)
            {
                await Task.Delay(s_pause * attempt, time, CancellationToken.None);
            }
            catch (Exception failure) when (failure is StorageException or OperationCanceledException)
            {
                return [prefix + place];
            }
        }
    }

    private static async Task<List<string>> LeftAsync(IDeviceStore device, CancellationToken cancellation)
    {
        List<string> left = [];
        await foreach (ObjectInfo found in device.Data.ListAllAsync("", cancellation))
            left.Add(found.Key);
        if ((await device.Metadata.ReadAsync(cancellation)).Entries.Length > 0)
            left.Add("(heads)");
        return left;
    }
}
