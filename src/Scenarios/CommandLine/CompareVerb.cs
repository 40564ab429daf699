using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using FireproofBench.Load.Comparing;
using FireproofBench.Load.Results;
using FireproofBench.Load.Simulations;
using FireproofBench.Scenarios.Loading;

namespace FireproofBench.Scenarios.CommandLine;

/// <summary><c>compare BASE NEW</c>: whether load became worse.</summary>
internal sealed class CompareVerb(Terminal terminal)
{
    private readonly Argument<string> _base = new("BASE") { Description = "The result folder of a load run, or a folder of several." };
    private readonly Argument<string?> _new = new("NEW") { Description = "The same of the other side.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<int?> _newest = new("--newest") { Description = "In place of NEW: of each kind of run in BASE the newest so many, against those before.", HelpName = "N" };
    private readonly Option<int> _before = new("--before") { Description = "With --newest: against so many runs before at most.", HelpName = "N", DefaultValueFactory = static _ => 20 };
    private readonly Option<string> _tolerance = new("--tolerance") { Description = "How much a median or a rate may change.", HelpName = "N%", DefaultValueFactory = static _ => "5%" };
    private readonly Option<string> _tail = new("--tail-tolerance") { Description = "How much a percentile from 99 on may change.", HelpName = "N%", DefaultValueFactory = static _ => "15%" };
    private readonly Option<string> _floor = new("--floor") { Description = "A latency that changed by less is as it was.", HelpName = "TIME", DefaultValueFactory = static _ => "0.02ms" };
    private readonly Option<string?> _json = new("--json") { Description = "Write the comparison as JSON; - for standard output.", HelpName = "FILE" };

    /// <summary>The command.</summary>
    public Command Create()
    {
        Command command = Verb.Create(
            "compare",
            "Compares load results metric by metric, and says which changes are more than noise.",
            "fireproofbench compare results/20261128T020000Z-raw-put-minio-7 results/20261129T020000Z-raw-put-minio-7",
            "fireproofbench compare before after --tolerance 10% --json -     folders of several runs each",
            "fireproofbench compare results/nightly --newest 3 --tolerance 20%     the last three runs of each kind against those before",
            "fireproofbench load raw-put /srv/a --against /srv/b --pairs 6    runs that take turns, and their comparison",
            "",
            "A change is worse when it is beyond the tolerance and the floor, and the interval of 99 % of the resampled ratios says which way it goes. Percentiles are from the intended start.",
            "Exit codes: 0 no metric is worse, 1 one is, 2 they could not be compared.");
        command.Arguments.Add(_base);
        command.Arguments.Add(_new);
        foreach (Option option in new Option[] { _newest, _before, _tolerance, _tail, _floor, _json })
            command.Options.Add(option);
        command.SetAction((parsed, _) => Verb.GuardAsync(terminal, () => Task.FromResult(Run(parsed))));
        return command;
    }

    private int Run(ParseResult parsed)
    {
        string? json = ResultFile.Check(parsed.GetValue(_json), "--json");
        ComparisonOptions options = new()
        {
            CentreTolerance = ReadShare(parsed.GetValue(_tolerance)!, "--tolerance"),
            TailTolerance = ReadShare(parsed.GetValue(_tail)!, "--tail-tolerance"),
            Floor = ReadFloor(parsed.GetValue(_floor)!),
        };
        string folder = parsed.GetValue(_base)!;
        return (parsed.GetValue(_new), parsed.GetValue(_newest)) switch
        {
            ({ } other, null) => Tell(terminal, RunFolders.Read(folder), RunFolders.Read(other), options, json),
            (null, { } newest) when json is null => TellNewest(folder, newest, parsed.GetValue(_before), options),
            (null, not null) => throw new UsageException("--json is for two sides; with --newest there may be several kinds of runs."),
            _ => throw new UsageException("compare needs two results, or one folder with --newest. See 'fireproofbench compare --help'."),
        };
    }

    private int TellNewest(string folder, int newest, int before, ComparisonOptions options)
    {
        if (newest < 1 || before < 1)
            throw new UsageException("--newest and --before: at least 1.");
        int exit = ExitCodes.Success;
        foreach (IGrouping<RunKind, RunSummary> kind in RunFolders.Summaries(folder, terminal.Error).GroupBy(static run => run.Kind))
        {
            terminal.Out.WriteLine($"== {kind.Key.Scenario} on {kind.Key.Url}, {kind.Key.Plan}");
            RunSummary[] runs = [.. kind.OrderBy(static run => run.Started)];
            if (runs.Length <= newest)
                terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{runs.Length} runs: none before the newest {newest} to compare with."));
            else
                exit = Math.Max(exit, Tell(terminal, Measured(runs[..^newest].TakeLast(before)), Measured(runs[^newest..]), options, json: null));
            terminal.Out.WriteLine();
        }

        return exit;
    }

    private static ImmutableArray<MeasuredRun> Measured(IEnumerable<RunSummary> runs) => [.. runs.SelectMany(static run => RunFolders.Read(run.Path))];

    /// <summary>Compares runs, tells it, and gives the exit code.</summary>
    public static int Tell(Terminal terminal, ImmutableArray<MeasuredRun> before, ImmutableArray<MeasuredRun> after, ComparisonOptions options, string? json)
    {
        ImmutableArray<MetricComparison> metrics;
        try
        {
            metrics = RunComparison.Of(before, after, options);
        }
        catch (InvalidDataException reason)
        {
            throw new UsageException($"{reason.Message}.");
        }

        (int Before, int After) runs = (before.Length, after.Length);
        TextWriter lines = json == ResultFile.StandardOutput ? terminal.Error : terminal.Out;
        foreach (string line in RunComparisonText.Lines(metrics, runs))
            lines.WriteLine(line);
        ResultFile.Write(json, terminal.Out, stream => RunComparisonText.Write(metrics, runs, stream));
        return metrics.Any(static metric => metric.Verdict == ComparisonVerdict.Worse) ? ExitCodes.Violation : ExitCodes.Success;
    }

    private static double ReadShare(string text, string option) =>
        double.TryParse(text.TrimEnd('%'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double percent) && percent is >= 0 and <= 1000
            ? percent / 100
            : throw new UsageException($"{option}: '{text}' is no share such as 5%.");

    private static TimeSpan ReadFloor(string text)
    {
        try
        {
            return text is "0" or "0ms" ? TimeSpan.Zero : LoadPlanText.ReadDuration(text);
        }
        catch (FormatException wrong)
        {
            throw new UsageException($"--floor: {wrong.Message}.");
        }
    }
}
