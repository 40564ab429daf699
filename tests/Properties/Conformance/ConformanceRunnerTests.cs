using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Memory;
using FireproofBench.Properties.Conformance.Faults;
using Xunit;

namespace FireproofBench.Properties.Conformance;

public sealed class ConformanceRunnerTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task All_clauses_run_whatever_comes_of_each()
    {
        await using InterceptedStore store = new();
        ConformanceReport report = await Runs.OfAsync(
            store,
            [
                Runs.Clause("TST-01", _ => throw new ClauseViolation("broken")),
                Runs.Clause("TST-02", _ => throw new StorageException(StorageErrorKind.Permanent, "put", "k", "refused")),
                Runs.Clause("TST-03", _ => throw new InvalidOperationException("a fault of the gateway")),
                Runs.Clause("TST-04", _ => throw new StorageException(StorageErrorKind.Throttled, "put", "k", "slow down")),
                Runs.Clause("TST-05", _ => Task.FromResult(Finding.Unsupported("has none"))) with { Slot = ClauseSlot.Alone },
                Runs.Clause("TST-06", _ => Task.FromResult(Finding.Passed("seen"))) with { Slot = ClauseSlot.Closing },
            ],
            Cancellation);
        Assert.Equal(
            [ClauseOutcome.Failed, ClauseOutcome.Failed, ClauseOutcome.Failed, ClauseOutcome.Inconclusive, ClauseOutcome.Unsupported, ClauseOutcome.Passed],
            report.Results.Select(r => r.Outcome));
        Assert.Equal("broken", report.Results[0].Evidence);
        Assert.Contains("Permanent", report.Results[1].Evidence, StringComparison.Ordinal);
        Assert.Contains("InvalidOperationException", report.Results[2].Evidence, StringComparison.Ordinal);
        Assert.Equal(["TST-01", "TST-02", "TST-03"], report.Verdict.Breaking);
        Assert.Null(report.Lost);
    }

    [Fact]
    public async Task A_clause_whose_needs_are_not_met_is_unsupported_and_not_run()
    {
        await using InterceptedStore store = new() { OnTraits = t => t with { ConditionalCreate = false } };
        ConformanceReport report = await Runs.OfAsync(
            store, [Runs.Clause("TST-01", _ => throw new ClauseViolation("run")) with { Needs = StoreNeeds.ConditionalCreate }], Cancellation);
        Assert.Equal((ClauseOutcome.Unsupported, "the store says that it has no create-if-absent"), (report.Results[0].Outcome, report.Results[0].Evidence));
    }

    [Fact]
    public async Task A_run_leaves_nothing_behind_and_counts_its_requests()
    {
        await using InterceptedStore store = new();
        await store.PutAsync("mine", new byte[3], PutCondition.None, Cancellation);
        ConformanceReport report = await Runs.OfAsync(store, ["OBJ", "NAM"], Cancellation);
        Assert.Empty(report.Leftovers);
        Assert.Equal(["mine"], (await InterceptedStore.AllAsync(store.Sound, "")).Select(o => o.Key));
        Assert.All([report.Requests.Put, report.Requests.Get, report.Requests.Head, report.Requests.Delete, report.Requests.List], n => Assert.True(n > 0));
        Assert.Equal(report.Requests.Total, report.Requests.Put + report.Requests.Get + report.Requests.Head + report.Requests.Delete + report.Requests.List);
    }

    [Fact]
    public async Task What_cannot_be_removed_is_listed()
    {
        await using InterceptedStore store = new()
        {
            OnDelete = (_, k, _, _) =>
            throw new StorageException(StorageErrorKind.NotAuthorized, "delete", k, "write once")
        };
        ConformanceReport report = await Runs.OfAsync(store, ["OBJ-02"], Cancellation);
        Assert.Contains(report.Leftovers, k => k.EndsWith("/empty", StringComparison.Ordinal));
        Assert.Equal((await InterceptedStore.AllAsync(store.Sound, "")).Select(o => o.Key).Order(StringComparer.Ordinal), report.Leftovers);
    }

    [Fact]
    public async Task What_is_to_be_kept_is_kept_and_a_second_run_finds_a_fresh_prefix()
    {
        await using InterceptedStore store = new();
        ConformanceReport first = await Runs.OfAsync(store, ["OBJ-02"], Cancellation, seed: 5, keep: true);
        ConformanceReport second = await Runs.OfAsync(store, ["OBJ-02"], Cancellation, seed: 5, keep: true);
        Assert.Contains(first.Leftovers, k => k.StartsWith("conform-0000000000000005/OBJ-02-", StringComparison.Ordinal));
        Assert.All(second.Leftovers, k => Assert.StartsWith("conform-0000000000000005-2/", k, StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_seed_gives_one_run()
    {
        List<string[]> runs = [];
        foreach (long seed in new long[] { 3, 3, 4 })
        {
            await using InterceptedStore store = new();
            ConformanceReport report = await Runs.OfAsync(store, ["OBJ-03", "NAM-02", "OBJ-04"], Cancellation, seed, keep: true);
            runs.Add([.. report.Leftovers.Where(k => !k.Contains("/manifest/", StringComparison.Ordinal)
                && !k.Contains("/rate/", StringComparison.Ordinal)), .. report.Results.Select(r => r.Replay)]);
        }

        Assert.Equal(runs[0], runs[1]);
        Assert.NotEqual(runs[0], runs[2]);
        Assert.Contains(runs[0], line => line == "fireproofbench conform 'test:' --only OBJ-03 --seed 3 --budget quick");
    }

    [Fact]
    public async Task An_interruption_ends_the_run_cleans_up_and_still_reports()
    {
        await using InterceptedStore store = new();
        using CancellationTokenSource interrupt = new();
        ConformanceReport report = await Runs.OfAsync(
            store,
            [
                Runs.Clause("TST-01", async c =>
                {
                    await c.PutAsync(c.Key("left"), new byte[9]);
                    await interrupt.CancelAsync();
                    await Task.Delay(Timeout.InfiniteTimeSpan, c.Cancellation);
                    return Finding.Passed("never");
                }),
                Runs.Clause("TST-02", _ => Task.FromResult(Finding.Passed("never"))) with { Slot = ClauseSlot.Closing },
            ],
            interrupt.Token);
        Assert.True(report.Interrupted);
        Assert.Equal(["interrupted", "not run: interrupted"], report.Results.Select(r => r.Evidence));
        Assert.All(report.Results, r => Assert.Equal(ClauseOutcome.Inconclusive, r.Outcome));
        Assert.Empty(await InterceptedStore.AllAsync(store.Sound, ""));
    }

    [Theory]
    [InlineData(StorageErrorKind.NotAuthorized, "permissions")]
    [InlineData(StorageErrorKind.MissingContainer, "Create the folder")]
    [InlineData(StorageErrorKind.Permanent, "can be reached")]
    public async Task A_store_that_takes_nothing_is_refused_before_any_clause(StorageErrorKind kind, string advice)
    {
        await using InterceptedStore store = new() { OnPut = (_, k, _, _, _) => throw new StorageException(kind, "put", k, "no") };
        StoreUnusableException refusal = await Assert.ThrowsAsync<StoreUnusableException>(() => Runs.OfAsync(store, ["OBJ"], Cancellation));
        Assert.Contains(advice, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("cannot be written to", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_dies_in_the_middle_ends_the_run_and_fails_nothing()
    {
        bool dead = false;
        await using InterceptedStore store = new()
        {
            OnPut = (s, k, b, c, t) => dead ? throw new StorageException(StorageErrorKind.MissingContainer, "put", k, "unplugged") : s.PutAsync(k, b, c, t),
            OnDelete = (s, k, v, t) => dead ? throw new StorageException(StorageErrorKind.MissingContainer, "delete", k, "unplugged") : s.DeleteAsync(k, v, t),
            OnList = (s, p, a, l, t) => dead ? throw new StorageException(StorageErrorKind.MissingContainer, "list", p, "unplugged") : s.ListAsync(p, a, l, t),
        };
        ConformanceReport report = await Runs.OfAsync(
            store,
            [
                Runs.Clause("TST-01", async c =>
                {
                    await c.PutAsync(c.Key("before"), new byte[9]);
                    dead = true;
                    await c.PutAsync(c.Key("after"), new byte[9]);
                    return Finding.Passed("never");
                }) with { Slot = ClauseSlot.Alone },
                Runs.Clause("TST-02", _ => Task.FromResult(Finding.Passed("never"))) with { Slot = ClauseSlot.Alone },
            ],
            Cancellation);
        Assert.Contains("unplugged", report.Lost, StringComparison.Ordinal);
        Assert.All(report.Results, r => Assert.Equal(ClauseOutcome.Inconclusive, r.Outcome));
        Assert.Contains(report.Leftovers, k => k.EndsWith("/after", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_call_that_ignores_its_cancellation_does_not_hold_up_the_run()
    {
        await using InterceptedStore store = new();
        using CancellationTokenSource interrupt = new();
        TaskCompletionSource<Finding> never = new(TaskCreationOptions.RunContinuationsAsynchronously);
        ConformanceReport report = await Runs.OfAsync(
            store,
            [
                Runs.Clause("TST-01", async _ =>
                {
                    await interrupt.CancelAsync();
                    return await never.Task;
                }),
            ],
            interrupt.Token);
        Assert.Equal(ClauseOutcome.Inconclusive, report.Results[0].Outcome);
        Assert.Contains("abandoned", report.Results[0].Evidence, StringComparison.Ordinal);
        Assert.Single(report.Quirks);
    }

    [Fact]
    public void A_clause_that_does_not_end_tells_which_call_it_waits_for()
    {
        VirtualWorld world = new();
        ConformanceReport report = world.Run(
            async cancellation =>
            {
                await using InterceptedStore store = new()
                {
                    Sound = new MemoryDataGateway(world.Time),
                    OnGet = async (sound, key, range, token) =>
                    {
                        if (key.EndsWith("/stuck", StringComparison.Ordinal))
                            await Task.Delay(Timeout.InfiniteTimeSpan, world.Time, token);
                        return await sound.GetAsync(key, range, token);
                    },
                };
                Clause clause = Runs.Clause("TST-01", async context =>
                {
                    _ = await context.Store.GetAsync(context.Prefix + "stuck", null, context.Cancellation);
                    return Finding.Passed("");
                });
                return await Runs.OfAsync(store, [clause], cancellation, time: world.Time);
            },
            Cancellation);
        Assert.Equal(ClauseOutcome.Inconclusive, report.Results[0].Outcome);
        Assert.Matches("; without an answer was a get of 'stuck' for [0-9]+[.]0 s$", report.Results[0].Evidence);
    }

    [Fact]
    public void Counts_follow_the_budget_and_the_rate()
    {
        Assert.Equal(10_000, new BudgetPlan(Budget.Thorough, 1).Count(10_000, 5));
        Assert.Equal(5, new BudgetPlan(Budget.Quick, 1).Count(10_000, 5));
        Assert.True(new BudgetPlan(Budget.Standard, 1000).Count(10_000, 5) > new BudgetPlan(Budget.Quick, 1000).Count(10_000, 5));
        Assert.True(new BudgetPlan(Budget.Standard, 1000).Count(10_000, 5, 10) < new BudgetPlan(Budget.Standard, 1000).Count(10_000, 5));
        Assert.Equal(3, new BudgetPlan(Budget.Quick, 1e9).Count(3, 5));
    }
}
