using System.Collections.Immutable;
using FireproofBench.Engine.Ports;
using FireproofBench.Scenarios.CommandLine;
using Xunit;

namespace FireproofBench.Properties.Conformance;

public sealed class VerdictTests
{
    [Theory]
    [InlineData("", "Multi", false, "safe", 0, 0)]
    [InlineData("Must", "Multi", false, "unsafe", 1, 1)]
    [InlineData("Must", "Single", false, "unsafe", 1, 1)]
    [InlineData("MustStar", "Multi", false, "safe-with", 0, 0)]
    [InlineData("MustStar", "Single", false, "unsafe", 1, 1)]
    [InlineData("Should", "Multi", false, "safe-with", 0, 3)]
    [InlineData("Should,MustStar", "Multi", false, "safe-with", 0, 3)]
    [InlineData("Should,Must", "Multi", false, "unsafe", 1, 1)]
    [InlineData("May", "Single", false, "safe", 0, 0)]
    [InlineData("", "Multi", true, "safe-with", 0, 0)]
    [InlineData("May", "Multi", true, "safe-with", 0, 0)]
    public void A_verdict_follows_from_the_levels_that_failed(string failed, string heads, bool weaker, string verdict, int exitCode, int strictExitCode)
    {
        // Beside what failed stands one clause of every level that passed, is unsupported or inconclusive: none of these counts.
        List<ClauseResult> results =
        [
            .. Enum.GetValues<ClauseLevel>().SelectMany(
                l => new[] { ClauseOutcome.Passed, ClauseOutcome.Unsupported, ClauseOutcome.Inconclusive }.Select(o => Result(l, o))),
            .. failed.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(l => Result(Enum.Parse<ClauseLevel>(l), ClauseOutcome.Failed)),
        ];
        Verdict judged = Verdict.Judge(results, Enum.Parse<HeadsLayout>(heads), weaker);
        Assert.Equal(verdict, judged.Name);
        Assert.Equal(verdict == "safe-with", judged.Settings.Length > 0);
        Assert.Equal(verdict == "unsafe", judged.Breaking.Length > 0);
        ConformanceReport report = Report(judged, results);
        Assert.Equal(exitCode, ConformVerb.ExitCodeOf(report, strict: false));
        Assert.Equal(strictExitCode, ConformVerb.ExitCodeOf(report, strict: true));
        Assert.Equal(130, ConformVerb.ExitCodeOf(report with { Interrupted = true }, strict: true));
    }

    [Fact]
    public void A_store_that_went_away_is_no_verdict() =>
        Assert.Equal(2, ConformVerb.ExitCodeOf(Report(new Verdict(VerdictKind.Safe, [], []), []) with { Lost = "gone" }, strict: false));

    private static ClauseResult Result(ClauseLevel level, ClauseOutcome outcome) =>
        new(Runs.Clause($"TST-0{(int)level + 1}", _ => Task.FromResult(Finding.Passed("")), level), outcome, "seen", TimeSpan.Zero, "again");

    private static ConformanceReport Report(Verdict verdict, IReadOnlyCollection<ClauseResult> results) => new()
    {
        Request = new ConformanceRequest { Clauses = [], Seed = 1 },
        Url = "test:",
        Declared = DeclaredVisibility.Strong,
        Traits = new DataTraits { Provider = "test" },
        Results = [.. results],
        Verdict = verdict,
        Quirks = [],
        Limits = ImmutableDictionary<string, long>.Empty,
        Leftovers = [],
        Requests = new RequestCounts(0, 0, 0, 0, 0, 0),
        RequestsPerSecond = 1,
        StartedAt = DateTimeOffset.UnixEpoch,
        Elapsed = TimeSpan.Zero,
    };
}
