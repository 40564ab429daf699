using System.Collections.Immutable;

namespace FireproofBench.Load.Comparing;

/// <summary>A run as its result folder has it, for comparison.</summary>
/// <param name="Path">The folder.</param>
/// <param name="Kind">What it has to have in common with the runs that it is compared with.</param>
/// <param name="HasArrivals">Whether it is an open model: then its rate is what was asked for.</param>
/// <param name="Steps">Its steps.</param>
internal sealed record MeasuredRun(string Path, RunKind Kind, bool HasArrivals, ImmutableArray<MeasuredStep> Steps)
{
    private const string Intended = ".intended";
    private const int MaxIntervals = 1_000_000;
    private static readonly TimeSpan s_usual = TimeSpan.FromSeconds(1);

    /// <summary>Whether it had load, and ran to its end without a fault of its own; what did not cannot be compared with what did.</summary>
    public bool IsWhole { get; init; } = true;

    /// <summary>Reads the folder of a run.</summary>
    /// <exception cref="InvalidDataException">It is none, or damaged; the message says what and where.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static MeasuredRun Read(string folder)
    {
        RunSummary run = RunSummary.Read(folder);
        return new MeasuredRun(folder, run.Kind, run.HasArrivals, ReadSteps(folder, run)) { IsWhole = run.IsWhole };
    }

    private static ImmutableArray<MeasuredStep> ReadSteps(string folder, RunSummary run)
    {
        Dictionary<string, List<(TimeSpan At, MeasuredInterval Interval)>> intervals = [];
        HistogramLog.ReadFile(System.IO.Path.Combine(folder, LoadFolder.HistogramFile), (tag, at, length, histogram) =>
        {
            if (!tag.EndsWith(Intended, StringComparison.Ordinal))
                return;
            string step = tag[..^Intended.Length];
            if (!intervals.TryGetValue(step, out List<(TimeSpan At, MeasuredInterval Interval)>? all))
                intervals[step] = all = [];
            all.Add((at, new MeasuredInterval(length, [.. histogram.RecordedValues().Select(static value => (value.ValueIteratedTo, value.CountAtValueIteratedTo))])));
        });
        TimeSpan usual = UsualOf(intervals.Values.SelectMany(static step => step).Select(static one => one.Interval.Length), run.Loaded);
        return [.. run.Steps.Select(step => new MeasuredStep(step.Name, IntervalGaps.Fill(intervals.GetValueOrDefault(step.Name) ?? [], usual, run.Loaded)) { Lost = run.LostOf(step) })];
    }

    // The first and the last of a run are shorter. A file that somebody wrote may have none that is longer than nothing.
    private static TimeSpan UsualOf(IEnumerable<TimeSpan> lengths, TimeSpan loaded)
    {
        TimeSpan[] all = [.. lengths.Order()];
        TimeSpan usual = all.Length > 0 ? all[all.Length / 2] : s_usual;
        TimeSpan least = loaded / MaxIntervals;
        return usual > least && usual > TimeSpan.Zero ? usual : least > s_usual ? least : s_usual;
    }
}
