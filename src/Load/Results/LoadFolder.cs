using System.Collections.Immutable;
using System.Globalization;

namespace FireproofBench.Load.Results;

/// <summary>The folder of one run: what is measured is written while it goes on, so that nothing is lost when it ends in another way than planned.</summary>
internal sealed class LoadFolder : IDisposable
{
    /// <summary>The manifest and the summary.</summary>
    public const string RunFile = "run.json";

    /// <summary>The histograms of each interval and step.</summary>
    public const string HistogramFile = "histograms.hlog";

    /// <summary>The intervals, a line of JSON each.</summary>
    public const string SeriesFile = "series.jsonl";

    /// <summary>The page of the run.</summary>
    public const string PageFile = "report.html";

    private readonly StreamWriter _series;
    private readonly HistogramLog _histograms;

    private LoadFolder(string path, DateTimeOffset start)
    {
        Path = path;
        _series = new StreamWriter(System.IO.Path.Combine(path, SeriesFile));
        _histograms = new HistogramLog(new StreamWriter(System.IO.Path.Combine(path, HistogramFile)), start);
    }

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>Makes the folder of a run, <c>DATE-SCENARIO-PROVIDER-SEED</c>; with a number behind it where there is one already.</summary>
    /// <param name="parent">The folder of all results.</param>
    /// <param name="manifest">What the run is.</param>
    /// <param name="start">When it begins.</param>
    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be made.</exception>
    public static LoadFolder Create(string parent, LoadManifest manifest, DateTimeOffset start)
    {
        string provider = new([.. manifest.Provider.ToLowerInvariant().Select(static c => char.IsAsciiLetterOrDigit(c) ? c : '-')]);
        string name = string.Create(
            CultureInfo.InvariantCulture, $"{start.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}-{manifest.Scenario.Name}-{provider.Trim('-')}-{manifest.Seed}");
        string path = System.IO.Path.Combine(parent, name);
        for (int again = 2; Directory.Exists(path); again++)
            path = System.IO.Path.Combine(parent, string.Create(CultureInfo.InvariantCulture, $"{name}-{again}"));
        _ = Directory.CreateDirectory(path);
        return new LoadFolder(path, start);
    }

    /// <summary>An interval is over.</summary>
    public void Add(IntervalRow row) => _series.WriteLine(LoadJson.Line(row));

    /// <summary>What a step did in an interval.</summary>
    public void Add(string step, TimeSpan at, TimeSpan length, StepTotals totals)
    {
        _histograms.Add(step + ".intended", at, length, totals.Intended);
        _histograms.Add(step + ".actual", at, length, totals.Actual);
    }

    /// <summary>The run is over.</summary>
    /// <param name="manifest">What it was.</param>
    /// <param name="outcome">What it measured.</param>
    /// <param name="after">What it cost and left.</param>
    /// <param name="thresholds">Its thresholds with what was measured.</param>
    /// <param name="page">Its page.</param>
    public void Finish(LoadManifest manifest, LoadOutcome outcome, LoadAftermath after, ImmutableArray<ThresholdResult> thresholds, byte[] page)
    {
        Write(RunFile, stream => LoadJson.Write(stream, manifest, outcome, after, thresholds));
        Write(PageFile, stream => stream.Write(page));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _series.Dispose();
        _histograms.Dispose();
    }

    // A reader never finds half a result.
    private void Write(string name, Action<Stream> write)
    {
        string path = System.IO.Path.Combine(Path, name);
        using (FileStream stream = File.Create(path + ".tmp"))
            write(stream);
        File.Move(path + ".tmp", path, overwrite: true);
    }
}
