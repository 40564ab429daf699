using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Filesystem;
using FireproofBench.Gateways.Heads;
using FireproofBench.Gateways.Layout;
using FireproofBench.Gateways.Memory;
using FireproofBench.Gateways.Wrapping;

namespace FireproofBench.Gateways.Remote;

/// <summary>One database whose only place is a store of objects: <c>NAME/data/…</c> and <c>NAME/meta/…</c>, as in a folder.</summary>
/// <remarks>
/// The commit lock holds within this instance only: between processes heads need none, each writer's stands beside the others'. The upload log is in memory, since
/// there is nothing to upload. A folder that is copied into the store opens, and the other way round.
/// </remarks>
public sealed class RemoteDeviceStore : IDeviceStore
{
    private const int PageLength = 1000;
    private const int Parallel = 16;

    private static readonly string[] _versionFiles = ["data/version", "meta/version"];

    private readonly IDataGateway _store;
    private readonly bool _ownsStore;

    /// <summary>A database below a store, with its heads among its objects. Nothing is read or written yet.</summary>
    /// <param name="store">The store that holds databases.</param>
    /// <param name="databaseName">The database: one segment of a key.</param>
    /// <param name="options">Clock and randomness.</param>
    /// <param name="form">How the heads are kept.</param>
    /// <param name="ownsStore">Whether the store is disposed of with this.</param>
    /// <param name="learn">Makes the store's traits complete, for <see cref="HeadsForm.Automatic"/>; null where they are so from the start.</param>
    /// <exception cref="StorageException">InvalidName.</exception>
    public RemoteDeviceStore(
        IDataGateway store,
        string databaseName,
        GatewayOptions options,
        HeadsForm form = HeadsForm.MultiObject,
        bool ownsStore = false,
        Func<CancellationToken, ValueTask>? learn = null)
    {
        DatabaseName.Check(databaseName, ReservedFolder.Name);
        _store = store;
        _ownsStore = ownsStore;
        Data = new PrefixedGateway(store, databaseName + "/", leaveOpen: true);
        Metadata = form switch
        {
            HeadsForm.MultiObject => new MultiObjectHeads(Data, options),
            HeadsForm.SingleObject => new SingleObjectHeads(Data, options),
            HeadsForm.Automatic => new AutomaticHeads(Data, options, learn),
            _ => throw new ArgumentOutOfRangeException(nameof(form), form, "Nobody knows this form of heads."),
        };
    }

    /// <summary>A database below a store, with its heads elsewhere.</summary>
    /// <param name="store">The store that holds databases.</param>
    /// <param name="databaseName">The database: one segment of a key.</param>
    /// <param name="metadata">The heads of this database; disposed of with this.</param>
    /// <param name="ownsStore">Whether the store is disposed of with this.</param>
    /// <exception cref="StorageException">InvalidName.</exception>
    public RemoteDeviceStore(IDataGateway store, string databaseName, IMetadataGateway metadata, bool ownsStore = false)
    {
        DatabaseName.Check(databaseName, ReservedFolder.Name);
        _store = store;
        _ownsStore = ownsStore;
        Data = new PrefixedGateway(store, databaseName + "/", leaveOpen: true);
        Metadata = metadata;
    }

    /// <inheritdoc/>
    public IDataGateway Data { get; }

    /// <inheritdoc/>
    public IMetadataGateway Metadata { get; }

    /// <inheritdoc/>
    public IWriteAheadLog WriteAheadLog { get; } = new MemoryWriteAheadLog();

    /// <inheritdoc/>
    public ICommitLock CommitLock { get; } = new MemoryCommitLock(keepsAllOut: false);

    /// <summary>Makes the version files that a folder has, unless they are there: a copy of the objects opens as a folder.</summary>
    public async ValueTask PrepareAsync(CancellationToken cancellation)
    {
        foreach (string file in _versionFiles)
        {
            if (await Data.HeadAsync(file, cancellation) is null)
                _ = await Data.PutAsync(file, FolderDeviceStore.VersionText.ToArray(), PutCondition.None, cancellation);
        }
    }

    /// <summary>Removes every object of the database, heads first: whatever a broken connection leaves is no database that names missing files.</summary>
    public async ValueTask DestroyAsync(CancellationToken cancellation)
    {
        await RemoveAsync(HeadKeys.Folder, cancellation);
        await RemoveAsync("", cancellation);
        (Metadata as IForgetfulHeads)?.Clear();
        (WriteAheadLog as MemoryWriteAheadLog)?.Clear();
    }

    /// <summary>Closes what belongs to this instance. Nothing is removed.</summary>
    public async ValueTask DisposeAsync()
    {
        await Metadata.DisposeAsync();
        await WriteAheadLog.DisposeAsync();
        await CommitLock.DisposeAsync();
        await Data.DisposeAsync();
        if (_ownsStore)
            await _store.DisposeAsync();
    }

    private async ValueTask RemoveAsync(string prefix, CancellationToken cancellation)
    {
        string? after = null;
        do
        {
            ListPage page = await Data.ListAsync(prefix, after, PageLength, cancellation);
            foreach (ObjectInfo[] some in page.Objects.Chunk(Parallel))
                await Task.WhenAll(some.Select(o => Data.DeleteAsync(o.Key, null, cancellation).AsTask()));
            after = page.After;
        }
        while (after is not null);
    }
}
