using FireproofBench.Gateways.Entropy;
using FireproofBench.Load.Pacing;
using FireproofBench.Load.Recording;
using FireproofBench.Load.Running;
using FireproofBench.Load.Scenarios;
using FireproofBench.Load.Simulations;
using FireproofBench.Scenarios.CommandLine;
using Xunit;

namespace FireproofBench.Properties.Load;

public sealed class FleetScenarioTests
{
    private static readonly LoadPlan s_plan = new([new KeepConstant(3, TimeSpan.FromSeconds(1))]);

    [Theory]
    [InlineData("concurrent-writers", false)]
    [InlineData("concurrent-writers", true)]
    [InlineData("writers-and-compaction", false)]
    [InlineData("cold-open", false)]
    [InlineData("read-mostly", false)]
    public async Task Devices_over_a_sound_store_show_no_anomaly_and_leave_nothing(string name, bool isShared)
    {
        await using StoreUnderTest store = await StoreUrls.OpenAsync("memory:", TestContext.Current.CancellationToken);
        LoadTarget target = new(store, 7, SystemEntropy.Instance);
        ILoadScenario scenario = ScenarioBook.Find(name)!.Create(target, new ScenarioSettings { Size = 300, Items = 40, IsShared = isShared });
        LoadOutcome outcome = await LoadRun.RunAsync(scenario, s_plan, new LoadOptions { Seed = 7 }, new UnheardRun(), TestContext.Current.CancellationToken);
        await scenario.VerifyAsync(outcome.Recorder, TestContext.Current.CancellationToken);
        await ((IAsyncDisposable)scenario).DisposeAsync();
        Assert.Empty(outcome.Recorder.Told);
        Assert.All(outcome.Recorder.Totals.Take(2), static totals => Assert.True(totals.Actual.Count > 0));
        Assert.All(outcome.Recorder.Totals, static totals => Assert.Empty(totals.Errors));
        Assert.True(target.Meter.Requests.Put > 0);
        Assert.Empty(await target.CleanAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_put_that_was_acknowledged_and_is_not_there_in_the_end_is_a_lost_update()
    {
        await using StoreUnderTest store = await StoreUrls.OpenAsync("memory:", TestContext.Current.CancellationToken);
        LoadTarget target = new(store, 7, SystemEntropy.Instance);
        await using DeviceFleet fleet = new(target, "fleet");
        await fleet.OpenAsync(2, new Progress<(string What, double? Share)>(), TestContext.Current.CancellationToken);
        _ = await fleet[0].Database.PutAsync(DeviceFleet.NewDocument("kept", 5, 200, new Dice(1)), TestContext.Current.CancellationToken);
        fleet[0].Acknowledged["kept"] = 5;
        fleet[1].Acknowledged["gone"] = 1;
        Recorder recorder = new(["put"], new LoadClock(TimeProvider.System), 0);
        await fleet.VerifyAsync(recorder, isShared: false, TestContext.Current.CancellationToken);
        Assert.Contains("'gone' is not there", Assert.Single(recorder.Told).What, StringComparison.Ordinal);
        fleet[0].Acknowledged["kept"] = 6;
        await fleet.VerifyAsync(recorder, isShared: false, TestContext.Current.CancellationToken);
        Assert.Contains(recorder.Told, static told => told.What == "'kept' is as put 5 left it, and put 6 was acknowledged");
        Assert.Equal(3, recorder.Anomalies[AnomalyKind.LostUpdate]);
    }

    [Fact]
    public void The_shares_of_a_zipfian_choice_are_those_of_the_law()
    {
        ZipfianChoice choice = new(100, 0.99);
        Dice dice = new(1, "zipf");
        int[] counts = new int[100];
        for (int i = 0; i < 200_000; i++)
            counts[choice.Next(dice)]++;
        double whole = Enumerable.Range(1, 100).Sum(static rank => Math.Pow(rank, -0.99));
        foreach (int rank in new[] { 1, 2, 10, 50, 100 })
        {
            double expected = 200_000 * Math.Pow(rank, -0.99) / whole;
            Assert.InRange(counts[rank - 1], expected - (5 * Math.Sqrt(expected)), expected + (5 * Math.Sqrt(expected)));
        }
    }
}
