using FireproofBench.Gateways.Simulated;
using FireproofBench.Properties.Conformance.Faults;
using FireproofBench.Scenarios.CommandLine;
using Xunit;

namespace FireproofBench.Properties.Conformance;

public sealed class PowerTests
{
    // Clauses that no store can fail through the port as it is: they always answer that they cannot be checked.
    private static readonly string[] s_unchecked = ["LST-08", "ENG-07"];

    // What it runs is beside the store under test: faults of the engine fail it, which are built from changed sources.
    private const string OfTheEngine = "ENG-06";

    private static readonly Fault[] s_faults =
    [
        .. ObjectFaults.All, .. NameFaults.All, .. ListFaults.All, .. ConditionFaults.All, .. ConsistencyFaults.All, .. ConcurrencyFaults.All, .. DatabaseFaults.All,
        .. HeadFaults.All, .. ChannelFaults.All,
        .. DurabilityFaults.All, .. SecurityFaults.All, .. LimitFaults.All, .. TimeFaults.All,
    ];

    public static TheoryData<string, string> FaultsAndKillers => [.. s_faults.SelectMany(
        f => f.KilledBy.Select(k => new TheoryDataRow<string, string>(f.Id, k)))];

    public static TheoryData<string> SoundStores => [.. Oddities.All.Select(o => o.Id)];

    [Theory]
    [MemberData(nameof(FaultsAndKillers))]
    public async Task A_seeded_fault_fails_its_clause(string fault, string clause)
    {
        await using Engine.Ports.IDataGateway store = s_faults.Single(f => f.Id == fault).Make();

        // A channel is taken for dead after a patience that nobody has to sit through.
        TimeProvider time = ChannelFaults.All.Concat(LimitFaults.All).Any(f => f.Id == fault) ? new HastyTime(5) : TimeProvider.System;
        ConformanceReport report = await Runs.OfAsync(store, [clause], TestContext.Current.CancellationToken, time: time);
        ClauseResult result = Assert.Single(report.Results);
        Assert.True(result.Outcome == ClauseOutcome.Failed, $"'{fault}' was not killed by {clause}: {result.Outcome}, {result.Evidence}");
        Assert.NotEmpty(result.Evidence);
    }

    [Theory]
    [MemberData(nameof(SoundStores))]
    public async Task A_sound_store_raises_no_alarm(string oddity)
    {
        await using Engine.Ports.IDataGateway store = Oddities.All.Single(o => o.Id == oddity).Make();
        ConformanceReport report = await Runs.OfAsync(store, ClauseBook.All, TestContext.Current.CancellationToken);
        Assert.Empty(report.Results.Where(r => r.Outcome == ClauseOutcome.Failed).Select(r => $"{r.Clause.Id}: {r.Evidence}"));
        Assert.Equal(VerdictKind.Safe, report.Verdict.Kind);
        Assert.Empty(report.Leftovers);
    }

    [Fact]
    public async Task A_folder_keeps_every_clause()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("conform-folder-");
        try
        {
            await using (StoreUnderTest store = await StoreUrls.OpenAsync(folder.FullName, TestContext.Current.CancellationToken))
            {
                ConformanceReport report = await Runs.OfAsync(store, ClauseBook.All, TestContext.Current.CancellationToken);
                Assert.Empty(report.Results.Where(r => r.Outcome == ClauseOutcome.Failed).Select(r => $"{r.Clause.Id}: {r.Evidence}"));
                Assert.Empty(report.Leftovers);

                // A folder tells of nothing, so there is no channel to judge.
                Assert.All(
                    report.Results.Where(r => r.Clause.Needs.HasFlag(StoreNeeds.Databases)),
                    r => Assert.Equal(r.Clause.Group == "SUB" && r.Clause.Id != "SUB-07" ? ClauseOutcome.Unsupported : ClauseOutcome.Passed, r.Outcome));
            }

            Assert.Empty(folder.EnumerateFileSystemInfos());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Every_clause_that_can_fail_has_a_fault_that_fails_it()
    {
        string[] killers = [.. s_faults.SelectMany(f => f.KilledBy).Concat(GatewayFaults.All.SelectMany(f => f.KilledBy))
            .Concat(FaultCatalogue.Faults.SelectMany(f => f.Killers)).Distinct().Order(StringComparer.Ordinal)];
        Assert.Equal(ClauseBook.All.Select(c => c.Id).Except(s_unchecked).Where(static id => id != OfTheEngine).Order(StringComparer.Ordinal), killers);
    }

    [Fact]
    public async Task Clauses_that_cannot_be_checked_say_so_with_a_reason()
    {
        await using InterceptedStore store = new();
        ConformanceReport report = await Runs.OfAsync(store, s_unchecked, TestContext.Current.CancellationToken);
        Assert.All(report.Results, r => Assert.True(r.Outcome is ClauseOutcome.Unsupported or ClauseOutcome.Inconclusive && r.Evidence.Length > 20,
            r.Clause.Id));
    }
}
