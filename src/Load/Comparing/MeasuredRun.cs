using System.Collections.Immutable;
using HdrHistogram;

namespace FireproofBench.Load.Comparing;

/// <summary>A run as its result folder has it, for comparison.</summary>
/// <param name="Path">The folder.</param>
/// <param name="Scenario">The scenario.</param>
/// <param name="Plan">Its load.</param>
/// <param name="HasArrivals">Whether that is an open model: then its rate is what was asked for.</param>
/// <param name="Steps">Its steps.</param>
internal sealed record MeasuredRun(string Path, string Scenario, string Plan, bool HasArrivals, ImmutableArray<MeasuredStep> Steps)
{
    private const string Intended = ".intended";
    private const long MaxLength = 1L << 30;

    /// <summary>Reads the folder of a run.</summary>
    /// <exception cref="InvalidDataException">It is none, or damaged; the message says what and where.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static MeasuredRun Read(string folder)
    {
        RunSummary run = RunSummary.Read(folder);
        return new MeasuredRun(folder, run.Kind.Scenario, run.Kind.Plan, run.HasArrivals, ReadSteps(folder, run.Steps));
    }

    private static ImmutableArray<MeasuredStep> ReadSteps(string folder, ImmutableArray<StepSummary> steps)
    {
        string path = System.IO.Path.Combine(folder, LoadFolder.HistogramFile);
        if (!File.Exists(path) || new FileInfo(path).Length > MaxLength)
            throw new InvalidDataException($"'{path}' is missing, or longer than {MaxLength >> 20} MiB");
        Dictionary<string, List<MeasuredInterval>> intervals = [];
        using StreamReader lines = File.OpenText(path);
        try
        {
            foreach ((string tag, _, TimeSpan length, HistogramBase histogram) in HistogramLog.Read(lines))
            {
                if (!tag.EndsWith(Intended, StringComparison.Ordinal))
                    continue;
                string step = tag[..^Intended.Length];
                if (!intervals.TryGetValue(step, out List<MeasuredInterval>? all))
                    intervals[step] = all = [];
                all.Add(new MeasuredInterval(length, [.. histogram.RecordedValues().Select(static value => (value.ValueIteratedTo, value.CountAtValueIteratedTo))]));
            }
        }
        catch (FormatException damage)
        {
            throw new InvalidDataException($"'{path}', {damage.Message}", damage);
        }

        return [.. steps.Select(step => new MeasuredStep(step.Name, [.. intervals.GetValueOrDefault(step.Name) ?? []]))];
    }
}
