using System.Collections.Concurrent;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways;
using FireproofBench.Gateways.Entropy;
using FireproofBench.Gateways.Heads;
using FireproofBench.Gateways.Memory;
using FireproofBench.Gateways.Remote;
using FireproofBench.Gateways.Wrapping;
using FireproofBench.Properties.Conformance.Faults;
using FireproofBench.Properties.Endpoint;
using FireproofBench.Scenarios.CommandLine;
using Xunit;

namespace FireproofBench.Properties.Conformance;

/// <summary>The clauses of heads and channels on each kind of heads that the project has. A folder meets them among all clauses.</summary>
public sealed class HeadStoresTests
{
    private static readonly string[] s_pushed = ["SUB-01", "SUB-02", "SUB-03", "SUB-04", "SUB-05", "SUB-06", "SUB-08"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Heads_in_memory_keep_every_clause()
    {
        await using StoreUnderTest store = await StoreUrls.OpenAsync("memory:", Token);
        await KeepsAllAsync(store, "MET-10");
    }

    [Fact]
    public async Task Heads_in_objects_of_their_own_keep_every_clause()
    {
        await using StoreUnderTest store = Over(HeadsForm.MultiObject);
        await KeepsAllAsync(store, ["MET-10", .. s_pushed]);
    }

    [Fact]
    public async Task Heads_in_one_object_keep_every_clause()
    {
        await using StoreUnderTest store = Over(HeadsForm.SingleObject);
        await KeepsAllAsync(store, s_pushed);
    }

    [Fact]
    public async Task Heads_on_a_store_whose_listings_lag_raise_no_alarm()
    {
        ConcurrentDictionary<string, long> written = new(StringComparer.Ordinal);
        await using InterceptedStore objects = new()
        {
            OnTraits = t => t with { StronglyConsistent = false },
            OnPut = (s, k, b, c, t) =>
            {
                written.TryAdd(k, TimeProvider.System.GetTimestamp());
                return s.PutAsync(k, b, c, t);
            },
            OnList = async (s, p, a, l, t) => await s.ListAsync(p, a, l, t) is var page
                ? page with { Objects = [.. page.Objects.Where(o => TimeProvider.System.GetElapsedTime(written[o.Key]) > TimeSpan.FromMilliseconds(20))] } : page,
        };
        await using StoreUnderTest store = Over(objects, HeadsForm.MultiObject);
        ConformanceReport report = await Runs.OfAsync(store, ClauseBook.Select(ConnectorProfile.Metadata, ["MET", "SUB-07"]), Token);
        Assert.Empty(report.Results.Where(r => r.Outcome == ClauseOutcome.Failed).Select(r => $"{r.Clause.Id}: {r.Evidence}"));
    }

    [Fact]
    public async Task Heads_at_an_endpoint_keep_every_clause()
    {
        await using EndpointServer server = await EndpointServer.StartAsync();
        await using StoreUnderTest store = await StoreUrls.OpenAsync(server.Address.ToString(), Token);
        await KeepsAllAsync(store, "MET-10");
    }

    private static StoreUnderTest Over(HeadsForm form) => Over(new MemoryDataGateway(TimeProvider.System), form);

    private static StoreUnderTest Over(IDataGateway objects, HeadsForm form)
    {
        GatewayOptions options = new() { Time = TimeProvider.System, Entropy = SystemEntropy.Instance };
        return new StoreUnderTest
        {
            Url = "test:",
            Data = objects,
            OpenDatabase = (prefix, name) => new RemoteDeviceStore(new PrefixedGateway(objects, prefix, leaveOpen: true), name, options, form),
        };
    }

    private static async Task KeepsAllAsync(StoreUnderTest store, params string[] unsupported)
    {
        ConformanceReport report = await Runs.OfAsync(store, ClauseBook.Select(ConnectorProfile.Metadata, []), Token);
        Assert.Empty(report.Results.Where(r => r.Outcome != ClauseOutcome.Passed && !unsupported.Contains(r.Clause.Id)).Select(r => $"{r.Clause.Id}: {r.Outcome}, {r.Evidence}"));
        Assert.All(report.Results.Where(r => unsupported.Contains(r.Clause.Id)), r => Assert.Equal(ClauseOutcome.Unsupported, r.Outcome));
        Assert.Empty(report.Leftovers);
        foreach (ClauseResult result in report.Results)
            TestContext.Current.TestOutputHelper?.WriteLine($"{result.Clause.Id} {result.Outcome} {result.Elapsed.TotalMilliseconds:0} ms: {result.Evidence}");
    }
}
