using System.Collections.Immutable;
using System.CommandLine;
using FireproofBench.Load.Results;
using FireproofBench.Load.Trends;
using FireproofBench.Scenarios.Loading;
using FireproofBench.Scenarios.Reporting;

namespace FireproofBench.Scenarios.CommandLine;

/// <summary><c>report DIR</c>: pages over all results of a folder.</summary>
internal sealed class ReportVerb(Terminal terminal)
{
    /// <summary>The page over load runs.</summary>
    public const string TrendFile = "trend.html";

    private readonly Argument<string> _folder = new("DIR") { Description = "A folder with results of conformance runs (JSON) and of load runs, at any depth." };
    private readonly Option<bool> _markdown = new("--markdown") { Description = "Write Markdown to standard output, in place of the pages." };

    /// <summary>The command.</summary>
    public Command Create()
    {
        Command command = Verb.Create(
            "report",
            "Writes pages over the results in DIR: index.html with the verdict of each store and all clauses by all stores, and trend.html with the figures of load runs over time and where they changed.",
            "fireproofbench conform memory: --report r/memory        a report of its own",
            "fireproofbench report r                                 r/index.html over all of them",
            "fireproofbench load raw-put /srv/data --rate 200/s --results nightly    a run, night by night",
            "fireproofbench report nightly                           nightly/trend.html over all of them",
            "fireproofbench report r --markdown > README.md          the verdicts and findings as text");
        command.Arguments.Add(_folder);
        command.Options.Add(_markdown);
        command.SetAction((parsed, _) => Verb.GuardAsync(terminal, () => Task.FromResult(Run(parsed))));
        return command;
    }

    private int Run(ParseResult parsed)
    {
        string folder = Path.GetFullPath(parsed.GetValue(_folder)!);
        ImmutableArray<ConformanceFile> reports = ReportFolder.Find(folder, terminal.Error);
        ImmutableArray<RunSummary> runs = RunFolders.Summaries(folder, terminal.Error);
        if (reports.IsEmpty && runs.IsEmpty)
            throw new UsageException($"'{folder}' has no result. 'fireproofbench conform URL --report DIR' and 'fireproofbench load SCENARIO URL --results DIR' write some.");
        ImmutableArray<TrendSeries> trends = TrendSeries.Of(runs);
        if (runs.Count(static run => !run.IsWhole) is > 0 and var left)
            terminal.Error.WriteLine($"{TrendText.Count(left, "load run")} that did not go to the end under load: left out");
        if (reports.IsEmpty && trends.IsEmpty)
            throw new UsageException($"'{folder}' has no run that went to its end under load: nothing to report.");
        if (parsed.GetValue(_markdown))
            WriteMarkdown(reports, trends);
        else
            WritePages(folder, reports, trends);
        return ExitCodes.Success;
    }

    private void WriteMarkdown(ImmutableArray<ConformanceFile> reports, ImmutableArray<TrendSeries> trends)
    {
        if (!reports.IsEmpty)
            MatrixMarkdown.Write(reports, terminal.Out);
        if (trends.IsEmpty)
            return;
        if (!reports.IsEmpty)
            terminal.Out.WriteLine();
        foreach (string line in TrendText.Markdown(trends))
            terminal.Out.WriteLine(line);
    }

    private void WritePages(string folder, ImmutableArray<ConformanceFile> reports, ImmutableArray<TrendSeries> trends)
    {
        if (!reports.IsEmpty)
            ReportFolder.WritePage(folder, reports, terminal);
        if (trends.IsEmpty)
            return;
        string path = Path.Combine(folder, TrendFile);
        ResultFile.Write(path, terminal.Out, stream => stream.Write(TrendPage.Of(trends, run => LinkOf(folder, run))));
        terminal.Error.WriteLine($"{TrendText.Count(trends.Sum(static series => series.Older + series.Runs.Length), "load run")} are in {path}");
        RunKindNames names = new(trends.Select(static series => series.Kind));
        foreach ((TrendSeries series, TrendMetric metric, TrendChange change) in trends.SelectMany(static series => series.Changes.Select(found => (series, found.Metric, found.Change))))
            terminal.Out.WriteLine($"{(change.IsMended ? "mended" : change.IsWorse ? "WORSE " : "better")} {names.TitleOf(series.Kind)}: {TrendText.Of(series, metric, change)}");
    }

    // Pages of old runs may have been removed; what they were made of stays.
    private static string LinkOf(string folder, RunSummary run)
    {
        string page = Path.Combine(run.Path, LoadFolder.PageFile);
        string target = File.Exists(page) ? page : Path.Combine(run.Path, LoadFolder.RunFile);
        return ReportFolder.LinkTo(Path.GetRelativePath(folder, target).Replace(Path.DirectorySeparatorChar, '/'));
    }
}
