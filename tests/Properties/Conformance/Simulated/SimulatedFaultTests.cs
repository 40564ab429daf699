using System.Collections.Immutable;
using FireproofBench.Gateways.Simulated;
using Xunit;

namespace FireproofBench.Properties.Conformance.Simulated;

/// <summary>The proof of the suite's power, in virtual time: simulated stores that are wrong are found, and those that are only odd are not accused.</summary>
public sealed class SimulatedFaultTests
{
    public static TheoryData<string> Wrong => [.. FaultCatalogue.Faults.Select(static fault => fault.Id)];

    public static TheoryData<string> Odd => [.. FaultCatalogue.Oddities.Select(static oddity => oddity.Id)];

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_wrong_store_fails_a_clause_of_its_class(string fault)
    {
        ImmutableArray<string> killers = FaultCatalogue.Faults.Single(known => known.Id == fault).Killers;
        ConformanceReport report = Judge($"sim:fault/{fault}", ClauseBook.Select(ConnectorProfile.All, killers));
        Assert.True(
            report.Results.Any(static result => result.Outcome == ClauseOutcome.Failed),
            string.Join("; ", report.Results.Select(static result => $"{result.Clause.Id} {result.Outcome}: {result.Evidence}")));
    }

    [Theory]
    [MemberData(nameof(Odd))]
    public void An_odd_store_raises_no_alarm(string oddity)
    {
        ConformanceReport report = Judge($"sim:oddity/{oddity}", ClauseBook.All);
        Assert.Empty(report.Results.Where(static result => result.Outcome == ClauseOutcome.Failed).Select(static result => $"{result.Clause.Id}: {result.Evidence}"));
        Assert.Equal(VerdictKind.Safe, report.Verdict.Kind);
    }

    [Theory]
    [InlineData("sim:read-after-create?lag=1s")]
    [InlineData("sim:eventual?lag=1s")]
    [InlineData("sim:list-lag?lag=1s")]
    [InlineData("sim:delete-lag?lag=1s")]
    [InlineData("sim:negative-cache?lag=1s")]
    [InlineData("sim:replicas?lag=1s")]
    [InlineData("sim:cdn?max-age=1s")]
    [InlineData("sim:flapping")]
    [InlineData("sim:unconditional")]
    [InlineData("sim:eventual?lag=1s&replicas=3&push=reordered")]
    public void A_store_that_does_what_it_declares_raises_no_alarm(string profile)
    {
        ConformanceReport report = Judge(profile, ClauseBook.All);
        Assert.Empty(report.Results.Where(static result => result.Outcome == ClauseOutcome.Failed).Select(static result => $"{result.Clause.Id}: {result.Evidence}"));
        Assert.Equal(VerdictKind.Safe, report.Verdict.Kind);
    }

    [Theory]
    [InlineData("sim:strong?push=dropped")]
    [InlineData("sim:eventual?lag=5s&push=dropped")]
    public void A_channel_that_loses_messages_is_waited_for_as_long_as_the_store_may_be_late_and_then_judged(string profile)
    {
        ConformanceReport report = Judge(profile, ClauseBook.Select(ConnectorProfile.All, ["SUB"]), new DeclaredVisibility(TimeSpan.FromSeconds(10)));
        Assert.Equal(ClauseOutcome.Failed, report.Results.Single(static result => result.Clause.Id == "SUB-04").Outcome);
        Assert.InRange(report.Elapsed, TimeSpan.FromSeconds(20), TimeSpan.FromMinutes(5));
    }

    [Theory]
    [InlineData("sim:strong")]
    [InlineData("sim:replicas?lag=1s")]
    [InlineData("sim:strong?heads=objects&latency=5ms")]
    public void A_run_in_virtual_time_is_the_same_each_time(string profile)
    {
        ConformanceReport first = Judge(profile, ClauseBook.All);
        ConformanceReport second = Judge(profile, ClauseBook.All);
        Assert.Empty(first.Results.Where(static result => result.Outcome == ClauseOutcome.Failed).Select(static result => $"{result.Clause.Id}: {result.Evidence}"));
        Assert.Empty(first.Leftovers);
        Assert.Equal(first.Results.Select(Told), second.Results.Select(Told));
        Assert.Equal(first.Requests, second.Requests);
        Assert.Equal(first.Elapsed, second.Elapsed);

        static (string, ClauseOutcome, string, TimeSpan) Told(ClauseResult result) => (result.Clause.Id, result.Outcome, result.Evidence, result.Elapsed);
    }

    [Fact]
    public void Each_class_of_faults_is_there_and_each_id_once()
    {
        Assert.Equal("VACLBNHSE", string.Concat(FaultCatalogue.Faults.Select(static fault => fault.Id[0]).Distinct()));
        Assert.Equal(FaultCatalogue.Faults.Length, FaultCatalogue.Faults.Select(static fault => fault.Id).Distinct().Count());
        Assert.Equal(12, FaultCatalogue.Oddities.Length);
        Assert.All(FaultCatalogue.Faults, static fault => Assert.All(fault.Killers, static id => Assert.Contains(ClauseBook.All, clause => clause.Id == id)));
    }

    private static ConformanceReport Judge(string url, ImmutableArray<Clause> clauses, DeclaredVisibility? declared = null) => ConformanceRunner.JudgeAsync(
        SimulatedTarget.Open(SimulatedUrl.Parse(url)),
        new ConformanceRequest { Clauses = clauses, Seed = 7, Budget = Budget.Quick, Declared = declared },
        SilentObserver.Instance,
        CancellationToken.None).GetAwaiter().GetResult();
}
