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
    private static readonly string[] s_timeForms = ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm'Z'", "yyyy-MM-dd'T'HH:mm:ss'Z'"];

    private readonly Argument<string> _base = new("BASE") { Description = "The result folder of a load run, or a folder of several." };
    private readonly Argument<string?> _new = new("NEW") { Description = "The same of the other side.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<int?> _newest = new("--newest") { Description = "In place of NEW: of each kind of run in BASE the newest so many, against those before.", HelpName = "N" };
    private readonly Option<int> _before = new("--before") { Description = "With --newest: against so many runs before at most.", HelpName = "N", DefaultValueFactory = static _ => 20 };
    private readonly Option<string?> _since = new("--since") { Description = "With --newest: only runs that began then or later are new, such as those of this night, and only kinds that have one are compared; 2026-12-01 or 2026-12-01T02:00:00Z.", HelpName = "TIME" };
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
            "fireproofbench compare results/nightly --newest 3 --since 2026-12-01T02:00:00Z     of each kind that ran this night at most three runs, against the nights before",
            "fireproofbench load raw-put /srv/a --against /srv/b --pairs 6    runs that take turns, and their comparison",
            "",
            "A change is worse when it is beyond the tolerance and the floor, and the interval of 99 % of the resampled ratios says which way it goes. Percentiles are from the intended start.",
            "Slow, the share of calls that were slower than 98 of 100 in a usual run, is worse by more than half a hundredth where the ranks of the runs say so: a thin tail that stalls of the machine hide.",
            "Errors, the share of calls that failed, were dropped or did not end, are worse by more than a thousandth and more than a few calls.",
            "Runs that were interrupted, ended early or had no load count on neither side.",
            "Exit codes: 0 no metric is worse, 1 one is, 2 they could not be compared.");
        command.Arguments.Add(_base);
        command.Arguments.Add(_new);
        foreach (Option option in new Option[] { _newest, _before, _since, _tolerance, _tail, _floor, _json })
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
        DateTimeOffset? since = ReadTime(parsed.GetValue(_since));
        if (since is not null && parsed.GetValue(_newest) is null)
            throw new UsageException("--since says which runs are new with --newest N: give that too.");
        return (parsed.GetValue(_new), parsed.GetValue(_newest)) switch
        {
            ({ } other, null) => Tell(terminal, ReadWhole(folder), ReadWhole(other), options, json),
            (null, { } newest) when json is null => TellNewest(folder, newest, parsed.GetValue(_before), since, options),
            (null, not null) => throw new UsageException("--json is for two sides; with --newest there may be several kinds of runs."),
            _ => throw new UsageException("compare needs two results, or one folder with --newest. See 'fireproofbench compare --help'."),
        };
    }

    // Half a ramp is another load than the whole, and of a short run a rare step is missing.
    private ImmutableArray<MeasuredRun> ReadWhole(string folder)
    {
        ImmutableArray<MeasuredRun> all = RunFolders.Read(folder);
        ImmutableArray<MeasuredRun> whole = [.. all.Where(static run => run.IsWhole)];
        if (whole.IsEmpty)
            throw new UsageException($"'{all[0].Path}' was interrupted, ended early or had no load: it cannot be compared with a whole run. Run it again.");
        if (whole.Length < all.Length)
            terminal.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{all.Length - whole.Length} runs in '{folder}' are passed over: interrupted, ended early, or without load."));
        return whole;
    }

    // What cannot be compared in one kind keeps no other from being compared.
    private int TellNewest(string folder, int newest, int before, DateTimeOffset? since, ComparisonOptions options)
    {
        if (newest < 1 || before < 1)
            throw new UsageException("--newest and --before: at least 1.");
        IGrouping<RunKind, RunSummary>[] kinds = [.. RunFolders.Summaries(folder, terminal.Error).GroupBy(static run => run.Kind).Where(kind => since is null || kind.Any(run => run.Started >= since))];
        if (kinds.Length == 0)
            throw new UsageException(since is null ? $"'{folder}' has no {LoadFolder.RunFile}: 'fireproofbench load' writes one." : $"'{folder}' has no run that began since {since.Value.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)} UTC.");
        RunKindNames names = new(kinds.Select(static kind => kind.Key));
        int exit = ExitCodes.Success;
        foreach (IGrouping<RunKind, RunSummary> kind in kinds)
        {
            terminal.Out.WriteLine($"== {kind.Key.Scenario} on {names.AddressOf(kind.Key)}, {names.LoadOf(kind.Key)}");
            exit = Math.Max(exit, TellKind([.. kind.OrderBy(static run => run.Started)], newest, before, since, options));
            terminal.Out.WriteLine();
        }

        return exit;
    }

    private int TellKind(ImmutableArray<RunSummary> all, int newest, int before, DateTimeOffset? since, ComparisonOptions options)
    {
        RunSummary[] whole = [.. all.Where(static run => run.IsWhole)];
        PassOver(all.Length - whole.Length, "interrupted, ended early, or without load");
        RunSummary[] young = [.. whole.Where(run => since is null || run.Started >= since).TakeLast(newest)];
        RunSummary[] old = since is null ? whole[..^young.Length] : [.. whole.Where(run => run.Started < since)];
        if (young.Length == 0)
        {
            terminal.Out.WriteLine(since is null ? "No run went to its end: nothing to compare." : "No run since then went to its end: it cannot be compared with those before.");
            return since is null ? ExitCodes.Success : ExitCodes.CouldNotRun;
        }

        (ImmutableArray<MeasuredRun> after, int gone, int damaged) = Measured(young, newest);

        // A run of this night has its histograms; those of a kind that was given up long ago were removed.
        int exit = damaged > 0 || (gone > 0 && since is not null) ? ExitCodes.CouldNotRun : ExitCodes.Success;
        (ImmutableArray<MeasuredRun> earlier, _, _) = after.IsEmpty ? ([], 0, 0) : Measured(old, before);
        return Math.Max(exit, TellSides(earlier, after, newest, options));
    }

    private int TellSides(ImmutableArray<MeasuredRun> earlier, ImmutableArray<MeasuredRun> after, int newest, ComparisonOptions options)
    {
        if (earlier.IsEmpty || after.IsEmpty)
        {
            terminal.Out.WriteLine(after.IsEmpty ? "None of the newest runs can be compared." : string.Create(CultureInfo.InvariantCulture, $"{after.Length} runs: none before the newest {newest} to compare with."));
            return ExitCodes.Success;
        }

        try
        {
            return Tell(terminal, earlier, after, options, json: null);
        }
        catch (UsageException reason)
        {
            terminal.Out.WriteLine(reason.Message);
            return ExitCodes.CouldNotRun;
        }
    }

    private void PassOver(int count, string why)
    {
        if (count > 0)
            terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count} runs are passed over: {why}."));
    }

    // The newest that can be read, up to so many; one that is damaged is named.
    private (ImmutableArray<MeasuredRun> Runs, int Gone, int Damaged) Measured(RunSummary[] runs, int most)
    {
        List<MeasuredRun> found = [];
        (int gone, int damaged) = (0, 0);
        for (int i = runs.Length - 1; i >= 0 && found.Count < most; i--)
        {
            if (!RunFolders.HasHistograms(runs[i]))
            {
                gone++;
                continue;
            }

            try
            {
                found.Add(MeasuredRun.Read(runs[i].Path));
            }
            catch (Exception failure) when (failure is InvalidDataException or IOException or UnauthorizedAccessException)
            {
                damaged++;
                terminal.Out.WriteLine($"A run is passed over: {failure.Message}.");
            }
        }

        PassOver(gone, "their histograms are gone");
        found.Reverse();
        return ([.. found], gone, damaged);
    }

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

    private static DateTimeOffset? ReadTime(string? text) => text is null ? null
        : DateTimeOffset.TryParseExact(text, s_timeForms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) ? time
        : throw new UsageException($"--since: '{text}' is no time such as 2026-12-01 or 2026-12-01T02:00:00Z (ISO 8601, UTC).");

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
