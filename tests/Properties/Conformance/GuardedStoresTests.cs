using FireproofBench.Endpoint.Access;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways;
using FireproofBench.Properties.Conformance.Faults;
using FireproofBench.Properties.Endpoint;
using FireproofBench.Properties.Fixtures;
using FireproofBench.Scenarios.CommandLine;
using Xunit;

namespace FireproofBench.Properties.Conformance;

/// <summary>Sound stores of which a run can do more than call them: ask with other credentials, kill, fill, cut the power.</summary>
public sealed class GuardedStoresTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_endpoint_with_tokens_refuses_strangers_and_a_second_tenant()
    {
        await using EndpointServer server = await EndpointServer.StartAsync(static options => options.Tokens = new TokenOptions { Keys = KeySource.FromJson(Tokens.KeySet) });
        using TemporaryFolder folder = new();
        string url = server.Address.ToString();
        Secret own = new(Tokens.Make("fireproof:conform-*:admin fireproof:objects:admin", "alice"));
        StoreAccess? second = StoreTenants.Second(url, own, null, folder.Write("bob", Tokens.Make("fireproof:bobs:admin", "bob")));
        await using StoreUnderTest store = await StoreUrls.OpenAsync(url, own, Token) with { OtherTenant = second };
        ConformanceReport report = await RunAsync(store, "SEC-01", "SEC-02", "SEC-03", "SEC-06", "SEC-07");
        Assert.All(report.Results, r => Assert.True(r.Outcome == ClauseOutcome.Passed, $"{r.Clause.Id}: {r.Outcome}, {r.Evidence}"));
        Assert.Empty(report.Leftovers);
    }

    [Fact]
    public async Task A_second_tenant_with_rights_fails_and_one_that_nobody_knows_says_nothing()
    {
        await using EndpointServer server = await EndpointServer.StartAsync(static options => options.Tokens = new TokenOptions { Keys = KeySource.FromJson(Tokens.KeySet) });
        using TemporaryFolder folder = new();
        string url = server.Address.ToString();
        Secret own = new(Tokens.Make("fireproof:*:admin", "alice"));
        foreach ((string other, ClauseOutcome outcome) in new[]
        {
            (Tokens.Make("fireproof:*:read", "bob"), ClauseOutcome.Failed), (Tokens.Make("fireproof:conform-*:read", "bob"), ClauseOutcome.Failed),
            (Tokens.Make("fireproof:*:admin", "bob", TimeSpan.FromHours(-1)), ClauseOutcome.Inconclusive),
        })
        {
            StoreAccess? second = StoreTenants.Second(url, own, null, folder.Write("other", other));
            await using StoreUnderTest store = await StoreUrls.OpenAsync(url, own, Token) with { OtherTenant = second };
            ClauseResult result = Assert.Single((await RunAsync(store, "SEC-03")).Results);
            Assert.True(result.Outcome == outcome, $"{result.Outcome}, {result.Evidence}");
        }
    }

    [Fact]
    public async Task What_nobody_named_is_asked_for()
    {
        await using EndpointServer server = await EndpointServer.StartAsync();
        await using StoreUnderTest store = await StoreUrls.OpenAsync(server.Address.ToString(), Token);
        ConformanceReport report = await RunAsync(store, "SEC-02", "SEC-03");
        Assert.Equal([ClauseOutcome.Unsupported, ClauseOutcome.Inconclusive], report.Results.Select(r => r.Outcome));
        Assert.Contains("--other-token-file", report.Results[1].Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_endpoint_that_is_killed_keeps_what_it_acknowledged()
    {
        using TemporaryFolder folder = new();
        await using ServedProcess served = await ServedProcess.StartAsync("--data", folder.At("objects"), "--meta", "sqlite:" + folder.At("heads.sqlite"));
        await using StoreUnderTest store = await StoreUrls.OpenAsync(served.Address.ToString(), Token) with
        {
            Restart = async _ =>
            {
                await served.KillAsync();
                await served.StartAsync();
            },
        };
        ClauseResult result = Assert.Single((await RunAsync(store, "DUR-01")).Results);
        Assert.True(result.Outcome == ClauseOutcome.Passed, $"{result.Outcome}, {result.Evidence}");
    }

    [Fact]
    public async Task A_store_that_restarts_in_order_and_refuses_what_it_has_no_room_for_passes()
    {
        bool isFull = false;
        await using InterceptedStore store = new()
        {
            OnPut = (s, k, b, c, t) => Volatile.Read(ref isFull) ? throw new StorageException(StorageErrorKind.NoSpace, "put", k, "the quota is used up") : s.PutAsync(k, b, c, t),
            OnTarget = target => target with
            {
                Restart = static _ => Task.CompletedTask,
                Fill = full =>
                {
                    Volatile.Write(ref isFull, full);
                    return ValueTask.CompletedTask;
                },
            },
        };
        ConformanceReport report = await Runs.OfAsync(store, ["DUR-01", "DUR-06"], Token);
        Assert.All(report.Results, r => Assert.True(r.Outcome == ClauseOutcome.Passed, $"{r.Clause.Id}: {r.Outcome}, {r.Evidence}"));
    }

    [Fact]
    public async Task Addresses_that_bind_what_they_should_pass()
    {
        await using LendingStore store = new();
        ClauseResult result = Assert.Single((await Runs.OfAsync(store, ["SEC-05"], Token)).Results);
        Assert.True(result.Outcome == ClauseOutcome.Passed, $"{result.Outcome}, {result.Evidence}");
    }

    [Fact]
    public async Task A_run_without_databases_still_judges_secrets_and_clocks()
    {
        await using StoreUnderTest store = await StoreUrls.OpenAsync("memory:", Token) with { OpenDatabase = null };
        ConformanceReport report = await RunAsync(store, "SEC-06", "TIM-01", "TIM-03", "DUR-03");
        Assert.Equal(["DUR-03", "TIM-01", "TIM-03"], report.Results.Where(r => r.Outcome == ClauseOutcome.Unsupported).Select(r => r.Clause.Id));
        Assert.Equal(["SEC-06"], report.Results.Where(r => r.Outcome == ClauseOutcome.Passed).Select(r => r.Clause.Id));
    }

    private static async Task<ConformanceReport> RunAsync(StoreUnderTest store, params string[] only)
    {
        ConformanceReport report = await Runs.OfAsync(store, ClauseBook.Select(ConnectorProfile.All, only), Token);
        foreach (ClauseResult result in report.Results)
            TestContext.Current.TestOutputHelper?.WriteLine($"{result.Clause.Id} {result.Outcome} {result.Elapsed.TotalMilliseconds:0} ms: {result.Evidence}");
        return report;
    }
}
