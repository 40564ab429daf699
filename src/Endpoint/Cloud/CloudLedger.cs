using System.Collections.Concurrent;
using System.Collections.Immutable;
using FireproofBench.Endpoint.Heads;
using FireproofBench.Endpoint.Push;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Car;
using FireproofBench.Engine.Cbor;
using FireproofBench.Engine.Crypto;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Storage;
using FireproofBench.Gateways.Cloud.Protocol;

namespace FireproofBench.Endpoint.Cloud;

/// <summary>One ledger: its heads and keys, which of its files are there, and who waits for news.</summary>
/// <remarks>
/// A head is stored and acknowledged as soon as it comes, and shown to others once the files that it names are there: devices of the reference engine that are shown it earlier fail until they
/// are started again. Keys are entries of a second set of heads, so that they are united by what unites heads.
/// </remarks>
internal sealed class CloudLedger
{
    private const int MaxPresent = 100_000;
    private const int LongestFileForItsHeader = 1 << 20;
    private static readonly TimeSpan _lateFiles = TimeSpan.FromSeconds(1);

    private readonly string _database;
    private readonly string _keysDatabase;
    private readonly EndpointStores _stores;
    private readonly EndpointOptions _options;
    private readonly HeadHub _hub;
    private readonly ConcurrentDictionary<Cid, bool> _present = new();
    private readonly ConcurrentDictionary<Signal, bool> _waiting = new();
    private (HeadState State, ImmutableArray<PublishedKey> Keys)? _keys;
    private int _arrivals;
    private volatile bool _holdsBack;

    /// <summary>A ledger.</summary>
    public CloudLedger(string database, EndpointStores stores, EndpointOptions options, HeadHub hub)
    {
        _database = database;

        // No database of the endpoint's own protocol has a slash in its name: nobody reads keys there.
        _keysDatabase = database + "/keys";
        _stores = stores;
        _options = options;
        _hub = hub;
    }

    /// <summary>The name of its database.</summary>
    public string Database => _database;

    /// <summary>How long is waited before files that were not there are looked for again, beside being told when they come to this endpoint: they may come to another one.</summary>
    public static TimeSpan LateFiles => _lateFiles;

    /// <summary>Who has asked for news: is woken with each file and each key that comes.</summary>
    public void Add(Signal waiter) => _waiting[waiter] = true;

    /// <summary>Nobody waits there any more.</summary>
    public void Remove(Signal waiter) => _ = _waiting.TryRemove(waiter, out _);

    /// <summary>What may be shown now: all heads whose files are there, and all keys.</summary>
    /// <returns>The heads and keys, and whether others are held back.</returns>
    public async ValueTask<(CloudMeta Meta, bool HoldsBack)> ReadAsync(CancellationToken cancellation)
    {
        while (true)
        {
            int arrivals = Volatile.Read(ref _arrivals);
            HeadState state = await _stores.Heads.ReadAsync(_database, cancellation);
            ImmutableArray<MetaEntry>.Builder shown = ImmutableArray.CreateBuilder<MetaEntry>(state.Entries.Length);
            foreach (MetaEntry entry in state.Entries)
            {
                if (await HasFilesAsync(entry, cancellation))
                    shown.Add(entry);
            }

            _holdsBack = shown.Count < state.Entries.Length;

            // A file that came while its head was looked at woke nobody.
            if (!_holdsBack || arrivals == Volatile.Read(ref _arrivals))
                return (new CloudMeta(shown.ToImmutable(), await ReadKeysAsync(cancellation)), _holdsBack);
        }
    }

    /// <summary>Keeps heads and keys that a client sends. When it returns they are stored.</summary>
    /// <exception cref="StorageException">The store fails; what was not acknowledged may be stored.</exception>
    public async ValueTask<ImmutableArray<PublishedKey>> PublishAsync(CloudMeta meta, CancellationToken cancellation)
    {
        // Keys first: who is shown a head can open its files.
        ImmutableArray<PublishedKey> keys = await ReadKeysAsync(cancellation);
        PublishedKey[] fresh = [.. meta.Keys.Where(key => !keys.Any(former => former.Fingerprint == key.Fingerprint))];
        foreach (PublishedKey key in fresh)
            _ = await _stores.Heads.PublishAsync(_keysDatabase, ToEntry(key), [], _options.MaxHeads, cancellation);
        if (fresh.Length > 0)
            keys = await ReadKeysAsync(cancellation);
        foreach (MetaEntry entry in meta.Entries)
        {
            ImmutableArray<Cid> superseded = await SupersededAsync(entry, keys, cancellation);
            _ = await _stores.Heads.PublishAsync(_database, entry, superseded, _options.MaxHeads, cancellation);
        }

        if (meta.Entries.Length > 0)
            _hub.Tell(_database);

        // The hub tells of heads only, and these may all have been known.
        if (fresh.Length > 0)
            WakeAll();
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

        return (await ReadKeysAsync(cancellation)).Any(key => key.Fingerprint == seal);
    }

    /// <summary>A file has come: heads that waited for it are shown.</summary>
    public void Arrived(CloudFile file)
    {
        if (file.Store != CloudStore.Car)
            return;
        Note(file.Cid);
        _ = Interlocked.Increment(ref _arrivals);
        if (_holdsBack)
            WakeAll();
    }

    /// <summary>A file is gone.</summary>
    public void Removed(CloudFile file) => _ = _present.TryRemove(file.Cid, out _);

    private void WakeAll()
    {
        foreach (Signal waiter in _waiting.Keys)
            waiter.Set();
    }

    private async ValueTask<ImmutableArray<PublishedKey>> ReadKeysAsync(CancellationToken cancellation)
    {
        HeadState state = await _stores.Heads.ReadAsync(_keysDatabase, cancellation);
        if (_keys is { } known && ReferenceEquals(known.State, state))
            return known.Keys;
        ImmutableArray<PublishedKey> keys = [.. state.Entries.Select(ToKey).OfType<PublishedKey>()];
        _keys = (state, keys);
        return keys;
    }

    private async ValueTask<bool> HasFilesAsync(MetaEntry entry, CancellationToken cancellation)
    {
        CarGroup group;
        try
        {
            group = MetaPayload.Read(entry);
        }
        catch (MalformedBlockException)
        {
            // It came by the endpoint's own protocol, which does not look into heads. A client of this one would end its subscription over it.
            return false;
        }

        foreach (Cid car in group.Cars)
        {
            if (!await HasAsync(car, cancellation))
                return false;
        }

        return true;
    }

    private async ValueTask<bool> HasAsync(Cid car, CancellationToken cancellation)
    {
        if (_present.ContainsKey(car))
            return true;
        if (await _stores.Data.HeadAsync(new CloudFile("GET", _database, CloudStore.Car, car.ToString(), false).InStore, cancellation) is null)
            return false;
        Note(car);
        return true;
    }

    private void Note(Cid car)
    {
        if (_present.Count >= MaxPresent)
            _present.Clear();
        _present[car] = true;
    }

    // A head is replaced by one whose own log names its files, all of which are there: the log is in the file, which the ledger's keys open. What parents say is no help: clients name as
    // parents what they were shown, before they merged it. What the file says that its compaction replaced is left: the reference engine can name files there whose content it did not take
    // over. Where the file cannot be read nothing is replaced; a client passes over what it knows.
    private async ValueTask<ImmutableArray<Cid>> SupersededAsync(MetaEntry entry, ImmutableArray<PublishedKey> keys, CancellationToken cancellation)
    {
        HeadState state = await _stores.Heads.ReadAsync(_database, cancellation);
        if (state.Entries.IsEmpty || await ReadHeaderAsync(MetaPayload.Read(entry).First, keys, cancellation) is not { } header)
            return [];
        HashSet<CarGroup> log = [.. header.Cars];
        ImmutableArray<Cid> superseded = [.. state.Entries.Where(former => former.Cid != entry.Cid && log.Contains(MetaPayload.Read(former))).Select(static former => former.Cid)];
        if (superseded.IsEmpty)
            return [];
        foreach (Cid car in log.SelectMany(static group => group.Cars))
        {
            if (!await HasAsync(car, cancellation))
                return [];
        }

        return superseded;
    }

    private async ValueTask<CarHeader?> ReadHeaderAsync(Cid car, ImmutableArray<PublishedKey> keys, CancellationToken cancellation)
    {
        string key = new CloudFile("GET", _database, CloudStore.Car, car.ToString(), false).InStore;
        if (await _stores.Data.HeadAsync(key, cancellation) is not { Length: <= LongestFileForItsHeader } || await _stores.Data.GetAsync(key, null, cancellation) is not { } content)
            return null;
        try
        {
            return CarHeader.ReadStored(content.Bytes, car, keys);
        }
        catch (Exception unreadable) when (unreadable is SealException or CarException)
        {
            return null;
        }
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
}
