using System.Collections.Immutable;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Properties.Reporting;

/// <summary>Reports for tests of what is written about them.</summary>
internal static class SampleReports
{
    /// <summary>What a hostile store could put into keys and error texts.</summary>
    public const string Hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>&lt;</td>\u202Egpj.exe\u0000]]>--><!--";

    /// <summary>A report in which every text that a store has a hand in is given.</summary>
    public static ConformanceReport Of(string told, ClauseOutcome outcome = ClauseOutcome.Failed, params ReadOnlySpan<VisibilitySeries> visibility)
    {
        ImmutableArray<Clause> clauses = [.. ClauseBook.All.Where(c => c.Id is "OBJ-01" or "CAS-02" or "CAS-07" or "LST-04" or "SUB-01")];
        ImmutableArray<ClauseResult> results =
        [
            .. clauses.Select((c, i) => new ClauseResult(
                c, i == 0 ? outcome : (ClauseOutcome)(i % 4), $"seen {told}", TimeSpan.FromSeconds(1.25), $"fireproofbench conform '{told}' --only {c.Id} --seed 7 --budget quick")),
        ];
        return new ConformanceReport
        {
            Request = new ConformanceRequest { Clauses = clauses, Seed = 7, Budget = Budget.Quick },
            Url = told,
            Traits = new DataTraits { Provider = told, ConditionalCreate = true, OrderedListing = true, StronglyConsistent = true },
            Results = results,
            Verdict = Verdict.Judge(results, HeadsLayout.Multi, visibilityIsWeaker: false),
            Quirks = [new Quirk("CAS-02", told), new Quirk("store", told)],
            Limits = new SortedDictionary<string, long>(StringComparer.Ordinal) { ["keyBytes"] = 1024 },
            Declared = DeclaredVisibility.Strong,
            Visibility = [.. visibility],
            Leftovers = [told],
            Requests = new RequestCounts(10, 20, 3, 4, 5, 1),
            RequestsPerSecond = 1234,
            StartedAt = new DateTimeOffset(2026, 11, 25, 10, 0, 0, TimeSpan.Zero),
            Elapsed = TimeSpan.FromSeconds(61),
        };
    }

    /// <summary>A series whose samples go up to some milliseconds.</summary>
    public static VisibilitySeries Late(VisibilityEffect effect, int milliseconds) => VisibilitySeries.Of(
        effect, ObserverKind.OtherClient, [.. Enumerable.Range(0, 100).Select(i => TimeSpan.FromMilliseconds(milliseconds * i * i / 9801.0))], unseen: 0);
}
