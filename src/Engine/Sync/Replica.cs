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
/// <param name="changed">Is told of the ids that a merge changed; asked for only when somebody listens.</param>
internal sealed class Replica(
    Ledger ledger, DataFiles files, Committer committer, Compactor compactor, ICommitLock commitLock, AsyncLock writing, OpenWalks walks,
    Func<Func<ValueTask<ImmutableArray<string>>>, ValueTask> changed)
{
    private static readonly HashSet<CarGroup> _none = [];

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

    /// <summary>Finds out whether entries of a remote store can be merged, and merges nothing.</summary>
    /// <exception cref="UnrelatedHistoriesException">They are of another database.</exception>
    /// <exception cref="MissingBlockException">An event or a shard of theirs is nowhere.</exception>
    public async ValueTask CheckAsync(ImmutableArray<MetaEntry> entries, CancellationToken cancellation) =>
        await ledger.ResolveAsync(await ledger.MergeAsync(entries, _none, cancellation), cancellation);

    /// <summary>Merges entries of a remote store into the database, all at once.</summary>
    /// <exception cref="UnrelatedHistoriesException">They are of another database; nothing was changed.</exception>
    /// <exception cref="MissingBlockException">An event or a shard of theirs is nowhere; nothing was changed.</exception>
    public async ValueTask TakeInAsync(ImmutableArray<MetaEntry> entries, CancellationToken cancellation)
    {
        // Everything that has to be fetched is fetched before anybody is kept waiting.
        await CheckAsync(entries, cancellation);
        LedgerState before;
        LedgerState merged;
        using (await writing.AcquireAsync())
        {
            await using (await commitLock.AcquireAsync(cancellation))
            {
                await ledger.RefreshAsync(cancellation);
                before = ledger.State;
                merged = await ledger.MergeAsync(entries, _none, cancellation);
                if (merged.IsSame(before))
                    return;
                await ledger.ResolveAsync(merged, cancellation);
                CarGroup newest = Ledger.ReadGroup(entries[0]);
                if (entries.Length == 1 && !ledger.Blocks.IsBookmark(newest) && (await ledger.ReadAsync(entries, cancellation)).IsSame(merged))
                    await ledger.PublishAsync(merged, newest, cancellation);
                else
                    await committer.BookmarkAsync(merged, cancellation);
                await compactor.NoteTakenInAsync(before, merged, cancellation);
            }
        }

        if (!before.Heads.SequenceEqual(merged.Heads))
            await changed(() => DifferenceAsync(before, merged, cancellation));
    }

    /// <summary>Whether the newest group of the log says all of the present state, as it does right after a commit here.</summary>
    public async ValueTask<bool> IsPlainAsync(CancellationToken cancellation)
    {
        LedgerState state = ledger.State;
        return state.Log.Length > 0 && await DescriptionAsync(state, state.Log[0], cancellation) is not null;
    }

    /// <summary>A group whose header says exactly the present state: the newest of the log, or a bookmark, which is made when there is none.</summary>
    public async ValueTask<(LedgerState State, CarGroup Group, CarHeader Header)> DescribeAsync(CancellationToken cancellation)
    {
        LedgerState state = ledger.State;
        if (await DescriptionAsync(state, state.Log[0], cancellation) is { } newest)
            return (state, state.Log[0], newest);
        if (ledger.Bookmark is { } bookmark && await DescriptionAsync(state, bookmark, cancellation) is { } marked)
            return (state, bookmark, marked);
        using (await writing.AcquireAsync())
        {
            await using (await commitLock.AcquireAsync(cancellation))
            {
                await ledger.RefreshAsync(cancellation);
                state = ledger.State;
                CarGroup group = state.Log[0];
                if (await DescriptionAsync(state, group, cancellation) is { } plain)
                    return (state, group, plain);
                await committer.BookmarkAsync(state, cancellation);
                group = ledger.Bookmark ?? group;
                return (state, group, (await ledger.Blocks.ReadHeaderAsync(group, cancellation))!);
            }
        }
    }

    // The group's header, when it says exactly the state.
    private async ValueTask<CarHeader?> DescriptionAsync(LedgerState state, CarGroup group, CancellationToken cancellation)
    {
        if (await ledger.Blocks.ReadHeaderAsync(group, cancellation) is not { } header || !Ledger.Sorted(header.Heads).SequenceEqual(state.Heads))
            return null;

        // Right after a commit here it names what stands below it, in the same order.
        if (state.Log[0].Equals(group) && header.Cars.AsSpan().SequenceEqual(state.Log.AsSpan()[1..]))
            return header;
        var named = new HashSet<CarGroup>(header.Cars) { group };
        return state.Log.All(named.Contains) ? header : null;
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
        catch (MissingBlockException)
        {
            // The shards of the state before were compacted away meanwhile: that something changed is all that can be said.
            return [];
        }
    }
}
