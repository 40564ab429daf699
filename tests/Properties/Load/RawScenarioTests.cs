using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Entropy;
using FireproofBench.Gateways.Memory;
using FireproofBench.Gateways.Simulated;
using FireproofBench.Load.Recording;
using FireproofBench.Load.Running;
using FireproofBench.Load.Scenarios;
using FireproofBench.Load.Simulations;
using Xunit;

namespace FireproofBench.Properties.Load;

/// <summary>A store that lies under load is seen to.</summary>
public sealed class RawScenarioTests
{
    private static readonly LoadPlan s_plan = new([new KeepConstant(4, TimeSpan.FromSeconds(0.5))]);

    [Theory]
    [InlineData("raw-put")]
    [InlineData("raw-get")]
    [InlineData("raw-list")]
    [InlineData("raw-conditional-put")]
    public async Task A_sound_store_shows_no_anomaly_and_is_left_empty(string scenario)
    {
        MemoryDataGateway objects = new(TimeProvider.System);
        LoadOutcome outcome = await RunAsync(scenario, objects);
        Assert.Empty(outcome.Recorder.Told);
        Assert.True(outcome.Recorder.Totals[0].Actual.Count > 10);
        Assert.Empty((await objects.ListAsync("", null, 10, CancellationToken.None)).Objects);
    }

    [Fact]
    public async Task A_put_that_is_acknowledged_and_lost_is_a_lost_update()
    {
        int puts = 0;
        LoadOutcome outcome = await RunAsync("raw-put", new BentGateway(new MemoryDataGateway(TimeProvider.System))
        {
            OnPut = (store, key, body, condition, token) =>
                Interlocked.Increment(ref puts) % 10 == 0 ? ValueTask.FromResult("lost") : store.PutAsync(key, body, condition, token),
        });
        Assert.Equal([AnomalyKind.LostUpdate], outcome.Recorder.Anomalies.Keys);
    }

    [Fact]
    public async Task A_get_of_other_bytes_is_seen_and_so_is_one_of_nothing()
    {
        int gets = 0;
        LoadOutcome outcome = await RunAsync("raw-get", new BentGateway(new MemoryDataGateway(TimeProvider.System))
        {
            OnGet = async (store, key, range, token) =>
            {
                ObjectContent? content = await store.GetAsync(key, range, token);
                return (Interlocked.Increment(ref gets) % 10) switch
                {
                    0 => null,
                    1 => content! with { Bytes = content.Bytes[..^1] },
                    _ => content,
                };
            },
        });
        Assert.Equal([AnomalyKind.MissingFile, AnomalyKind.WrongBytes], outcome.Recorder.Anomalies.Keys);
    }

    [Fact]
    public async Task A_listing_that_leaves_one_out_is_seen()
    {
        LoadOutcome outcome = await RunAsync("raw-list", new BentGateway(new MemoryDataGateway(TimeProvider.System))
        {
            OnList = async (store, prefix, after, limit, token) => await store.ListAsync(prefix, after, limit, token) is var page && page.Objects.Count > 5
                ? page with { Objects = [.. page.Objects.Skip(1)] }
                : page,
        }, isLeftEmpty: false);
        Assert.Equal([AnomalyKind.MissingFile], outcome.Recorder.Anomalies.Keys);
    }

    [Fact]
    public async Task A_listing_of_as_many_keys_of_which_one_is_another_is_seen()
    {
        LoadOutcome outcome = await RunAsync("raw-list", new BentGateway(new MemoryDataGateway(TimeProvider.System))
        {
            OnList = async (store, prefix, after, limit, token) => await store.ListAsync(prefix, after, limit, token) is var page && prefix.EndsWith("item-", StringComparison.Ordinal)
                ? page with { Objects = [.. page.Objects.Select((one, i) => i == 5 ? page.Objects[4] : one)] }
                : page,
        });
        Assert.Equal([AnomalyKind.MissingFile, AnomalyKind.WrongBytes], outcome.Recorder.Anomalies.Keys);
        Assert.Contains("a listing names 19 of 20 objects, and not 'load-0000000000000007/item-00000005'", outcome.Recorder.Told.Select(static told => told.What));
        Assert.Contains("a listing names 1 keys that were not put or that it named before, such as 'load-0000000000000007/item-00000004'", outcome.Recorder.Told.Select(static told => told.What));
    }

    [Fact]
    public async Task Gets_of_a_register_that_fail_are_counted()
    {
        int gets = 0;
        LoadOutcome outcome = await RunAsync(
            "raw-conditional-put",
            new BentGateway(new MemoryDataGateway(TimeProvider.System))
            {
                OnGet = (store, key, range, token) => Interlocked.Increment(ref gets) <= 3 ? throw new StorageException(StorageErrorKind.Transient, "get", key, "not now") : store.GetAsync(key, range, token),
            },
            isShared: true);
        Assert.Equal(3, outcome.Recorder.Totals[0].Errors["Transient"]);
        Assert.Empty(outcome.Recorder.Told);
    }

    [Fact]
    public async Task A_get_of_a_register_that_does_not_end_is_given_up_and_counted()
    {
        BentGateway objects = new(new MemoryDataGateway(TimeProvider.System))
        {
            OnGet = static async (_, _, _, token) =>
            {
                await Task.Delay(Timeout.Infinite, token);
                return null;
            },
        };
        await using StoreUnderTest store = new() { Url = "memory:", Data = objects };
        ILoadScenario scenario = ScenarioBook.Find("raw-conditional-put")!.Create(new LoadTarget(store, 7, SystemEntropy.Instance), new ScenarioSettings { Size = 300 });
        LoadOutcome outcome = await LoadRun.RunAsync(scenario, s_plan, new LoadOptions { Seed = 7, Drain = TimeSpan.FromSeconds(0.2) }, new UnheardRun(), CancellationToken.None);
        Assert.Null(outcome.Fault);
        Assert.Equal((4, 4), (outcome.Unfinished, outcome.Recorder.Totals[0].Errors["Unfinished"]));
    }

    [Fact]
    public async Task Of_many_objects_so_many_are_read_back_as_was_asked_for()
    {
        await using StoreUnderTest store = new() { Url = "memory:", Data = new MemoryDataGateway(TimeProvider.System) };
        LoadTarget target = new(store, 7, SystemEntropy.Instance);
        ILoadScenario scenario = ScenarioBook.Find("raw-put")!.Create(target, new ScenarioSettings { Size = 300, ReadBack = 7 });
        LoadOutcome outcome = await LoadRun.RunAsync(scenario, s_plan, new LoadOptions { Seed = 7 }, new UnheardRun(), CancellationToken.None);
        await scenario.VerifyAsync(outcome.Recorder, CancellationToken.None);
        Assert.Equal((7, outcome.Recorder.Totals[0].Actual.Count), outcome.Recorder.ReadBack);
        Assert.Equal(7, target.Meter.Requests.Get);
    }

    [Fact]
    public async Task A_store_that_ignores_conditions_loses_updates_of_a_shared_register()
    {
        LoadOutcome outcome = await RunAsync(
            "raw-conditional-put",
            new BentGateway(new MemoryDataGateway(TimeProvider.System))
            {
                OnGet = static async (store, key, range, token) =>
                {
                    ObjectContent? content = await store.GetAsync(key, range, token);
                    await Task.Yield();
                    return content;
                },
                OnPut = static async (store, key, body, _, token) =>
                {
                    await Task.Yield();
                    return await store.PutAsync(key, body, PutCondition.None, token);
                },
            },
            isShared: true);
        Assert.Equal([AnomalyKind.LostUpdate], outcome.Recorder.Anomalies.Keys);
    }

    [Fact]
    public async Task Contents_that_are_there_already_are_not_taken_for_the_run_s_own()
    {
        MemoryDataGateway objects = new(TimeProvider.System);
        await using StoreUnderTest store = new() { Url = "memory:", Data = objects };
        LoadTarget target = new(store, 7, SystemEntropy.Instance);
        Assert.False(await target.IsTakenAsync([], CancellationToken.None));
        _ = await objects.PutAsync(target.Prefix + "x", new byte[1], PutCondition.None, CancellationToken.None);
        _ = await objects.PutAsync("other/x", new byte[1], PutCondition.None, CancellationToken.None);
        Assert.True(await target.IsTakenAsync([], CancellationToken.None));
        Assert.Empty(await target.CleanAsync(CancellationToken.None));
        Assert.Equal(["other/x"], (await objects.ListAsync("", null, 10, CancellationToken.None)).Objects.Select(static o => o.Key));
    }

    private static async Task<LoadOutcome> RunAsync(string name, IDataGateway objects, bool isShared = false, bool isLeftEmpty = true)
    {
        await using StoreUnderTest store = new() { Url = "memory:", Data = objects };
        LoadTarget target = new(store, 7, SystemEntropy.Instance);
        ILoadScenario scenario = ScenarioBook.Find(name)!.Create(target, new ScenarioSettings { Size = 300, Items = 20, IsShared = isShared });
        LoadOutcome outcome = await LoadRun.RunAsync(scenario, s_plan, new LoadOptions { Seed = 7 }, new UnheardRun(), CancellationToken.None);
        await scenario.VerifyAsync(outcome.Recorder, CancellationToken.None);
        Assert.Equal(isLeftEmpty, (await target.CleanAsync(CancellationToken.None)).Count == 0);
        return outcome;
    }
}
