using System.Collections.Immutable;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Compaction;
using FireproofBench.Engine.Crypto;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Storage;

namespace FireproofBench.Engine;

/// <summary>
/// A Fireproof database on one device: documents in encrypted, immutable files behind a Merkle clock. Every member may be called by any number of
/// callers at once.
/// </summary>
/// <remarks>
/// Byte-compatible with the reference engine @fireproof/core 0.24.19 in both directions. Reads see the newest state that this object knows;
/// writes first take in what other processes wrote to the same device store. Failures of the store are <see cref="StorageException"/>, of the key
/// bag <see cref="KeyBagException"/>, of a document <see cref="Documents.InvalidDocumentException"/>; a block that no file holds is
/// <see cref="MissingBlockException"/>. After a failed write nothing of it is visible; only when the failure is Ambiguous the next read tells whether it was done.
/// </remarks>
public sealed partial class Database : IAsyncDisposable
{
    private readonly IDeviceStore _store;
    private readonly DatabaseOptions _options;
    private readonly KeyRing? _keys;
    private readonly DatabaseKeys? _bagKeys;
    private readonly DataFiles _files;
    private readonly BlockStore _blocks;
    private readonly Ledger _ledger;
    private readonly Committer _committer;
    private readonly Compactor _compactor;
    private readonly OpenWalks _walks = new();
    private bool _closed;
    private long _merges;

    // The heads that links and subscribers were told last, or are about to be told by whoever met them. Changes under the lock of the writes.
    private ImmutableArray<Cid> _told = [];

    private Database(string name, IDeviceStore store, DatabaseOptions options, KeyRing? keys)
    {
        Name = name;
        _store = store;
        _options = options;
        _keys = keys;
        _remotes = new RemoteFiles(options.Time);
        _bagKeys = keys is null ? null : new DatabaseKeys(name, options.KeyBag!, keys, options.Mode == OpenMode.ReadOnly);
        _files = new DataFiles(store.Data, keys) { Remotes = _remotes, Marks = store.CommitLock.KeepsAllOut ? null : options.Entropy };
        _blocks = new BlockStore(_files, options.CacheLength);
        _ledger = new Ledger(_blocks, WithKeys(store.Metadata, publishes: false));
        _committer = new Committer(_ledger, _files, store.WriteAheadLog);
        var replaced = new ReplacedFiles(_ledger, _files, _walks, store.CommitLock.KeepsAllOut ? null : options.LeastAgeOfReplaced);
        _compactor = new Compactor(_ledger, _files, _committer, store.CommitLock, _writing, replaced, TellOfOthersAsync, options.Entropy);
    }

    /// <summary>The name of the database.</summary>
    public string Name { get; }

    /// <summary>The heads of the clock that this object knows, sorted by their text: none for an empty database, several after writes side by side.</summary>
    public ImmutableArray<Cid> Heads => _ledger.State.Heads;

    /// <summary>The groups of data files, newest first: the length is what compaction keeps short.</summary>
    public ImmutableArray<CarGroup> Log => _ledger.State.Log;

    /// <summary>Why the newest automatic compaction failed; null when it did not. Writes go on without it.</summary>
    public Exception? CompactionFailure => _compactor.Failure;

    /// <summary>How often this object merged files of the log since it was opened, a few beside a commit or the whole log; what other devices merged is not among it.</summary>
    public long Compactions => _compactor.Count;

    /// <summary>How often this object took in what others wrote since it was opened: from an attached store, in a synchronisation, or from other processes at the same device store.</summary>
    public long Merges => Interlocked.Read(ref _merges);

    /// <summary>Opens a database, or begins one: a new key is made only where there is neither a head nor a file.</summary>
    /// <param name="name">The name; it is part of the name of the key.</param>
    /// <param name="store">The device store. The database disposes of it; when opening fails it stays the caller's.</param>
    /// <param name="options">What the database needs of the outside.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <exception cref="KeyBagException">The database exists, and its key is not in the bag; or the bag's item cannot be used.</exception>
    /// <exception cref="StorageException">
    /// The store cannot be read or prepared, or holds something else than a database. MissingContainer when there is none, and the mode is not to begin one.
    /// </exception>
    public static async ValueTask<Database> OpenAsync(string name, IDeviceStore store, DatabaseOptions options, CancellationToken cancellation = default)
    {
        if (options.Mode != OpenMode.Create)
            await RequireAsync(name, store, cancellation);
        if (options.Mode != OpenMode.ReadOnly)
            await store.PrepareAsync(cancellation);
        KeyRing? keys = options.KeyBag is null ? null : await FindKeysAsync(name, store, options, cancellation);
        var database = new Database(name, store, options, keys);
        try
        {
            await database._ledger.RefreshAsync(cancellation);
            database._told = database.Heads;
            return database;
        }
        catch
        {
            keys?.Dispose();
            throw;
        }
    }

    /// <summary>Takes in what other processes wrote to the same device store.</summary>
    /// <returns>Whether there was anything new.</returns>
    public async ValueTask<bool> RefreshAsync(CancellationToken cancellation = default)
    {
        ThrowIfClosed();
        bool isNew;
        bool isUntold;
        using (await _writing.AcquireAsync())
        {
            ImmutableArray<Cid> before = Heads;
            await _ledger.RefreshAsync(cancellation);
            isNew = !before.SequenceEqual(Heads);
            isUntold = TakeUntold();
        }

        if (isUntold)
            Notify([]);
        return isNew;
    }

    /// <summary>Waits for writes that are under way, then closes the store and erases the keys from memory.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_closed)
            return;
        await SettleAsync();
        await _store.DisposeAsync();
        _keys?.Dispose();
    }

    /// <summary>Removes every file of the database and closes it, also when that fails or is cancelled. The key stays in the bag.</summary>
    public async ValueTask DestroyAsync(CancellationToken cancellation = default)
    {
        ThrowIfNotWritable();
        await SettleAsync();
        try
        {
            await using (await _store.CommitLock.AcquireAsync(cancellation))
                await _store.DestroyAsync(cancellation);
        }
        finally
        {
            await _store.DisposeAsync();
            _keys?.Dispose();
        }
    }

    /// <summary>Looks whether there is a database, also an empty one, and makes nothing.</summary>
    /// <exception cref="StorageException">MissingContainer when there is none.</exception>
    internal static async ValueTask RequireAsync(string name, IDeviceStore store, CancellationToken cancellation)
    {
        try
        {
            if ((await store.Metadata.ReadAsync(cancellation)).Entries.Length > 0)
                return;
        }
        catch (StorageException e) when (e.Kind == StorageErrorKind.Corrupt)
        {
            // A damaged database is there all the same.
            return;
        }

        if ((await store.Data.ListAsync(DataFiles.Prefix, null, 1, cancellation)).Objects.Count == 0)
            throw new StorageException(StorageErrorKind.MissingContainer, "open", name, "there is no database of this name");
    }

    /// <summary>Reads the keys of an existing database.</summary>
    /// <exception cref="KeyBagException">The key is not in the bag, or the bag's item cannot be used.</exception>
    internal static async ValueTask<KeyRing> ReadKeysAsync(string name, IKeyBag bag, CancellationToken cancellation) =>
        await DatabaseKeys.ReadAsync(name, bag, cancellation) ?? throw KeyIsMissing(name);

    // No new write can come any more; those that wait are carried out, and the last of them may begin a merge. A rollback is in no queue.
    private async ValueTask SettleAsync()
    {
        await DetachAllAsync();
        await CloseQueueAsync();
        (await _writing.AcquireAsync()).Dispose();
        await _compactor.CloseAsync();
    }

    private static async ValueTask<KeyRing> FindKeysAsync(string name, IDeviceStore store, DatabaseOptions options, CancellationToken cancellation)
    {
        if (options.Mode != OpenMode.Create)
            return await ReadKeysAsync(name, options.KeyBag!, cancellation);
        if (await DatabaseKeys.ReadAsync(name, options.KeyBag!, cancellation) is { } there)
            return there;

        // Two processes that begin one database at once must agree on its key.
        await using (await store.CommitLock.AcquireAsync(cancellation))
        {
            if (await DatabaseKeys.ReadAsync(name, options.KeyBag!, cancellation) is { } made)
                return made;
            if (await HoldsDataAsync(store, cancellation))
                throw KeyIsMissing(name);
            using FileKey key = FileKey.Create(options.Entropy);
            return await DatabaseKeys.ChangeAsync(DatabaseKeys.NameOf(name), options.KeyBag!, former => former ?? new KeyRing(key.Copy()), cancellation);
        }
    }

    private static KeyBagException KeyIsMissing(string name) => new(
        DatabaseKeys.NameOf(name), $"the database '{name}' exists, but its key is not in the bag: name the bag that holds it, or bring the key; a new key could not open the files");

    private static async ValueTask<bool> HoldsDataAsync(IDeviceStore store, CancellationToken cancellation)
    {
        if ((await store.Metadata.ReadAsync(cancellation)).Entries.Length > 0)
            return true;
        await foreach (ObjectInfo file in store.Data.ListAllAsync(DataFiles.Prefix, cancellation))
        {
            if (file.Key.EndsWith(DataFiles.Suffix, StringComparison.Ordinal))
                return true;
        }

        return false;
    }

    private void ThrowIfClosed() => ObjectDisposedException.ThrowIf(_closed, this);

    private void ThrowIfNotWritable()
    {
        ThrowIfClosed();
        if (_options.Mode == OpenMode.ReadOnly)
            throw new InvalidOperationException($"The database '{Name}' was opened to be read only.");
    }
}
