using System.Collections.Concurrent;
using System.Collections.Immutable;
using FireproofBench.Endpoint.Heads;
using FireproofBench.Endpoint.Push;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Cbor;
using FireproofBench.Engine.Crypto;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Cloud.Protocol;

namespace FireproofBench.Endpoint.Cloud;

/// <summary>One ledger: its heads and keys, which of its files are there, and who waits for news.</summary>
/// <remarks>
/// A head is stored and acknowledged as soon as it comes, and shown to others once the files that it names are there: devices of the reference engine that are shown it earlier fail until they
/// are started again. Keys are entries of a second set of heads, so that they are united by what unites heads.
/// </remarks>
internal sealed class CloudLedger
{
    private const int SpareHeads = 64;
    private static readonly TimeSpan _lateFiles = TimeSpan.FromSeconds(1);

    private readonly string _database;
    private readonly string _keysDatabase;
    private readonly EndpointStores _stores;
    private readonly EndpointOptions _options;
    private readonly HeadHub _hub;
    private readonly Supersession _supersession;
    private readonly RecentFiles _present = new();
    private readonly ConcurrentDictionary<Cid, CloudHead> _heads = new();
    private readonly ConcurrentDictionary<Signal, bool> _waiting = new();
    private volatile KnownKeys? _keys;
    private volatile View? _view;
    private int _arrivals;
    private int _removals;

    /// <summary>A ledger.</summary>
    public CloudLedger(string database, EndpointStores stores, EndpointOptions options, HeadHub hub)
    {
        _database = database;

        // No database of the endpoint's own protocol has a slash in its name: nobody reads keys there.
        _keysDatabase = database + "/keys";
        _stores = stores;
        _options = options;
        _hub = hub;
        _supersession = new Supersession(database, stores.Data);
    }

    /// <summary>The name of its database.</summary>
    public string Database => _database;

    /// <summary>The name of the database of its keys.</summary>
    public string KeysDatabase => _keysDatabase;

    /// <summary>How long is waited before files that were not there are looked for again, beside being told when they come to this endpoint: they may come to another one.</summary>
    public static TimeSpan LateFiles => _lateFiles;

    /// <summary>Whether anybody has asked for news.</summary>
    public bool IsListenedTo => !_waiting.IsEmpty;

    /// <summary>Who has asked for news.</summary>
    /// <param name="waiter">Is woken with each file that comes while heads are held back from it.</param>
    /// <param name="isHeldBack">Whether heads are.</param>
    public void Note(Signal waiter, bool isHeldBack) => _waiting[waiter] = isHeldBack;

    /// <summary>Nobody waits there any more.</summary>
    public void Remove(Signal waiter) => _ = _waiting.TryRemove(waiter, out _);

    /// <summary>What may be shown now: all heads whose files are there, and all keys.</summary>
    /// <returns>The heads and keys, and whether others are held back.</returns>
    public async ValueTask<(CloudMeta Meta, bool HoldsBack)> ReadAsync(CancellationToken cancellation)
    {
        for (bool again = false; ; again = true)
        {
            int arrivals = Volatile.Read(ref _arrivals);
            int removals = Volatile.Read(ref _removals);
            HeadState state = await _stores.Heads.ReadAsync(_database, cancellation);
            KnownKeys keys = await ReadKeysAsync(cancellation);

            // What one subscriber was shown is what all are shown.
            if (_view is { } known && ReferenceEquals(known.State, state) && ReferenceEquals(known.Keys, keys) && known.Removals == removals)
                return (known.Meta, false);
            CloudMeta meta = new(await ShownAsync(state, removals, cancellation), keys.Keys);
            if (meta.Entries.Length == state.Entries.Length)
            {
                _view = new View(state, keys, removals, meta);
                return (meta, false);
            }

            // A file that came while its head was looked at may have been missed. Files of others come all the time: who asks looks again by and by.
            if (again || arrivals == Volatile.Read(ref _arrivals))
                return (meta, true);
        }
    }

    /// <summary>Keeps heads and keys that a client sends. When it returns they are stored.</summary>
    /// <exception cref="StorageException">The store fails; what was not acknowledged may be stored.</exception>
    public async ValueTask<ImmutableArray<PublishedKey>> PublishAsync(CloudMeta meta, CancellationToken cancellation)
    {
        // Keys first: who is shown a head can open its files.
        ImmutableArray<PublishedKey> keys = (await ReadKeysAsync(cancellation)).Keys;
        PublishedKey[] fresh = [.. meta.Keys.Where(key => !keys.Any(former => former.Fingerprint == key.Fingerprint))];
        foreach (PublishedKey key in fresh)
            _ = await _stores.Heads.PublishAsync(_keysDatabase, ToEntry(key), [], _options.MaxHeads, cancellation);
        if (fresh.Length > 0)
            keys = (await ReadKeysAsync(cancellation)).Keys;
        foreach (MetaEntry entry in meta.Entries)
        {
            ImmutableArray<Cid> superseded = await SupersededAsync(entry, keys, cancellation);
            _ = await _stores.Heads.PublishAsync(_database, entry, superseded, _options.MaxHeads, cancellation);
        }

        if (meta.Entries.Length > 0)
            _hub.Tell(_database);

        // The heads may all have been known.
        if (fresh.Length > 0)
            _hub.Tell(_keysDatabase);
        return keys;
    }

    /// <summary>Whether a file that is there is to stay when another one of its name comes: it does when it can be opened with a key of the ledger.</summary>
    public async ValueTask<bool> KeepsAsync(CloudFile file, CancellationToken cancellation)
    {
        if (file.Store == CloudStore.Wal || await _stores.Data.GetAsync(file.InStore, null, cancellation) is not { } found)
            return false;
        ReadOnlySpan<byte> bytes = found.Bytes.Span;
        if (!SealedFile.IsSealed(bytes))
            return file.Cid.Names(bytes);
        KeyFingerprint seal;
        try
        {
            seal = SealedFile.KeyOf(bytes);
        }
        catch (SealException)
        {
            return false;
        }

        return (await ReadKeysAsync(cancellation)).Keys.Any(key => key.Fingerprint == seal);
    }

    /// <summary>A file has come: heads that waited for it are shown.</summary>
    public void Arrived(CloudFile file)
    {
        if (file.Store != CloudStore.Car)
            return;
        _present.Add(file.Cid);
        _ = Interlocked.Increment(ref _arrivals);
        foreach ((Signal waiter, bool isHeldBack) in _waiting)
        {
            if (isHeldBack)
                waiter.Set();
        }
    }

    /// <summary>A file is gone.</summary>
    public void Removed(CloudFile file)
    {
        if (file.Store != CloudStore.Car)
            return;
        Cid gone = file.Cid;
        _ = Interlocked.Increment(ref _removals);
        _present.Remove(gone);
        foreach (CloudHead head in _heads.Values)
        {
            if (head.Group is { } group && group.Cars.Contains(gone))
                head.IsWhole = false;
        }
    }

    private async ValueTask<KnownKeys> ReadKeysAsync(CancellationToken cancellation)
    {
        HeadState state = await _stores.Heads.ReadAsync(_keysDatabase, cancellation);
        if (_keys is { } known && ReferenceEquals(known.State, state))
            return known;
        KnownKeys read = new(state, [.. state.Entries.Select(ToKey).OfType<PublishedKey>()]);
        _keys = read;
        return read;
    }

    private async ValueTask<ImmutableArray<MetaEntry>> ShownAsync(HeadState state, int removals, CancellationToken cancellation)
    {
        ImmutableArray<MetaEntry>.Builder shown = ImmutableArray.CreateBuilder<MetaEntry>(state.Entries.Length);
        foreach (MetaEntry entry in state.Entries)
        {
            CloudHead head = Of(entry);
            if (!head.IsWhole && (head.Group is not { } group || !await AreThereAsync(group.Cars, cancellation)))
                continue;
            shown.Add(entry);

            // Where a file was deleted meanwhile, it is looked for again.
            head.IsWhole = true;
            if (removals != Volatile.Read(ref _removals))
                head.IsWhole = false;
        }

        Trim(state);
        return shown.DrainToImmutable();
    }

    private CloudHead Of(MetaEntry entry) => _heads.GetOrAdd(entry.Cid, static (_, entry) => CloudHead.Of(entry), entry);

    // Heads that went are read again should they come back.
    private void Trim(HeadState state)
    {
        if (_heads.Count <= (2 * state.Entries.Length) + SpareHeads)
            return;
        HashSet<Cid> present = [.. state.Entries.Select(static entry => entry.Cid)];
        foreach (Cid former in _heads.Keys.Where(former => !present.Contains(former)))
            _ = _heads.TryRemove(former, out _);
    }

    private async ValueTask<bool> AreThereAsync(ImmutableArray<Cid> cars, CancellationToken cancellation)
    {
        // A log is looked through with each commit.
        _present.Reserve(cars.Length);
        foreach (Cid car in cars)
        {
            if (_present.Contains(car))
                continue;
            int removals = Volatile.Read(ref _removals);
            if (await _stores.Data.HeadAsync(new CloudFile("GET", _database, CloudStore.Car, car.ToString(), false).InStore, cancellation) is null)
                return false;

            // One that was deleted meanwhile is not remembered.
            _present.Add(car);
            if (removals != Volatile.Read(ref _removals))
                _present.Remove(car);
        }

        return true;
    }

    private async ValueTask<ImmutableArray<Cid>> SupersededAsync(MetaEntry entry, ImmutableArray<PublishedKey> keys, CancellationToken cancellation)
    {
        HeadState state = await _stores.Heads.ReadAsync(_database, cancellation);
        Trim(state);
        if (Of(entry) is not { Group: not null } added)
            return [];
        return await _supersession.FindAsync(
            added, [.. state.Entries.Where(former => former.Cid != entry.Cid).Select(Of)], keys, cars => AreThereAsync(cars, cancellation), cancellation);
    }

    // {key: bytes}, named by its hash: the same key is the same entry, whoever brings it.
    private static MetaEntry ToEntry(PublishedKey key)
    {
        Span<char> text = stackalloc char[PublishedKey.MaxTextLength];
        int length = key.WriteText(text);
        DagCborWriter writer = new(64);
        writer.WriteMapHeader(1);
        writer.WriteText("key"u8);
        writer.WriteBytes(System.Text.Encoding.ASCII.GetBytes(text[..length].ToString()));
        byte[] block = writer.ToArray();
        return new MetaEntry(Cid.Of(CidCodec.DagCbor, block), [], block);
    }

    private static PublishedKey? ToKey(MetaEntry entry)
    {
        try
        {
            DagCborReader reader = new(entry.Data.Span);
            if (reader.ReadMapHeader() != 1)
                return null;
            reader.ReadKey("key"u8);
            return PublishedKey.TryParse(System.Text.Encoding.ASCII.GetString(reader.ReadBytes()), out PublishedKey? key) ? key : null;
        }
        catch (DagCborException)
        {
            return null;
        }
    }

    private sealed record KnownKeys(HeadState State, ImmutableArray<PublishedKey> Keys);

    private sealed record View(HeadState State, KnownKeys Keys, int Removals, CloudMeta Meta);
}
