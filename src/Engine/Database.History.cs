using System.Collections.Immutable;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Clock;
using FireproofBench.Engine.Crdt;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.History;
using FireproofBench.Engine.Pail;
using FireproofBench.Engine.Storage;
using FireproofBench.Engine.Sync;

namespace FireproofBench.Engine;

/// <content>The past: changes, snapshots, rollback, compaction; and who is told of what comes.</content>
public sealed partial class Database
{
    private ImmutableArray<Action<DatabaseChange>> _subscribers = [];

    /// <summary>Lists what changed since a past clock.</summary>
    /// <param name="since">The heads of that moment, from a write or a former call; none for all.</param>
    /// <param name="limit">How many rows at the most, the newest ones.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <exception cref="MissingBlockException">An event of <paramref name="since"/> is not of this database.</exception>
    public ValueTask<ChangeSet> ChangesAsync(IReadOnlyCollection<Cid> since, int limit = int.MaxValue, CancellationToken cancellation = default)
    {
        ThrowIfClosed();
        return PresentChangesAsync(since, limit, cancellation);
    }

    /// <summary>Lists what changed between two past clocks.</summary>
    /// <param name="since">The heads of the earlier moment; none for the beginning.</param>
    /// <param name="until">The heads of the later moment.</param>
    /// <param name="limit">How many rows at the most, the newest ones.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>
    /// Each id once, with its document as an event up to <paramref name="until"/> wrote it: the newest one, or, where devices wrote it side by side, the one that the
    /// walk meets first, as in the reference engine, which need not be the one that won. Where that document was compacted away, it is given as it stands now.
    /// </returns>
    /// <exception cref="MissingBlockException">An event of either clock is not of this database.</exception>
    public ValueTask<ChangeSet> ChangesAsync(IReadOnlyCollection<Cid> since, IReadOnlyCollection<Cid> until, int limit = int.MaxValue, CancellationToken cancellation = default)
    {
        ThrowIfClosed();
        return ChangesAsync(_ledger.State, Ledger.Sorted([.. until.Distinct()]), since, limit, cancellation);
    }

    private async ValueTask<ChangeSet> PresentChangesAsync(IReadOnlyCollection<Cid> since, int limit, CancellationToken cancellation)
    {
        LedgerState state = _ledger.State;
        while (true)
        {
            try
            {
                return await ChangesAsync(state, state.Heads, since, limit, cancellation);
            }
            catch (Exception e) when (Ledger.MayBeOutdated(e))
            {
                if (!await IsOutdatedAsync(state, cancellation))
                    throw;
                state = _ledger.State;
            }
        }
    }

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
        ImmutableArray<string> ids = [];
        LedgerState state;
        bool metOthers = false;
        try
        {
            // What is written between the comparison and the commit would survive the rollback: no other write comes in between.
            using (await _writing.AcquireAsync())
            {
                ThrowIfClosed();
                await using (await _store.CommitLock.AcquireAsync(cancellation))
                {
                    state = await _ledger.OnNewestAsync(
                        async () =>
                        {
                            metOthers |= TakeUntold();
                            WriteRequest request = await DifferenceAsync(past, cancellation);
                            ids = [.. request.Operations.Select(static operation => operation.Key)];
                            return ids.Length == 0 ? _ledger.State : await _committer.CommitAsync([request], CancellationToken.None);
                        },
                        cancellation);
                    _told = state.Heads;
                }
            }
        }
        finally
        {
            if (metOthers)
                Notify([]);
        }

        if (ids.Length > 0)
        {
            TellSubscribers(ids);
            if (_options.Compaction == CompactionMode.Automatic)
                await _compactor.MergeAsync();
        }

        TellLinks();
        return new PutResult(ids, state.Heads);
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
    /// <param name="subscriber">Called after the commit, one call at a time for each write; what it throws reaches nobody.</param>
    public IDisposable Subscribe(Action<DatabaseChange> subscriber)
    {
        ThrowIfClosed();
        ImmutableInterlocked.Update(ref _subscribers, static (all, added) => all.Add(added), subscriber);
        return new Subscription(this, subscriber);
    }

    private async ValueTask<ChangeSet> ChangesAsync(LedgerState state, ImmutableArray<Cid> until, IReadOnlyCollection<Cid> since, int limit, CancellationToken cancellation)
    {
        var changes = new List<DocumentChange>();
        if (limit <= 0)
            return new ChangeSet([], until);
        await foreach (EventKey change in EventWalk.NewestAsync(_blocks, until, since, cancellation))
        {
            if (change.Key == Genesis.Key)
                continue;
            changes.Add(new DocumentChange(change.Key, await ReadChangedAsync(state, change, cancellation), change.Event));
            if (changes.Count == limit)
                break;
        }

        changes.Reverse();
        return new ChangeSet([.. changes], until);
    }

    // The walk may meet an event first whose document another branch superseded, and a compaction dropped: then the document is given as it stands.
    private async ValueTask<Document?> ReadChangedAsync(LedgerState state, EventKey change, CancellationToken cancellation)
    {
        try
        {
            return Document.FromBlock(change.Key, new Block(change.Value, await _blocks.GetAsync(change.Value, cancellation)));
        }
        catch (MissingBlockException)
        {
            return await GetAsync(state, change.Key, cancellation);
        }
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
