using System.Collections.Immutable;
using FireproofBench.Engine.Compaction;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Storage;
using FireproofBench.Engine.Sync;

namespace FireproofBench.Engine;

/// <content>Remote stores: attached in the background, or synchronised with once.</content>
public sealed partial class Database
{
    private readonly RemoteFiles _remotes;
    private ImmutableArray<RemoteLink> _links = [];

    /// <summary>The remote stores that are attached.</summary>
    public IReadOnlyList<RemoteLink> Remotes => _links;

    /// <summary>
    /// Attaches a remote store: from now on what is written here goes there in the background, and what others write there is merged in here. Several can be attached.
    /// A remote that cannot be reached is attached all the same, and met when it comes back.
    /// </summary>
    /// <param name="remote">
    /// The store: prepared (<see cref="IDeviceStore.PrepareAsync"/>), and empty or of the same database and key. It stays the caller's to dispose of, after the link. One that
    /// is not there is waited for; the state says so (<see cref="SyncStatus.LastError"/>, MissingContainer).
    /// </param>
    /// <param name="options">How to keep up; null for the defaults.</param>
    /// <param name="cancellation">Ends the call before the link is made.</param>
    /// <returns>The link; dispose of it to detach. Closing the database detaches all.</returns>
    /// <exception cref="StorageException">NotAuthorized when the remote is sealed with a key that this database does not have, or refuses the credentials.</exception>
    /// <exception cref="StorageException">Unsupported when keys are to be published where they cannot be kept.</exception>
    /// <exception cref="Crdt.UnrelatedHistoriesException">The remote holds another database.</exception>
    public async ValueTask<RemoteLink> AttachAsync(RemoteStore remote, AttachOptions? options = null, CancellationToken cancellation = default)
    {
        ThrowIfNotWritable();
        var replica = new Replica(_ledger, _files, _committer, _compactor, _store.CommitLock, _writing, _walks, NotifyAsync, TellOfOthersAsync);
        bool publishes = options?.PublishKeys == true;
        if (publishes && !remote.Metadata.Traits.KeepsKeys)
            throw new StorageException(StorageErrorKind.Unsupported, "attach", remote.Name, "the heads there keep no keys: share the key by an invitation, or attach without publishing keys");
        remote = remote with { Metadata = WithKeys(remote.Metadata, publishes) };
        var link = new RemoteLink(replica, remote, new DataFiles(remote.Data, _keys), _keys, _remotes, options ?? new AttachOptions(), _options.Time, _options.Entropy)
        {
            Ended = Remove,
        };

        // It is told of attached files from now on: one that is stored while it looks for those that are here would else escape it.
        ImmutableInterlocked.Update(ref _links, static (all, added) => all.Add(added), link);
        try
        {
            await link.StartAsync(cancellation);
            return link;
        }
        catch
        {
            Remove(link);
            throw;
        }
    }

    /// <summary>Copies what each side lacks, merges both histories, and leaves both with the same heads. Attached files are copied too.</summary>
    /// <param name="remote">The other store: of the same database and key, or empty. It stays the caller's to dispose of.</param>
    /// <param name="cancellation">Ends the call; both sides stay readable, and a later call goes on where this one ended.</param>
    /// <exception cref="StorageException">Either store fails; NotAuthorized when the remote is sealed with a key that this database does not have.</exception>
    /// <exception cref="Crdt.UnrelatedHistoriesException">The remote holds another database.</exception>
    public async ValueTask<SyncResult> SyncAsync(IDeviceStore remote, CancellationToken cancellation = default)
    {
        ThrowIfNotWritable();
        using OpenWalks.Walk walk = _walks.Begin();
        try
        {
            return await new Exchange(_ledger, _files, _committer, _compactor, _store.CommitLock, _writing, _keys, TellOfOthersAsync)
                .RunAsync(_bagKeys is null ? remote : new StoreWithKeys(remote, new MetadataWithKeys(remote.Metadata, _bagKeys, publishes: false)), cancellation);
        }
        finally
        {
            // What failed may have met what another process wrote.
            await TellOfOthersAsync();
        }
    }

    // Ids cost a comparison of two states: they are found only for somebody, and where they are all that is to be told.
    private async ValueTask NotifyAsync(LedgerState before, LedgerState after, Func<ValueTask<ImmutableArray<string>>> ids)
    {
        if (_told.SequenceEqual(Heads))
            return;
        bool isAll;
        using (await _writing.AcquireAsync())
        {
            isAll = _told.SequenceEqual(before.Heads) && Heads.SequenceEqual(after.Heads);
            if (!TakeUntold())
                return;
        }

        ImmutableArray<string> found = [];
        try
        {
            if (isAll && !_subscribers.IsEmpty)
                found = await ids();
        }
        finally
        {
            Notify(found);
        }
    }

    private void Remove(RemoteLink link) => ImmutableInterlocked.Update(ref _links, static (all, gone) => all.Remove(gone), link);

    // All at once: one may hold up writes, and so the next one, for as long as its store does not answer.
    private async ValueTask DetachAllAsync() => await Task.WhenAll(_links.Select(static link => link.DisposeAsync().AsTask()));
}
