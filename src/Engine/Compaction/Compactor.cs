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
internal sealed partial class Compactor(
    Ledger ledger, DataFiles files, Committer committer, ICommitLock commitLock, AsyncLock writing, ReplacedFiles replacedFiles, Func<ValueTask> looked, IEntropy entropy)
{
    /// <summary>Largest merge that is done between two commits, in bytes of stored files.</summary>
    private const long InlineLength = 256 * 1024;

    /// <summary>Log length at which commits wait for the merge that is under way.</summary>
    private const int FullLog = 96;

    /// <summary>How often the whole log is merged once more because files went away meanwhile.</summary>
    private const int MaxAttempts = 16;

    private readonly AsyncLock _single = new();

    // Whoever chooses what to merge, or makes a small merge, has the turn.
    private readonly AsyncLock _turn = new();

    // Those that merges are working on; one that several work on is there as often.
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

    /// <summary>Merges what is worth it after a commit: a little at once, much beside the commits that come. The caller holds no lock; a failure is noted and touches nothing.</summary>
    public async ValueTask MergeAsync()
    {
        using AsyncLock.Holding turn = await _turn.AcquireAsync();
        if (_isClosed)
            return;
        LedgerState state = ledger.State;
        ImmutableArray<CarGroup> groups = [];
        try
        {
            groups = await ChooseAsync(state);
            if (groups.IsEmpty)
                return;
            if (groups.All(_sizes.ContainsKey) && groups.Sum(group => _sizes[group]) <= InlineLength)
                await BuildAndSpliceAsync(state, groups);
            else if (_background.IsCompleted)
                _background = MergeBesideAsync(state, groups);
        }
        catch (Exception e)
        {
            await NoteFailureAsync(state, groups, e);
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
                await RefreshAsync(cancellation);
                if (ReferenceEquals(ledger.State, state) || attempt == MaxAttempts)
                    throw;
            }
        }
    }

    private async ValueTask RefreshAsync(CancellationToken cancellation)
    {
        using (await writing.AcquireAsync())
            await ledger.RefreshAsync(cancellation);
        await looked();
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
        using (await writing.AcquireCancellableAsync(cancellation))
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

        await looked();
    }

    /// <summary>Waits for a merge that is under way, and begins no other: whoever opens the database next must not lose files to one.</summary>
    public async ValueTask CloseAsync()
    {
        _isClosed = true;

        // Whoever has it may begin the last merge beside.
        (await _turn.AcquireAsync()).Dispose();
        await _background;
        using AsyncLock.Holding single = await _single.AcquireAsync();
    }

    private async ValueTask<bool> TryCompactAsync(LedgerState state, CancellationToken cancellation)
    {
        // A small merge that is under way may be of the same groups.
        using (await _turn.AcquireAsync())
        {
            if (IsOutdated(state))
                return false;
            Begin(state.Log);
        }

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
            End(state.Log);
            await looked();
        }
    }

    private async Task MergeBesideAsync(LedgerState state, ImmutableArray<CarGroup> groups)
    {
        Begin(groups);
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
            await NoteFailureAsync(state, groups, e);
        }
        finally
        {
            End(groups);
        }
    }

    private void Begin(ImmutableArray<CarGroup> groups) => ImmutableInterlocked.Update(ref _busy, static (all, added) => all.AddRange(added), groups);

    private void End(ImmutableArray<CarGroup> groups) => ImmutableInterlocked.Update(ref _busy, static (all, gone) => all.RemoveRange(gone), groups);

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
                if (!ledger.State.Log.Any(_failed.Contains))
                    _lastPause = 0;
            }
        }

        await looked();
    }

    private async ValueTask<CarGroup> BuildAsync(LedgerState state, ImmutableArray<CarGroup> run, CancellationToken cancellation)
    {
        bool whole = run.Length == state.Log.Length;
        ImmutableArray<CarGroup> rest = whole ? [] : [.. state.Log.Where(group => !run.Contains(group))];
        var writer = new GroupWriter(files, ledger.Blocks, new CarHeader(rest, state.Heads, await CompactionsLastAsync(run, cancellation)), hasIndex: true);
        if (whole)
            await new FullMerge(ledger, state).WriteAsync(writer, cancellation);
        else
            await new TierMerge(ledger, state, run).WriteAsync(writer, cancellation);
        CarGroup merged = await writer.FinishAsync(cancellation);
        _sizes[merged] = writer.StoredLength;
        return merged;
    }

    // Whoever has a log with groups that only earlier compactions replaced looks for what those say, from the end, up to the first group that is a plain commit. What explains without
    // merging can stand anywhere in a log, and so can the compaction of another device.
    private async ValueTask<ImmutableArray<CarGroup>> CompactionsLastAsync(ImmutableArray<CarGroup> run, CancellationToken cancellation)
    {
        var plain = new List<CarGroup>(run.Length);
        var compactions = new List<CarGroup>();
        foreach (CarGroup group in run)
            ((await ledger.Blocks.ReadReplacedAsync(group, cancellation)).IsEmpty ? plain : compactions).Add(group);
        return [.. plain, .. compactions];
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

        if (!await AreThereAsync(merged, cancellation))
            return false;
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

    // The second and later files of a group are of blocks alone: without marks one can be, by content and so by name, a file that an earlier compaction replaced, and that was deleted while
    // this group was built. Nothing is deleted while the lock is held.
    private async ValueTask<bool> AreThereAsync(CarGroup merged, CancellationToken cancellation)
    {
        if (files.Marks is not null)
            return true;
        foreach (Cid car in merged.Cars.Skip(1))
        {
            if (await files.Gateway.HeadAsync(DataFiles.KeyOfCar(car), cancellation) is null)
                return false;
        }

        return true;
    }

    // A merge of the whole log stores the shards that several heads made; otherwise they stay in memory.
    private static Pail.PailChange? PailAfter(LedgerState now, LedgerState origin, ImmutableArray<CarGroup> run) =>
        run.Length == origin.Log.Length && now.Heads.SequenceEqual(origin.Heads) && now.Pail is { } pail
            ? pail with { Additions = [], Removals = [] }
            : now.Pail;
}
