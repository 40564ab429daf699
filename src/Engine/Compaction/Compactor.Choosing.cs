using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Collections.Immutable;
using FireproofBench.Engine.Car;
using FireproofBench.Engine.Storage;

namespace FireproofBench.Engine.Compaction;

/// <content>What is worth merging: by the sizes of the groups, by who wrote them, and by what failed before.</content>
internal sealed partial class Compactor
{
    /// <summary>How many commits a device makes at the most before it merges what others wrote, where they wrote no more groups than that: longer, and the log would be long for two of them.</summary>
    private const int LeastWait = 12;

    /// <summary>How many files are asked for their size at once: of a database that was just opened no size is known.</summary>
    private const int MeasuredAtOnce = 16;

    /// <summary>For how many commits groups whose merge failed again and again are left alone: it may have fetched much in vain, and what it lacks may come.</summary>
    private const int LongestPause = 8;

    // A merge beside the writes notes the size of its group too.
    private readonly ConcurrentDictionary<CarGroup, long> _sizes = [];
    private HashSet<CarGroup> _foreign = [];

    // Commits before what others wrote is merged here; null when it is not known.
    private int? _wait;

    // Groups whose merge failed, for how many commits they are still left alone, and for how many they were after the failure.
    private ImmutableArray<CarGroup> _failed = [];
    private int _pause;
    private int _lastPause;

    private async ValueTask<ImmutableArray<CarGroup>> ChooseAsync(LedgerState state)
    {
        int run = await ChooseAsync(state, NewestFree(state));

        // What was written here since is in nobody else's way: others fetch one file for many.
        if (run > 0 && IsLeftToOthers(state.Log[..run]))
            run = await ChooseAsync(state, state.Log.TakeWhile(group => !_foreign.Contains(group)).Count());
        return state.Log[..run];
    }

    // How many of so many newest groups are worth merging.
    private async ValueTask<int> ChooseAsync(LedgerState state, int newest) =>
        newest < CompactionPlan.LeastGroups ? 0 : CompactionPlan.Choose(await SizesAsync(state, newest), newest);

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

    // The newest groups that no merge is working on, nor failed to merge a moment ago.
    private int NewestFree(LedgerState state)
    {
        ImmutableArray<CarGroup> taken = _busy;
        if (_pause > 0)
        {
            _pause--;
            taken = taken.AddRange(_failed);
        }

        return taken.IsEmpty ? state.Log.Length : state.Log.TakeWhile(group => !taken.Contains(group)).Count();
    }

    // The newest first, up to one that is not here, as far as is known: it is at a remote store, or not shown yet.
    private async ValueTask<IReadOnlyList<long>> SizesAsync(LedgerState state, int count)
    {
        var sizes = new List<long>(count);
        foreach (CarGroup group in state.Log[..count])
        {
            if (!_sizes.ContainsKey(group))
                await Task.WhenAll(state.Log[sizes.Count..count].Where(next => !_sizes.ContainsKey(next)).Take(MeasuredAtOnce).Select(MeasureAsync));
            if (!_sizes.TryGetValue(group, out long size))
                break;
            sizes.Add(size);
        }

        if (_sizes.Count > state.Log.Length * 4)
        {
            foreach (CarGroup gone in _sizes.Keys.Except(state.Log).ToList())
                _sizes.TryRemove(gone, out _);
        }

        return sizes;
    }

    // Of a group of many files one from their middle tells whether they are here: the first and the last are read for what they say of the others. The rest is as large as files are that do not hold all.
    private async Task MeasureAsync(CarGroup group)
    {
        int count = group.Cars.Length;
        if (await files.Gateway.HeadAsync(DataFiles.KeyOfCar(group.Cars[count / 2]), CancellationToken.None) is { } found)
            _sizes[group] = count == 1 ? found.Length : (count - 1L) * CarLimits.SplitLength;
    }

    // Another process that merged some of the groups may have deleted them as well: that is no failure, and the next commit chooses anew.
    private async ValueTask NoteFailureAsync(LedgerState state, ImmutableArray<CarGroup> groups, Exception failure)
    {
        try
        {
            if (Ledger.MayBeOutdated(failure))
            {
                await RefreshAsync(CancellationToken.None);
                if (IsOutdated(state))
                    return;
            }
        }
        catch (Exception)
        {
            // Whether it is cannot be told now. It must not reach the writes that wait for the merge.
        }

        Failure = failure;
        if (groups.IsEmpty)
            return;
        _failed = groups;
        _pause = _lastPause = Math.Clamp(2 * _lastPause, 1, LongestPause);
    }
}
