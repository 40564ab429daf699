using System.Collections.Immutable;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Clock;
using FireproofBench.Engine.Crdt;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Pail;
using FireproofBench.Engine.Storage;
using FireproofBench.Engine.Sync;

namespace FireproofBench.Engine;

/// <content>The past: snapshots, rollback, compaction; and who is told of what comes.</content>
public sealed partial class Database
{
    private ImmutableArray<Action<DatabaseChange>> _subscribers = [];

    /// <summary>Opens the database as it was at a past clock.</summary>
    /// <param name="heads">The heads of that moment.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <exception cref="MissingBlockException">The events are not of this database, or that state was compacted away.</exception>
    public async ValueTask<DatabaseSnapshot> SnapshotAsync(IReadOnlyCollection<Cid> heads, CancellationToken cancellation = default)
    {
        ThrowIfClosed();
        ImmutableArray<Cid> sorted = Ledger.Sorted([.. heads.Distinct()]);
        PailChange pail = sorted.Length == 0 ? CrdtWriter.Beginning : await _ledger.ResolveAsync(sorted, cancellation);
        return new DatabaseSnapshot(sorted, _blocks, _ledger.Shards(pail), pail);
    }

    /// <summary>Makes the database what it was at a past clock, by a new commit: nothing of the history is lost, other devices take it as any other write.</summary>
    /// <param name="heads">The heads of that moment.</param>
    /// <param name="cancellation">Ends the call before the commit.</param>
    /// <returns>The ids that changed, and the heads after the commit; no commit is made when nothing differs.</returns>
    /// <exception cref="MissingBlockException">That state was compacted away, wholly or in part; nothing was changed.</exception>
    public async ValueTask<PutResult> RollbackAsync(IReadOnlyCollection<Cid> heads, CancellationToken cancellation = default) =>
        await RollbackAsync(await SnapshotAsync(heads, cancellation), cancellation);

    /// <summary>Makes the database what a snapshot shows, by a new commit: nothing of the history is lost, other devices take it as any other write.</summary>
    /// <param name="past">A snapshot of this database, by its clock or by its name.</param>
    /// <param name="cancellation">Ends the call before the commit.</param>
    /// <returns>The ids that changed, and the heads after the commit; no commit is made when nothing differs.</returns>
    /// <exception cref="MissingBlockException">That state was compacted away, wholly or in part; nothing was changed.</exception>
    public async ValueTask<PutResult> RollbackAsync(DatabaseSnapshot past, CancellationToken cancellation = default)
    {
        ThrowIfNotWritable();
        return await WriteOnNewestAsync(() => DifferenceAsync(past, cancellation), cancellation);
    }

    // The puts that make the present state the past one.
    private async ValueTask<WriteRequest> DifferenceAsync(DatabaseSnapshot past, CancellationToken cancellation)
    {
        PailChange now = await _ledger.ResolveAsync(_ledger.State, cancellation);
        var operations = new List<KeyValue>();
        var blocks = new List<Block>();
        var shards = new EitherShards(past.Shards, _ledger.Shards(now));
        foreach (PailDifference difference in await PailComparison.DifferenceAsync(shards, now.Root, past.Pail.Root, cancellation))
        {
            // What did not exist then and is deleted now differs in the pail, not for a reader.
            if (difference.Key == Genesis.Key || (!difference.After.IsDefined && difference.Before == DocumentBlock.Tombstone.Cid))
                continue;
            Block block = difference.After.IsDefined
                ? new Block(difference.After, await past.Blocks.GetAsync(difference.After, cancellation))
                : DocumentBlock.Tombstone;
            operations.Add(new KeyValue(difference.Key, block.Cid));
            blocks.Add(block);
        }

        return new WriteRequest([.. operations], blocks);
    }

    /// <summary>Merges the whole log of files into one group. Documents, heads and changes stay as they are; past states are no longer to be opened.</summary>
    /// <param name="cancellation">Ends the call; a merge that is not finished leaves the database as it was.</param>
    public async ValueTask CompactAsync(CancellationToken cancellation = default)
    {
        ThrowIfNotWritable();
        await RefreshAsync(cancellation);
        await _compactor.CompactAsync(cancellation);
    }

    /// <summary>Calls back after every change of the heads, until the result is disposed of.</summary>
    /// <remarks>What is told is durable. Whoever changed the heads waits until the last subscriber returns: one that wants to write begins to, and does not block until that has ended.</remarks>
    /// <param name="subscriber">Called after the commit, one call at a time for each write; what it throws reaches nobody.</param>
    /// <returns>Ends the subscription when it is disposed of, as often as one likes.</returns>
    /// <exception cref="ObjectDisposedException">The database is closed.</exception>
    public IDisposable Subscribe(Action<DatabaseChange> subscriber)
    {
        ThrowIfClosed();
        ImmutableInterlocked.Update(ref _subscribers, static (all, added) => all.Add(added), subscriber);
        return new Subscription(this, subscriber);
    }

    // What others wrote to the same files is met by compactions and descriptions too. A write that is under way tells of itself, and of what it met.
    private async ValueTask TellOfOthersAsync()
    {
        if (_told.SequenceEqual(Heads))
            return;
        using (await _writing.AcquireAsync())
        {
            if (!TakeUntold())
                return;
        }

        Notify([]);
    }

    // Under the lock of the writes: whether others wrote what nobody was told of. Whoever asks tells it.
    private bool TakeUntold()
    {
        if (_told.SequenceEqual(Heads))
            return false;
        _told = Heads;
        _ = Interlocked.Increment(ref _merges);
        return true;
    }

    private void Notify(ImmutableArray<string> ids)
    {
        TellLinks();
        TellSubscribers(ids);
    }

    private void TellLinks()
    {
        foreach (RemoteLink link in _links)
            link.NoteChange();
    }

    private void TellSubscribers(ImmutableArray<string> ids)
    {
        foreach (Action<DatabaseChange> subscriber in _subscribers)
        {
            try
            {
                subscriber(new DatabaseChange(Heads, ids));
            }
            catch (Exception)
            {
                // One subscriber's fault must not keep the others, or the writer, from going on.
            }
        }
    }

    private sealed class Subscription(Database database, Action<DatabaseChange> subscriber) : IDisposable
    {
        private Action<DatabaseChange>? _subscriber = subscriber;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _subscriber, null) is { } mine)
                ImmutableInterlocked.Update(ref database._subscribers, static (all, gone) => all.Remove(gone), mine);
        }
    }
}
