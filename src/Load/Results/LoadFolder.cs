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

    /// <summary>The intervals as a table.</summary>
    public const string TableFile = "series.csv";

    /// <summary>The page of the run.</summary>
    public const string PageFile = "report.html";

    /// <summary>The run as text.</summary>
    public const string TextFile = "summary.md";

    /// <summary>The thresholds as tests.</summary>
    public const string TestFile = "junit.xml";

    private readonly Func<string, Stream> _create;
    private readonly StreamWriter _series;
    private readonly HistogramLog _histograms;

    private LoadFolder(string path, DateTimeOffset start, Func<string, Stream> create)
    {
        (Path, _create) = (path, create);
        _series = new StreamWriter(create(System.IO.Path.Combine(path, SeriesFile)));
        _histograms = new HistogramLog(new StreamWriter(create(System.IO.Path.Combine(path, HistogramFile))), start);
    }

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>Makes the folder of a run, <c>DATE-SCENARIO-PROVIDER-SEED</c>; with a number behind it where there is one already.</summary>
    /// <param name="parent">The folder of all results.</param>
    /// <param name="manifest">What the run is.</param>
    /// <param name="start">When it begins.</param>
    /// <param name="create">Makes a file; null for the file system.</param>
    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be made.</exception>
    public static LoadFolder Create(string parent, LoadManifest manifest, DateTimeOffset start, Func<string, Stream>? create = null)
    {
        string provider = new([.. manifest.Provider.ToLowerInvariant().Select(static c => char.IsAsciiLetterOrDigit(c) ? c : '-')]);
        string name = string.Create(
            CultureInfo.InvariantCulture, $"{start.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}-{manifest.Scenario.Name}-{provider.Trim('-')}-{manifest.Seed}");
        string path = System.IO.Path.Combine(parent, name);
        for (int again = 2; Directory.Exists(path); again++)
            path = System.IO.Path.Combine(parent, string.Create(CultureInfo.InvariantCulture, $"{name}-{again}"));
        _ = Directory.CreateDirectory(path);
        return new LoadFolder(path, start, create ?? File.Create);
    }

    /// <summary>An interval is over.</summary>
    public void Add(IntervalRow row) => _series.WriteLine(LoadJson.Line(row));

    /// <summary>What a step did in an interval.</summary>
    public void Add(string step, TimeSpan at, TimeSpan length, StepTotals totals)
    {
        _histograms.Add(step + ".intended", at, length, totals.Intended);
        _histograms.Add(step + ".actual", at, length, totals.Actual);
    }

    /// <summary>Writes a file of the run; a reader never finds half of it.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="write">Writes it.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Write(string name, Action<Stream> write)
    {
        string path = System.IO.Path.Combine(Path, name);
        try
        {
            using (Stream stream = _create(path + ".tmp"))
                write(stream);
            File.Move(path + ".tmp", path, overwrite: true);
        }
        catch (IOException)
        {
            File.Delete(path + ".tmp");
            throw;
        }
    }

    /// <summary>The run is over: what is still on its way to the files of the intervals gets there.</summary>
    /// <exception cref="IOException">It cannot all be written; what was written by then stays.</exception>
    public void Finish()
    {
        _series.Dispose();
        _histograms.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Close(_series);
        Close(_histograms);

        // What cannot be written was told of by whoever wrote it.
        static void Close(IDisposable file)
        {
            try
            {
                file.Dispose();
            }
            catch (IOException)
            {
            }
        }
    }
}
