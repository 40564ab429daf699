using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Collections.Immutable;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Storage;
using FireproofBench.Engine.Threading;

namespace FireproofBench.Engine.Compaction;

/// <summary>Keeps the log short: builds a merged group from an immutable state, and puts it in the place of exactly the groups that it was built from.</summary>
/// <remarks>
/// A small merge is done between two commits. A large one is built beside them; the commits that come meanwhile stay in the log, and a file with
/// nothing but a header joins both.
/// Devices that share a log all see it grow, and each would merge the same groups: where others wrote some of them, each first makes a few more commits, how many is left to chance, and most find the merge
/// done by whoever made the fewest. The more of others came at once, the more it may be: where heads are looked at now and then only, all see the same many groups at the same time, and nobody hears of
/// another's merge before the next look. Up to half as many as those suits any number of devices: then a few of them merge between two looks, and not all.
/// </remarks>
/// <param name="ledger">The history.</param>
/// <param name="files">The files.</param>
/// <param name="committer">Writes the log.</param>
/// <param name="commitLock">Keeps other processes out.</param>
/// <param name="writing">Keeps other writes of this process out.</param>
/// <param name="replacedFiles">Deletes what nobody reads any more.</param>
/// <param name="looked">Is told when the newest state was looked at, and may be another one, without any lock held.</param>
/// <param name="entropy">What is left to chance.</param>
internal sealed class Compactor(
    Ledger ledger, DataFiles files, Committer committer, ICommitLock commitLock, AsyncLock writing, ReplacedFiles replacedFiles, Func<ValueTask> looked, IEntropy entropy)
{
    /// <summary>Largest merge that is done between two commits, in bytes of stored files.</summary>
    private const long InlineLength = 256 * 1024;

    /// <summary>Log length at which commits wait for the merge that is under way.</summary>
    private const int FullLog = 96;

    /// <summary>How many commits a device makes at the most before it merges what others wrote, where they wrote no more groups than that: longer, and the log would be long for two of them.</summary>
    private const int LeastWait = 12;

    /// <summary>How often the whole log is merged once more because files went away meanwhile.</summary>
    private const int MaxAttempts = 16;

    private readonly AsyncLock _single = new();
    // A merge beside the writes notes the size of its group too.
    private readonly ConcurrentDictionary<CarGroup, long> _sizes = [];
    private HashSet<CarGroup> _foreign = [];

    // Commits before what others wrote is merged here; null when it is not known.
    private int? _wait;
    private ImmutableArray<CarGroup> _busy = [];
    private Task _background = Task.CompletedTask;
    private bool _isClosed;
    private long _count;

    /// <summary>Why the newest merge failed; null when it did not.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>How often a merged group took the place of others.</summary>
    public long Count => Interlocked.Read(ref _count);

    /// <summary>Waits while the log is full and a merge is under way.</summary>
    public async ValueTask WaitForRoomAsync()
    {
        if (ledger.State.Log.Length >= FullLog && !_background.IsCompleted)
            await _background;
    }

    /// <summary>Finds what is worth merging after a commit, and begins it when it is large. The caller holds the locks; a failure is noted and does not touch the commit.</summary>
    /// <returns>The newest groups of the present log, for <see cref="MergeAsync"/>; none when nothing is left to do.</returns>
    public async ValueTask<ImmutableArray<CarGroup>> ChooseAsync()
    {
        try
        {
            LedgerState state = ledger.State;
            int newest = NewestFree(state);
            int run = await ChooseAsync(state, newest);

            // What was written here since is in nobody else's way: others fetch one file for many.
            if (run > 0 && IsLeftToOthers(state.Log[..run]))
                run = await ChooseAsync(state, state.Log.TakeWhile(group => !_foreign.Contains(group)).Count());
            ImmutableArray<CarGroup> groups = state.Log[..run];
            if (groups.Sum(group => _sizes[group]) <= InlineLength)
                return groups;
            if (_background.IsCompleted)
                _background = MergeBesideAsync(state, groups);
        }
        catch (Exception e)
        {
            Failure = e;
        }

        return [];
    }

    /// <summary>Merges a few groups between two commits. The caller holds no lock; a failure is noted, and touches nothing.</summary>
    /// <param name="state">The state after the commit.</param>
    /// <param name="groups">What was chosen; none for nothing.</param>
    public async ValueTask MergeAsync(LedgerState state, ImmutableArray<CarGroup> groups)
    {
        if (groups.IsEmpty || _isClosed)
            return;
        try
        {
            await BuildAndSpliceAsync(state, groups);
        }
        catch (Exception e)
        {
            Failure = e;
        }
    }

    /// <summary>Merges the whole log into one group.</summary>
    /// <exception cref="ObjectDisposedException">It was closed before the merge began, or between two attempts.</exception>
    public async ValueTask CompactAsync(CancellationToken cancellation)
    {
        using AsyncLock.Holding single = await _single.AcquireAsync();
        for (int attempt = 1; ledger.State is { Log.Length: >= 2 } state; attempt++)
        {
            ObjectDisposedException.ThrowIf(_isClosed, typeof(Database));
            try
            {
                // When another process merged some of the groups meanwhile: once more, from what it left.
                if (await TryCompactAsync(state, cancellation))
                    return;
            }
            catch (Exception e) when (Ledger.MayBeOutdated(e) || DataFiles.IsNotShown(e))
            {
                // It may have deleted them as well. Any newer state is another try: that its log names them still, or again, says nothing, where a slow writer without lock may
                // have published a log that it read long ago.
                if (!await IsOutdatedAsync(state, cancellation) || attempt == MaxAttempts)
                    throw;
            }
        }
    }

    private async ValueTask<bool> IsOutdatedAsync(LedgerState state, CancellationToken cancellation)
    {
        using (await writing.AcquireAsync())
            await ledger.RefreshAsync(cancellation);
        await looked();
        return !ReferenceEquals(ledger.State, state);
    }

    private bool IsOutdated(LedgerState state) => !state.Log.All(ledger.State.Log.Contains);

    /// <summary>A synchronisation took in what others wrote: the files of groups that they replaced are deleted with the next compaction. The caller holds the locks.</summary>
    public async ValueTask NoteTakenInAsync(LedgerState before, LedgerState after, CancellationToken cancellation)
    {
        HashSet<CarGroup> had = [.. before.Log];
        HashSet<CarGroup> has = [.. after.Log];
        _foreign = [.. after.Log.Where(group => _foreign.Contains(group) || !had.Contains(group))];
        ImmutableArray<CarGroup> replaced = [.. before.Log.Where(group => !has.Contains(group))];
        if (replaced.IsEmpty)
            return;

        // Another merged: what is left to merge is for whoever chance names next.
        _wait = null;
        await replacedFiles.LookAsync(ledger.State, cancellation);
        replacedFiles.Add(replaced);
    }

    /// <summary>
    /// Says in the log what else was replaced: groups that a remote store names, while no compaction there says it of them. The one that did was itself replaced before it was sent.
    /// </summary>
    /// <param name="replaced">The groups.</param>
    /// <param name="cancellation">Ends the call.</param>
    public async ValueTask ExplainAsync(IReadOnlySet<CarGroup> replaced, CancellationToken cancellation)
    {
        using (await writing.AcquireAsync())
        {
            await using (await commitLock.AcquireAsync(cancellation))
            {
                await ledger.RefreshAsync(cancellation);
                LedgerState now = ledger.State;
                ImmutableArray<CarGroup> gone = [.. replaced.Except(now.Log)];
                if (!gone.IsEmpty)
                {
                    CarGroup note = await new GroupWriter(files, ledger.Blocks, new CarHeader(now.Log, now.Heads, gone)).FinishAsync(cancellation);
                    await ledger.PublishAsync(new LedgerState(now.Heads, [note, .. now.Log]) { Pail = now.Pail }, cancellation);
                }
            }
        }

        looked();
    }

    /// <summary>Waits for a merge that is under way, and begins no other: whoever opens the database next must not lose files to one.</summary>
    public async ValueTask CloseAsync()
    {
        _isClosed = true;
        await _background;
        using AsyncLock.Holding single = await _single.AcquireAsync();
    }

    // How many of so many newest groups are worth merging.
    private async ValueTask<int> ChooseAsync(LedgerState state, int newest) =>
        newest < CompactionPlan.LeastGroups ? 0 : CompactionPlan.Choose(await SizesAsync(state, newest));

    private bool IsLeftToOthers(ImmutableArray<CarGroup> run)
    {
        int foreign = run.Count(_foreign.Contains);
        if (foreign == 0)
            return false;
        _wait ??= UpTo(Math.Max(LeastWait, foreign / 2));
        if (_wait-- > 0)
            return true;
        _wait = null;
        return false;
    }

    private int UpTo(int most)
    {
        Span<byte> dice = stackalloc byte[sizeof(uint)];
        entropy.Fill(dice);
        return (int)(BinaryPrimitives.ReadUInt32LittleEndian(dice) % (uint)(most + 1));
    }

    private async ValueTask<bool> TryCompactAsync(LedgerState state, CancellationToken cancellation)
    {
        _busy = state.Log;
        try
        {
            CarGroup merged = await BuildAsync(state, state.Log, cancellation);
            using (await writing.AcquireAsync())
            {
                await using (await commitLock.AcquireAsync(cancellation))
                {
                    await ledger.RefreshAsync(cancellation);
                    if (!await SpliceAsync(state, state.Log, merged, cancellation))
                        return false;
                    await committer.NoteInLogAsync(new WalContent([], [ledger.State.Log[0]], []), cancellation);
                    return true;
                }
            }
        }
        finally
        {
            _busy = [];
            await looked();
        }
    }

    private async Task MergeBesideAsync(LedgerState state, ImmutableArray<CarGroup> groups)
    {
        _busy = groups;
        await Task.Yield();
        try
        {
            using AsyncLock.Holding single = await _single.AcquireAsync();

            // While this one waited for its turn, others may have merged the same groups, and deleted what they replaced.
            if (IsOutdated(state))
                return;
            await BuildAndSpliceAsync(state, groups);
        }
        catch (Exception e)
        {
            Failure = e;
        }
        finally
        {
            _busy = [];
        }
    }

    // Others may write between the two, and read the state at the end.
    private async ValueTask BuildAndSpliceAsync(LedgerState state, ImmutableArray<CarGroup> groups)
    {
        CarGroup merged = await BuildAsync(state, groups, CancellationToken.None);
        using (await writing.AcquireAsync())
        {
            await using (await commitLock.AcquireAsync(CancellationToken.None))
            {
                Failure = null;
                await ledger.RefreshAsync(CancellationToken.None);
                await SpliceAsync(state, groups, merged, CancellationToken.None);
            }
        }

        await looked();
    }

    // The newest groups that no merge is working on.
    private int NewestFree(LedgerState state)
    {
        ImmutableArray<CarGroup> busy = _busy;
        if (busy.Length == 0)
            return state.Log.Length;
        for (int i = 0; i < state.Log.Length; i++)
        {
            if (busy.Contains(state.Log[i]))
                return i;
        }

        return state.Log.Length;
    }

    private async ValueTask<IReadOnlyList<long>> SizesAsync(LedgerState state, int count)
    {
        var sizes = new long[count];
        for (int i = 0; i < count; i++)
        {
            if (!_sizes.TryGetValue(state.Log[i], out sizes[i]))
                sizes[i] = _sizes[state.Log[i]] = await MeasureAsync(state.Log[i]);
        }

        if (_sizes.Count > state.Log.Length * 4)
        {
            foreach (CarGroup gone in _sizes.Keys.Except(state.Log).ToList())
                _sizes.TryRemove(gone, out _);
        }

        return sizes;
    }

    private async ValueTask<long> MeasureAsync(CarGroup group)
    {
        long size = 0;
        foreach (Cid car in group.Cars)
        {
            ObjectInfo? info = await files.Gateway.HeadAsync(DataFiles.KeyOfCar(car), CancellationToken.None);
            size += info?.Length ?? 0;
        }

        return size;
    }

    private async ValueTask<CarGroup> BuildAsync(LedgerState state, ImmutableArray<CarGroup> run, CancellationToken cancellation)
    {
        bool whole = run.Length == state.Log.Length;
        ImmutableArray<CarGroup> rest = whole ? [] : [.. state.Log.Where(group => !run.Contains(group))];
        var writer = new GroupWriter(files, ledger.Blocks, new CarHeader(rest, state.Heads, run), hasIndex: true);
        if (whole)
            await new FullMerge(ledger, state).WriteAsync(writer, cancellation);
        else
            await new TierMerge(ledger, state, run).WriteAsync(writer, cancellation);
        CarGroup merged = await writer.FinishAsync(cancellation);
        _sizes[merged] = writer.StoredLength;
        return merged;
    }

    // Under the locks: replaces the run in the log as it is now, unless another process merged some of it first.
    private async ValueTask<bool> SpliceAsync(LedgerState origin, ImmutableArray<CarGroup> run, CarGroup merged, CancellationToken cancellation)
    {
        LedgerState now = ledger.State;
        var replaced = new HashSet<CarGroup>(run);
        if (now.Log.Count(replaced.Contains) != run.Length)
        {
            // The merged file stays for whoever collects what no head needs: the name of one without a mark follows from its content, and another process may be about to publish it.
            return false;
        }

        await replacedFiles.LookAsync(now, cancellation);
        int at = now.Log.IndexOf(run[0]);
        ImmutableArray<CarGroup> log = [.. now.Log[..at], merged, .. now.Log[at..].Where(group => !replaced.Contains(group))];

        // The newest file has to name the whole log. The merged group does so only when nothing was committed meanwhile; and the reference engine opens
        // just the first file of the newest group, so a group of several files must not be the newest.
        bool isNewest = now.Heads.SequenceEqual(origin.Heads) && now.Log.SequenceEqual(origin.Log);
        if (!isNewest || merged.Cars.Length > 1)
        {
            var writer = new GroupWriter(files, ledger.Blocks, new CarHeader(log, now.Heads, run));
            log = [await writer.FinishAsync(cancellation), .. log];
        }

        await ledger.PublishAsync(new LedgerState(now.Heads, log) { Pail = PailAfter(now, origin, run) }, cancellation);
        _ = Interlocked.Increment(ref _count);
        await replacedFiles.DeleteAsync(run, log, cancellation);
        return true;
    }

    // A merge of the whole log stores the shards that several heads made; otherwise they stay in memory.
    private static Pail.PailChange? PailAfter(LedgerState now, LedgerState origin, ImmutableArray<CarGroup> run) =>
        run.Length == origin.Log.Length && now.Heads.SequenceEqual(origin.Heads) && now.Pail is { } pail
            ? pail with { Additions = [], Removals = [] }
            : now.Pail;
}
