using FireproofBench.Conformance.Histories;
using FireproofBench.Engine.Ports;
using FireproofBench.Properties.Conformance.Faults;
using Xunit;

namespace FireproofBench.Properties.Conformance;

public sealed class ConsistencyTests
{
    private static readonly TimeSpan s_lag = TimeSpan.FromMilliseconds(100);
    private static readonly DeclaredVisibility s_eventual = new(TimeSpan.FromSeconds(2));

    [Fact]
    public async Task An_eventual_store_inside_its_declared_bound_raises_no_alarm_and_its_staleness_is_told()
    {
        await using InterceptedStore store = LaggingStore.Of(s_lag, s_lag, s_lag, s_lag, s_lag, strong: false);
        ConformanceReport report = await RunAsync(new StoreUnderTest { Url = "test:", Data = store }, s_eventual, "CON");
        Assert.Empty(report.Results.Where(r => r.Outcome == ClauseOutcome.Failed).Select(r => $"{r.Clause.Id}: {r.Evidence}"));
        Assert.Equal(["CON-07"], report.Results.Where(r => r.Outcome == ClauseOutcome.Unsupported).Select(r => r.Clause.Id));
        Assert.Equal(VerdictKind.Safe, report.Verdict.Kind);
        Assert.All(
            report.Visibility.Where(s => s.Effect is VisibilityEffect.Create or VisibilityEffect.ListAfterDelete), s => Assert.True(s.Median > TimeSpan.Zero && s.Unseen == 0));
        Assert.InRange(report.Staleness!.Value, TimeSpan.FromTicks(1), s_eventual.Bound);
    }

    [Fact]
    public async Task What_is_seen_later_than_declared_fails_and_asks_for_another_declaration()
    {
        await using InterceptedStore store = LaggingStore.Of(overwrite: s_lag, strong: false);
        ConformanceReport report = await RunAsync(new StoreUnderTest { Url = "test:", Data = store }, DeclaredVisibility.Strong, "CON-03");
        ClauseResult result = Assert.Single(report.Results);
        Assert.Equal(ClauseOutcome.Failed, result.Outcome);
        Assert.Contains("after it was acknowledged", result.Evidence, StringComparison.Ordinal);
        Assert.EndsWith("--declared strong", result.Replay, StringComparison.Ordinal);
        Assert.Equal(VerdictKind.SafeWith, report.Verdict.Kind);
        Assert.Contains(report.Verdict.Settings, s => s.Contains("Declare the store as eventual", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_slow_store_is_not_a_stale_one()
    {
        await using InterceptedStore store = new()
        {
            OnGet = async (s, k, r, t) =>
            {
                ObjectContent? content = await s.GetAsync(k, r, t);
                await Task.Delay(30, t);
                return content;
            },
        };
        ConformanceReport report = await RunAsync(new StoreUnderTest { Url = "test:", Data = store }, null, "CON-01", "CON-03");
        Assert.All(report.Results, r => Assert.Equal(ClauseOutcome.Passed, r.Outcome));
        Assert.Equal(TimeSpan.Zero, report.Staleness);
    }

    [Fact]
    public async Task An_endpoint_that_serves_old_contents_is_told_from_the_others()
    {
        await using InterceptedStore first = new();
        InterceptedStore second = Endpoint(first, LaggingEndpoint());
        StoreUnderTest target = new() { Url = "test:1", Data = first, Endpoints = [new StoreUnderTest { Url = "test:2", Data = second }] };
        ConformanceReport report = await RunAsync(target, null, "CON-03");
        ClauseResult result = Assert.Single(report.Results);
        Assert.Contains("at 'test:2' got version", result.Evidence, StringComparison.Ordinal);
        Assert.EndsWith("--endpoint 'test:2'", result.Replay, StringComparison.Ordinal);
        Assert.Empty(report.Leftovers);
    }

    [Fact]
    public async Task Two_endpoints_of_one_sound_store_keep_every_clause()
    {
        await using InterceptedStore first = new();
        InterceptedStore second = Endpoint(first, (content, _) => content);
        StoreUnderTest target = new() { Url = "test:1", Data = first, Endpoints = [new StoreUnderTest { Url = "test:2", Data = second }] };
        ConformanceReport report = await RunAsync(target, null, "CON");
        Assert.All(report.Results, r => Assert.True(r.Outcome == ClauseOutcome.Passed, $"{r.Clause.Id}: {r.Outcome}, {r.Evidence}"));
        Assert.Equal(Enum.GetValues<ObserverKind>(), report.Visibility.Where(s => s.Effect == VisibilityEffect.Overwrite).Select(s => s.Observer));
        Assert.Contains(report.History.Operations, o => o.Endpoint == "test:2");
        Assert.Empty(report.Leftovers);
    }

    [Fact]
    public async Task Cancelled_calls_stay_in_the_history_as_unknown_and_the_rest_is_named_by_its_version()
    {
        await using InterceptedStore store = new()
        {
            OnPut = async (s, k, b, c, t) =>
            {
                if (k.Contains("/register-", StringComparison.Ordinal))
                    await Task.Delay(10, t);
                return await s.PutAsync(k, b, c, t);
            },
        };

        // Enough calls for some of those that are cut short to be puts.
        ConformanceReport report = await Runs.OfAsync(store, ["CON-08"], TestContext.Current.CancellationToken, budget: Budget.Standard);
        Assert.Equal(ClauseOutcome.Passed, report.Results[0].Outcome);
        Assert.Contains(report.History.Operations, o => o is { Kind: OperationKind.Put, Outcome: OperationOutcome.Unknown, Return: Operation.Never });
        Assert.All(
            report.History.Operations.Where(o => o is { Kind: OperationKind.Get, Value: not null }),
            o => Assert.Matches("^[0-9]+ by client [1-5]$", o.Value));
        Assert.Equal(report.History.Operations.Length * 2 - report.History.Operations.Count(o => o.Return == Operation.Never),
            report.History.Operations.SelectMany(o => new[] { o.Call, o.Return }).Where(t => t != Operation.Never).Distinct().Count());
    }

    [Theory]
    [InlineData("strong", 0)]
    [InlineData("Eventual:5s", 5000)]
    [InlineData("eventual:300ms", 300)]
    [InlineData("eventual:1.5s", 1500)]
    [InlineData("eventual:2m", 120_000)]
    [InlineData("eventual", -1)]
    [InlineData("eventual:", -1)]
    [InlineData("eventual:5", -1)]
    [InlineData("eventual:0s", -1)]
    [InlineData("eventual:-1s", -1)]
    [InlineData("eventual:2h", -1)]
    [InlineData("eventual:90m", -1)]
    [InlineData("weak", -1)]
    public void A_declaration_is_strong_or_eventual_with_a_time(string text, int milliseconds)
    {
        DeclaredVisibility? declared = DeclaredVisibility.Parse(text);
        Assert.Equal(milliseconds < 0 ? null : TimeSpan.FromMilliseconds(milliseconds), declared?.Bound);
        if (declared is not null)
            Assert.Equal(declared, DeclaredVisibility.Parse(declared.ToString()));
    }

    [Fact]
    public void The_figures_of_a_series_are_those_of_its_samples()
    {
        VisibilitySeries series = VisibilitySeries.Of(
            VisibilityEffect.Create, ObserverKind.OtherClient, [.. Enumerable.Range(1, 200).Reverse().Select(i => TimeSpan.FromMilliseconds(i))], 3);
        Assert.Equal((200, 100.0, 198.0, 200.0, 3), (series.Samples, series.Median.TotalMilliseconds, series.P99.TotalMilliseconds, series.Max.TotalMilliseconds, series.Unseen));
    }

    // The contents of a read that is younger than the lag are those of the read before.
    private static Func<ObjectContent?, string, ObjectContent?> LaggingEndpoint()
    {
        System.Collections.Concurrent.ConcurrentDictionary<string, (long At, ObjectContent? Content)> cache = new(StringComparer.Ordinal);
        return (content, key) =>
        {
            (long at, ObjectContent? cached) = cache.GetOrAdd(key, _ => (TimeProvider.System.GetTimestamp(), content));
            if (cached is not null && TimeProvider.System.GetElapsedTime(at) < s_lag * 2)
                return cached;
            cache[key] = (TimeProvider.System.GetTimestamp(), content);
            return content;
        };
    }

    private static InterceptedStore Endpoint(InterceptedStore store, Func<ObjectContent?, string, ObjectContent?> bend) => new()
    {
        OnPut = (_, k, b, c, t) => store.PutAsync(k, b, c, t),
        OnGet = async (_, k, r, t) => bend(await store.GetAsync(k, r, t), k),
        OnHead = (_, k, t) => store.HeadAsync(k, t),
        OnDelete = (_, k, v, t) => store.DeleteAsync(k, v, t),
        OnList = (_, p, a, l, t) => store.ListAsync(p, a, l, t),
    };

    private static Task<ConformanceReport> RunAsync(StoreUnderTest target, DeclaredVisibility? declared, params string[] only) =>
        Runs.OfAsync(target, ClauseBook.Select(ConnectorProfile.All, only), TestContext.Current.CancellationToken, declared: declared);
}
