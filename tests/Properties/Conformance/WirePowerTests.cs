using System.Collections.Immutable;
using FireproofBench.Gateways;
using FireproofBench.Gateways.S3;
using FireproofBench.Gateways.WebDav;
using FireproofBench.Properties.Conformance.Faults;
using FireproofBench.Properties.Endpoint;
using FireproofBench.Properties.Gateways;
using FireproofBench.Properties.Gateways.S3;
using FireproofBench.Properties.Gateways.WebDav;
using FireproofBench.Scenarios.CommandLine;
using Xunit;

namespace FireproofBench.Properties.Conformance;

/// <summary>The clauses that put faults on the wire: each fails a gateway that is wrong, and none fails the project's own.</summary>
public sealed class WirePowerTests
{
    private static readonly string[] s_wired = ["INT-02", "CAS-08", "CAS-09", "ERR-01", "ERR-02", "ERR-03", "ERR-04", "ERR-05", "ERR-06", "ERR-07", "ERR-08"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> FaultsAndKillers => [.. GatewayFaults.All.SelectMany(f => f.KilledBy.Select(k => new TheoryDataRow<string, string>(f.Id, k)))];

    [Theory]
    [MemberData(nameof(FaultsAndKillers))]
    public async Task A_seeded_fault_of_a_gateway_fails_its_clause(string fault, string clause)
    {
        await using EndpointServer server = await EndpointServer.StartAsync();
        await using StoreUnderTest sound = await StoreUrls.OpenAsync(server.Address.ToString(), Token);
        StoreUnderTest bent = GatewayFaults.All.Single(f => f.Id == fault).Bend(sound);

        // A call that does not end is waited for, and nobody has to sit through all of it.
        TimeProvider time = clause == "ERR-05" ? new HastyTime(3) : TimeProvider.System;
        ConformanceReport report = await Runs.OfAsync(bent, ClauseBook.Select(ConnectorProfile.All, [clause]), Token, time: time);
        ClauseResult result = Assert.Single(report.Results);
        Assert.True(result.Outcome == ClauseOutcome.Failed, $"'{fault}' was not killed by {clause}: {result.Outcome}, {result.Evidence}");
        TestContext.Current.TestOutputHelper?.WriteLine(result.Evidence);
    }

    [Fact]
    public async Task The_gateway_of_an_endpoint_keeps_every_clause_of_the_wire()
    {
        await using EndpointServer server = await EndpointServer.StartAsync();
        await using StoreUnderTest store = await StoreUrls.OpenAsync(server.Address.ToString(), Token);
        await KeepsAllAsync(store, s_wired);
    }

    [Fact]
    public async Task The_gateway_of_buckets_keeps_every_clause_of_the_wire()
    {
        S3Server ceph = await S3Server.RequireAsync("ceph");
        await using S3DataGateway data = ceph.Open();
        await using StoreUnderTest store = new()
        {
            Url = "ceph",
            Data = data,
            Wire = new StoreWire { Open = (wire, time) => data.Reopen(TestOptions.Of() with { Time = time, Wire = wire.Over }), PartsAbove = S3Options.DefaultMultipartThreshold },
            OpenMissing = name => new S3DataGateway(ceph.Options() with { Bucket = name, CreateBucket = false }, TestOptions.Of()),
            RawPut = new PresignedPuts(data).PutAsync,
        };
        await KeepsAllAsync(store, [.. s_wired, "INT-05"]);
    }

    [Theory]
    [InlineData("nginx")]
    [InlineData("rclone")]
    [InlineData("apache")]
    public async Task The_gateway_of_WebDav_servers_keeps_every_clause_of_the_wire(string name)
    {
        WebDavServer server = await WebDavServer.RequireAsync(name);
        await using WebDavDataGateway data = server.Open();
        await data.ProbeAsync(Token);
        await using StoreUnderTest store = new()
        {
            Url = name,
            Data = data,
            Wire = new StoreWire { Open = (wire, time) => data.Reopen(server.GatewayOptions with { Time = time, Wire = wire.Over }) },
            OpenMissing = missing => GatewayUrl.Parse($"{server.FreshUrl().Split('?')[0]}/{missing}").OpenData(server.GatewayOptions),
        };
        await KeepsAllAsync(store, [.. s_wired.Where(c => c[..3] != "CAS" || data.Traits.ConditionalCreate)]);
    }

    [Fact]
    public async Task A_race_over_two_endpoints_of_one_store_has_one_winner()
    {
        await using EndpointServer server = await EndpointServer.StartAsync();
        await using StoreUnderTest other = await StoreUrls.OpenAsync(server.Address.ToString(), Token);
        await using StoreUnderTest store = await StoreUrls.OpenAsync(server.Address.ToString(), Token) with { Endpoints = [other with { Url = "another" }] };
        await KeepsAllAsync(store, "CAS-03");
    }

    [Fact]
    public async Task Without_a_wire_the_clauses_say_so()
    {
        await using StoreUnderTest store = await StoreUrls.OpenAsync("memory:", Token);
        ConformanceReport report = await Runs.OfAsync(store, ClauseBook.Select(ConnectorProfile.All, [.. s_wired, "INT-05", "CAS-03"]), Token);
        Assert.All(report.Results, r => Assert.True(r.Outcome is ClauseOutcome.Unsupported or ClauseOutcome.Inconclusive && r.Evidence.Length > 20, $"{r.Clause.Id}: {r.Outcome}"));
    }

    private static async Task KeepsAllAsync(StoreUnderTest store, params string[] passed)
    {
        ImmutableArray<Clause> clauses = ClauseBook.Select(ConnectorProfile.All, ["INT-02", "INT-05", "CAS-03", "CAS-08", "CAS-09", "ERR"]);
        ConformanceReport report = await Runs.OfAsync(store, clauses, Token);
        foreach (ClauseResult result in report.Results)
            TestContext.Current.TestOutputHelper?.WriteLine($"{result.Clause.Id} {result.Outcome} {result.Elapsed.TotalMilliseconds:0} ms: {result.Evidence}");
        Assert.Empty(report.Results.Where(r => r.Outcome == ClauseOutcome.Failed).Select(r => $"{r.Clause.Id}: {r.Evidence}"));
        Assert.Empty(report.Results.Where(r => passed.Contains(r.Clause.Id) && r.Outcome != ClauseOutcome.Passed).Select(r => $"{r.Clause.Id} {r.Outcome}: {r.Evidence}"));
        Assert.Empty(report.Leftovers);
    }
}
