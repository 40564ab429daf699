using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Entropy;
using FireproofBench.Gateways.Memory;
using FireproofBench.Gateways.Simulated;
using FireproofBench.Load.Pacing;
using FireproofBench.Load.Recording;
using FireproofBench.Load.Running;
using FireproofBench.Load.Scenarios;
using FireproofBench.Load.Simulations;
using FireproofBench.Scenarios.CommandLine;
using FireproofBench.Scenarios.Loading;
using Xunit;

namespace FireproofBench.Properties.Load;

public sealed class FleetScenarioTests
{
    private static readonly LoadPlan s_plan = new([new KeepConstant(3, TimeSpan.FromSeconds(1))]);

    public static TheoryData<string, bool, string> Scenarios
    {
        get
        {
            TheoryData<string, bool, string> all = [];
            foreach (ScenarioEntry entry in ScenarioBook.All.Where(static entry => entry.NeedsDatabases))
            {
                foreach (string store in new[] { "memory:", "a folder" })
                    all.Add(entry.Name, false, store);
            }

            all.Add("concurrent-writers", true, "memory:");
            all.Add("merge-storm", true, "memory:");
            return all;
        }
    }

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task A_sound_store_shows_no_anomaly_and_is_left_empty(string name, bool isShared, string where)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("fleet-");
        await using StoreUnderTest store = await StoreUrls.OpenAsync(where == "memory:" ? where : folder.FullName, TestContext.Current.CancellationToken);
        LoadTarget target = new(store, 7, SystemEntropy.Instance);
        ILoadScenario scenario = ScenarioBook.Find(name)!.Create(target, new ScenarioSettings { Size = 300, Items = 40, IsShared = isShared });
        LoadOutcome outcome = await LoadRun.RunAsync(scenario, s_plan, new LoadOptions { Seed = 7 }, new UnheardRun(), TestContext.Current.CancellationToken);
        await scenario.VerifyAsync(outcome.Recorder, TestContext.Current.CancellationToken);
        await ((IAsyncDisposable)scenario).DisposeAsync();
        Assert.Empty(outcome.Recorder.Told);
        Assert.All(outcome.Recorder.Totals.Take(2), static totals => Assert.True(totals.Actual.Count > 0));
        Assert.All(outcome.Recorder.Totals, static totals => Assert.Empty(totals.Errors));
        Assert.True(where == "memory:" || target.Meter.Requests.Put > 0);
        Assert.Empty(await target.CleanAsync(TestContext.Current.CancellationToken));
        folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData("writers-and-compaction", EngineEvent.Compaction)]
    [InlineData("merge-storm", EngineEvent.Merge)]
    public async Task What_the_devices_do_beside_the_calls_is_counted_by_interval(string name, string expected)
    {
        LoadOutcome outcome = await RunAsync(name);
        Assert.Equal(outcome.Recorder.Totals[0].Actual.Count, outcome.Rows.Sum(static row => row.Events.GetValueOrDefault(EngineEvent.Commit)));
        Assert.True(outcome.Rows.Sum(row => row.Events.GetValueOrDefault(expected)) > 0);
        Assert.All(outcome.Rows, static row => Assert.Contains("upload lag", row.Gauges.Keys));
    }

    [Fact]
    public async Task Compactions_are_marked_at_their_times_and_commits_are_not()
    {
        LoadOutcome outcome = await RunAsync("writers-and-compaction");
        Assert.Equal(Math.Min(Recorder.MaxEvents, outcome.Rows.Sum(static row => row.Events.GetValueOrDefault(EngineEvent.Compaction))), outcome.Recorder.Events.Length);
        Assert.All(outcome.Recorder.Events, static happened => Assert.Equal(EngineEvent.Compaction, happened.Name));
        Assert.All(outcome.Recorder.Events, happened => Assert.InRange(happened.At, outcome.Rows[0].At, outcome.Measured));

        // Of a merge of the whole log it is known how long it took, and one that found nothing to merge is none.
        Assert.InRange(outcome.Recorder.Events.Count(static happened => happened.Duration > TimeSpan.Zero), 0, outcome.Recorder.Totals[^1].Actual.Count);
        Assert.Contains(outcome.Recorder.Events, static happened => happened.Duration > TimeSpan.Zero);
    }

    [Fact]
    public async Task A_put_that_was_acknowledged_and_is_not_there_in_the_end_is_a_lost_update()
    {
        await using StoreUnderTest store = await StoreUrls.OpenAsync("memory:", TestContext.Current.CancellationToken);
        LoadTarget target = new(store, 7, SystemEntropy.Instance);
        await using DeviceFleet fleet = new(target, "fleet");
        await fleet.OpenAsync(2, new Progress<(string What, double? Share)>(), TestContext.Current.CancellationToken);
        _ = await fleet[0].Database.PutAsync(FleetDocument.Make(7, "kept", 0, 5, 200), TestContext.Current.CancellationToken);
        _ = await fleet[0].Database.PutAsync(FleetDocument.Make(7, "prepared", FleetDocument.Nobody, 0, 200), TestContext.Current.CancellationToken);
        fleet[0].Acknowledged["kept"] = 5;
        fleet[1].Acknowledged["kept"] = 9;
        fleet[1].Acknowledged["gone"] = 1;
        fleet[1].Acknowledged["prepared"] = 1;
        Recorder recorder = new(["put"], new LoadClock(TimeProvider.System), 0);
        await fleet.VerifyAsync(recorder, null, TestContext.Current.CancellationToken);
        Assert.Equal(
            ["'gone' is not there, though its put was acknowledged", "'prepared' is as it was prepared, and a put of it was acknowledged"],
            recorder.Told.Select(static told => told.What).Order(StringComparer.Ordinal));
        fleet[0].Acknowledged["kept"] = 6;
        await fleet.VerifyAsync(recorder, null, TestContext.Current.CancellationToken);
        Assert.Contains(recorder.Told, static told => told.What == "'kept' is as put 5 of device 0 left it, and its put 6 was acknowledged");
        Assert.Equal(5, recorder.Anomalies[AnomalyKind.LostUpdate]);
    }

    [Fact]
    public async Task A_document_of_other_bytes_than_were_put_is_seen()
    {
        await using StoreUnderTest store = await StoreUrls.OpenAsync("memory:", TestContext.Current.CancellationToken);
        await using DeviceFleet fleet = new(new LoadTarget(store, 7, SystemEntropy.Instance), "fleet");
        await fleet.OpenAsync(1, new Progress<(string What, double? Share)>(), TestContext.Current.CancellationToken);
        string json = FleetDocument.Make(7, "doc", 0, 1, 200).ToJson();
        _ = await fleet[0].Database.PutAsync(Document.Parse(json.Replace("\"doc\"", "\"other\"", StringComparison.Ordinal)), TestContext.Current.CancellationToken);
        Recorder recorder = new(["put"], new LoadClock(TimeProvider.System), 0);
        await fleet.VerifyAsync(recorder, null, TestContext.Current.CancellationToken);
        Assert.Equal(AnomalyKind.WrongBytes, Assert.Single(recorder.Told).Kind);
    }

    [Theory]
    [InlineData("workspace")]
    [InlineData("listing")]
    public async Task A_file_that_was_attached_and_that_a_new_device_cannot_read_is_seen(string name)
    {
        await using StoreUnderTest store = await StoreUrls.OpenAsync("memory:", TestContext.Current.CancellationToken);
        LoadTarget target = new(store, 7, SystemEntropy.Instance);
        ILoadScenario scenario = ScenarioBook.Find(name)!.Create(target, new ScenarioSettings { Size = 300, Items = 40 });
        await using IAsyncDisposable end = (IAsyncDisposable)scenario;
        LoadOutcome outcome = await LoadRun.RunAsync(scenario, s_plan, new LoadOptions { Seed = 7 }, new UnheardRun(), TestContext.Current.CancellationToken);
        IDataGateway files = store.OpenDatabase!(target.Prefix, "fleet").Data;
        int removed = 0;
        await foreach (ObjectInfo found in files.ListAllAsync("data/", TestContext.Current.CancellationToken))
        {
            if (!found.Key.EndsWith(".car", StringComparison.Ordinal) && await files.DeleteAsync(found.Key, null, TestContext.Current.CancellationToken))
                removed++;
        }

        await scenario.VerifyAsync(outcome.Recorder, TestContext.Current.CancellationToken);
        Assert.True(removed > 0);
        Assert.Equal([AnomalyKind.MissingFile], outcome.Recorder.Anomalies.Keys);
        Assert.Equal(removed, outcome.Recorder.Anomalies[AnomalyKind.MissingFile]);
    }

    [Theory]
    [InlineData("concurrent-writers", "fleet")]
    [InlineData("large-attachments", "files-0")]
    public async Task A_file_of_the_log_that_is_damaged_in_the_end_is_an_anomaly(string name, string database)
    {
        await using StoreUnderTest store = await StoreUrls.OpenAsync("memory:", TestContext.Current.CancellationToken);
        LoadTarget target = new(store, 7, SystemEntropy.Instance);
        ILoadScenario scenario = ScenarioBook.Find(name)!.Create(target, new ScenarioSettings { Size = 300, Items = 1000 });
        await using IAsyncDisposable end = (IAsyncDisposable)scenario;
        LoadOutcome outcome = await LoadRun.RunAsync(scenario, s_plan, new LoadOptions { Seed = 7 }, new UnheardRun(), TestContext.Current.CancellationToken);
        Assert.Empty(outcome.Recorder.Told);
        IDataGateway files = store.OpenDatabase!(target.Prefix, database).Data;
        await foreach (ObjectInfo found in files.ListAllAsync("data/", TestContext.Current.CancellationToken))
        {
            byte[] bytes = (await files.GetAsync(found.Key, null, TestContext.Current.CancellationToken))!.Bytes.ToArray();
            bytes[bytes.Length / 2] ^= 1;
            _ = await files.PutAsync(found.Key, bytes, PutCondition.None, TestContext.Current.CancellationToken);
        }

        string? unverified = await LoadSession.LookAsync(scenario, outcome.Recorder, TestContext.Current.CancellationToken);
        Assert.NotNull(unverified);
        Assert.Equal([AnomalyKind.WrongBytes], outcome.Recorder.Anomalies.Keys);
    }

    [Fact]
    public async Task A_database_whose_removal_failed_half_way_is_begun_anew_when_the_store_is_back()
    {
        bool isAway = false;
        MemoryDeviceStore kept = new("one", TimeProvider.System);
        await using StoreUnderTest store = new()
        {
            Url = "any:",
            Data = new MemoryDataGateway(TimeProvider.System),
            OpenDatabase = (_, _) => new LastingDevice(kept, () => isAway),
        };
        await using StoredDatabase database = new(new LoadTarget(store, 7, SystemEntropy.Instance), new MemoryKeyBag(), "one", 0);
        await database.OpenAsync(TestContext.Current.CancellationToken);
        await database.FillAsync(["a", "b"], 200, TestContext.Current.CancellationToken);
        isAway = true;
        _ = await Assert.ThrowsAsync<StorageException>(() => database.BeginAnewAsync(TestContext.Current.CancellationToken).AsTask());
        Assert.Equal((false, 2), (database.IsOpen, database.Acknowledged.Count));
        _ = await Assert.ThrowsAsync<StorageException>(() => database.OpenAsync(TestContext.Current.CancellationToken).AsTask());
        isAway = false;
        await database.OpenAsync(TestContext.Current.CancellationToken);
        Assert.Equal((true, 0, 0), (database.IsOpen, database.Acknowledged.Count, database.Database.Log.Length));
        await database.FillAsync(["c"], 200, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Devices_that_cannot_send_what_is_prepared_are_not_waited_for_without_end()
    {
        bool isFull = false;
        MemoryDeviceStore remote = new("fleet", TimeProvider.System);
        await using StoreUnderTest store = new()
        {
            Url = "any:",
            Data = new MemoryDataGateway(TimeProvider.System),
            OpenDatabase = (_, _) => new FullDevice(remote, () => isFull),
        };
        await using DeviceFleet fleet = new(new LoadTarget(store, 7, SystemEntropy.Instance), "fleet") { Patience = TimeSpan.FromSeconds(0.5) };
        await fleet.OpenAsync(1, new Progress<(string What, double? Share)>(), TestContext.Current.CancellationToken);
        _ = await fleet[0].Database.PutAsync(FleetDocument.Make(7, "one", 0, 1, 200), TestContext.Current.CancellationToken);
        await fleet.SendAsync(TestContext.Current.CancellationToken);
        isFull = true;
        _ = await fleet[0].Database.PutAsync(FleetDocument.Make(7, "two", 0, 2, 200), TestContext.Current.CancellationToken);
        StorageException failure = await Assert.ThrowsAsync<StorageException>(() => fleet.SendAsync(TestContext.Current.CancellationToken));
        Assert.Contains("the store did not take all that was prepared", failure.Message, StringComparison.Ordinal);
        Assert.Contains("nothing went on", failure.Message, StringComparison.Ordinal);
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

    private sealed class LastingDevice(IDeviceStore below, Func<bool> isAway) : DeviceOver(below)
    {
        public override ValueTask DestroyAsync(CancellationToken cancellation) =>
            isAway() ? throw new StorageException(StorageErrorKind.Transient, "destroy", "one", "nobody answers") : base.DestroyAsync(cancellation);
    }

    private sealed class FullDevice(IDeviceStore below, Func<bool> isFull) : DeviceOver(below)
    {
        public override IDataGateway Data { get; } = new BentGateway(below.Data)
        {
            OnPut = (store, key, body, condition, token) => isFull() ? throw new StorageException(StorageErrorKind.NoSpace, "put", key, "the store is full") : store.PutAsync(key, body, condition, token),
        };
    }

    private static async Task<LoadOutcome> RunAsync(string name)
    {
        await using StoreUnderTest store = await StoreUrls.OpenAsync("memory:", TestContext.Current.CancellationToken);
        ILoadScenario scenario = ScenarioBook.Find(name)!.Create(new LoadTarget(store, 7, SystemEntropy.Instance), new ScenarioSettings { Size = 300, Items = 40 });
        await using IAsyncDisposable end = (IAsyncDisposable)scenario;
        return await LoadRun.RunAsync(scenario, s_plan, new LoadOptions { Seed = 7, Interval = TimeSpan.FromMilliseconds(250) }, new UnheardRun(), TestContext.Current.CancellationToken);
    }
}
