using System.Collections.Immutable;

namespace FireproofBench.Load.Comparing;

/// <summary>One step of several runs, ready to be resampled: runs first, then the intervals of each.</summary>
/// <remarks>Intervals of one run are alike in whatever the machine did at that time, so that the runs are what is independent (a cluster bootstrap; Davison and Hinkley 1997, section 3.8).</remarks>
internal sealed class StepSample
{
    // Seconds are null for an interval without load: its calls count in no rate.
    private readonly (double? Seconds, (int Place, long Count)[] Counts)[][] _runs;
    private readonly long[] _values;
    private readonly long[] _merged;
    private double _seconds;
    private long _count;
    private long _loaded;

    /// <summary>A sample of all runs as they are.</summary>
    public StepSample(IEnumerable<MeasuredStep> runs)
    {
        MeasuredStep[] all = [.. runs];
        _values = [.. all.SelectMany(static run => run.Intervals).SelectMany(static interval => interval.Counts).Select(static count => count.Nanoseconds).Distinct().Order()];
        _merged = new long[_values.Length];
        _runs = [.. all.Select(run => run.Intervals.Select(interval => (interval.HasLoad ? interval.Length.TotalSeconds : (double?)null, PlacesOf(interval.Counts))).ToArray())];
        foreach ((double? Seconds, (int Place, long Count)[] Counts)[] run in _runs)
        {
            foreach ((double? Seconds, (int Place, long Count)[] Counts) interval in run)
                Add(interval);
        }
    }

    /// <summary>Calls.</summary>
    public long Count => _count;

    /// <summary>Calls a second of load.</summary>
    public double Rate => _seconds > 0 ? _loaded / _seconds : 0;

    /// <summary>A percentile, in seconds.</summary>
    public double At(double percentile)
    {
        long rank = Math.Max(1, (long)Math.Ceiling(percentile / 100 * _count));
        long sum = 0;
        for (int i = 0; i < _merged.Length; i++)
        {
            sum += _merged[i];
            if (sum >= rank)
                return _values[i] / 1e9;
        }

        return 0;
    }

    /// <summary>Draws runs, and intervals of them, with replacement, as many as there are.</summary>
    public void Resample(Dice dice)
    {
        Array.Clear(_merged);
        (_seconds, _count, _loaded) = (0, 0, 0);
        for (int i = 0; i < _runs.Length; i++)
        {
            (double? Seconds, (int Place, long Count)[] Counts)[] run = _runs[dice.Below(_runs.Length)];
            for (int j = 0; j < run.Length; j++)
                Add(run[dice.Below(run.Length)]);
        }
    }

    private void Add((double? Seconds, (int Place, long Count)[] Counts) interval)
    {
        _seconds += interval.Seconds ?? 0;
        foreach ((int place, long count) in interval.Counts)
        {
            _merged[place] += count;
            _count += count;
            _loaded += interval.Seconds is null ? 0 : count;
        }
    }

    private (int Place, long Count)[] PlacesOf(ImmutableArray<(long Nanoseconds, long Count)> counts) =>
        [.. counts.Select(count => (Array.BinarySearch(_values, count.Nanoseconds), count.Count))];
}
