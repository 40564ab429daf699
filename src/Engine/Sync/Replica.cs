using System.Collections.Immutable;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Clock;
using FireproofBench.Engine.Compaction;
using FireproofBench.Engine.Crdt;
using FireproofBench.Engine.Pail;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Storage;
using FireproofBench.Engine.Threading;

namespace FireproofBench.Engine.Sync;

/// <summary>The local database as a link sees it: its state, and the way to take in what others wrote.</summary>
/// <param name="ledger">The history.</param>
/// <param name="files">The files here.</param>
/// <param name="committer">Writes bookmarks.</param>
/// <param name="compactor">Is told of groups that others replaced.</param>
/// <param name="commitLock">Keeps other processes out.</param>
/// <param name="writing">Keeps other writes of this process out.</param>
/// <param name="walks">Keeps files that are being copied.</param>
/// <param name="changed">Is told that one state took the place of another, without any lock held, and of the ids that differ; asked for only when somebody listens.</param>
/// <param name="looked">Is told when the newest state was looked at, and may be another one, without any lock held.</param>
internal sealed class Replica(
    Ledger ledger, DataFiles files, Committer committer, Compactor compactor, ICommitLock commitLock, AsyncLock writing, OpenWalks walks,
    Func<LedgerState, LedgerState, Func<ValueTask<ImmutableArray<string>>>, ValueTask> changed, Func<ValueTask> looked)
{
    private static readonly HashSet<CarGroup> _none = [];

    /// <summary>What others begin at.</summary>
    public StateDescription Description { get; } = new(ledger, committer, commitLock, writing);

    /// <summary>A group that says exactly the present state; what others wrote to the same files is taken in where one has to be made.</summary>
    public async ValueTask<(LedgerState State, CarGroup Group, CarHeader Header)> DescribeAsync(CancellationToken cancellation)
    {
        (LedgerState State, CarGroup Group, CarHeader Header) description = await Description.FindAsync(cancellation);
        await looked();
        return description;
    }

    /// <summary>The newest state.</summary>
    public LedgerState State => ledger.State;

    /// <summary>The files here.</summary>
    public DataFiles Files => files;

    /// <summary>All blocks.</summary>
    public BlockStore Blocks => ledger.Blocks;

    /// <summary>Keeps the files of the present state here until the result is disposed of.</summary>
    public OpenWalks.Walk Hold() => walks.Begin();

    /// <summary>The heads that entries stand for by themselves, sorted by their text.</summary>
    public async ValueTask<ImmutableArray<Cid>> HeadsOfAsync(ImmutableArray<MetaEntry> entries, CancellationToken cancellation) =>
        (await ledger.ReadAsync(entries, cancellation)).Heads;

    /// <summary>Whether heads are all of what earlier ones stand for, or more.</summary>
    public async ValueTask<bool> CoversAsync(ImmutableArray<Cid> heads, ImmutableArray<Cid> earlier, CancellationToken cancellation) =>
        (await JoinAsync(heads, earlier, cancellation)).SequenceEqual(heads);

    /// <summary>The heads that stand for both, sorted by their text.</summary>
    public async ValueTask<ImmutableArray<Cid>> JoinAsync(ImmutableArray<Cid> heads, ImmutableArray<Cid> others, CancellationToken cancellation) =>
        others.All(heads.Contains) ? heads : Ledger.Sorted(await MerkleClock.ReduceAsync(ledger.Blocks, [.. heads, .. others], cancellation));

    /// <summary>Says in the log that groups were replaced, of which nobody else can know it.</summary>
    public ValueTask ExplainAsync(IReadOnlySet<CarGroup> replaced, CancellationToken cancellation) => compactor.ExplainAsync(replaced, cancellation);

    /// <summary>Fetches what a merge asks for to find out whether a group replaced some of others. It asks again, and fails, where this could not be had.</summary>
    public async Task FetchReplacedAsync(CarGroup group, HashSet<CarGroup> others, CancellationToken cancellation)
    {
        try
        {
            _ = await ledger.ReplacedInAsync([group], others, cancellation);
        }
        catch (StorageException)
        {
        }
    }

    /// <summary>Takes in what another process wrote to the same files.</summary>
    public async ValueTask RefreshAsync(CancellationToken cancellation)
    {
        LedgerState before;
        LedgerState after;
        using (await writing.AcquireCancellableAsync(cancellation))
        {
            before = ledger.State;
            await ledger.RefreshAsync(cancellation);
            after = ledger.State;
        }

        if (!before.Heads.SequenceEqual(after.Heads))
            await changed(before, after, () => DifferenceAsync(before, after, cancellation));
    }

    /// <summary>Finds out whether entries of a remote store can be merged, and merges nothing.</summary>
    /// <exception cref="UnrelatedHistoriesException">They are of another database.</exception>
    /// <exception cref="MissingBlockException">An event or a shard of theirs is nowhere.</exception>
    public async ValueTask CheckAsync(ImmutableArray<MetaEntry> entries, CancellationToken cancellation) => await MergeAsync(entries, cancellation);

    /// <summary>Merges entries of a remote store into the database, all at once.</summary>
    /// <exception cref="UnrelatedHistoriesException">They are of another database; nothing was changed.</exception>
    /// <exception cref="MissingBlockException">An event or a shard of theirs is nowhere; nothing was changed.</exception>
    public async ValueTask TakeInAsync(ImmutableArray<MetaEntry> entries, CancellationToken cancellation)
    {
        // Everything that has to be fetched is fetched before anybody is kept waiting.
        LedgerState before = ledger.State;
        LedgerState merged = await MergeAsync(entries, cancellation);
        try
        {
            using (await writing.AcquireCancellableAsync(cancellation))
            {
                await using (await commitLock.AcquireAsync(cancellation))
                {
                    await ledger.RefreshAsync(cancellation);
                    if (!ReferenceEquals(before, ledger.State))
                    {
                        before = ledger.State;
                        merged = await MergeAsync(entries, cancellation);
                    }

                    if (merged.IsSame(before))
                        return;
                    CarGroup newest = Ledger.ReadGroup(entries[0]);
                    if (entries.Length == 1 && !ledger.Blocks.IsBookmark(newest) && (await ledger.ReadAsync(entries, cancellation)).IsSame(merged))
                        await ledger.PublishAsync(merged, newest, cancellation);
                    else
                        await committer.BookmarkAsync(merged, cancellation);
                    await compactor.NoteTakenInAsync(before, merged, cancellation);
                }
            }
        }
        finally
        {
            // What fails after the head was published has changed the heads all the same, and so has what another process wrote.
            await changed(before, merged, () => DifferenceAsync(before, merged, cancellation));
        }
    }

    private async ValueTask<LedgerState> MergeAsync(ImmutableArray<MetaEntry> entries, CancellationToken cancellation)
    {
        LedgerState merged = await ledger.MergeAsync(entries, _none, cancellation);
        await ledger.ResolveAsync(merged, cancellation);
        return merged;
    }

    private async ValueTask<ImmutableArray<string>> DifferenceAsync(LedgerState before, LedgerState after, CancellationToken cancellation)
    {
        try
        {
            PailChange old = await ledger.ResolveAsync(before, cancellation);
            PailChange now = await ledger.ResolveAsync(after, cancellation);
            var shards = new ShardOverlay(ledger.Shards(now));
            shards.Add(old.Additions);
            return
            [
                .. (await PailComparison.DifferenceAsync(shards, old.Root, now.Root, cancellation))
                    .Select(static difference => difference.Key).Where(static key => key != Genesis.Key),
            ];
        }
        catch (Exception e) when (e is MissingBlockException or StorageException)
        {
            // The shards of the state before were compacted away meanwhile, or cannot be had now: that something changed is all that can be said.
            return [];
        }
    }
}
