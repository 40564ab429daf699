using System.Collections.Concurrent;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Entropy;
using FireproofBench.Gateways.Memory;
using FireproofBench.Gateways.Simulated;
using FireproofBench.Gateways.Wrapping;
using FireproofBench.Load.Scenarios;
using Xunit;

namespace FireproofBench.Properties.Load;

public sealed class LoadTargetTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Databases_that_lie_elsewhere_than_the_objects_are_seen_and_removed_with_what_is_in_them()
    {
        ConcurrentDictionary<string, MemoryDeviceStore> databases = new(StringComparer.Ordinal);
        await using StoreUnderTest store = StoreOf((prefix, name) => databases.GetOrAdd(prefix + name, _ => new MemoryDeviceStore(name, TimeProvider.System)));
        LoadTarget target = new(store, 7, SystemEntropy.Instance);
        Assert.False(await target.IsTakenAsync(["one", "other"], Token));
        _ = await target.OpenDatabase("other").Data.PutAsync("data/x", new byte[3], PutCondition.None, Token);
        Assert.True(await target.IsTakenAsync(["one", "other"], Token));
        Assert.False(await target.IsTakenAsync(["one"], Token));

        // Of another run, with another seed: nothing of it is touched.
        LoadTarget next = new(store, 8, SystemEntropy.Instance);
        _ = await next.OpenDatabase("other").Data.PutAsync("data/x", new byte[3], PutCondition.None, Token);
        Assert.Empty(await target.CleanAsync(Token));
        Assert.False(await target.IsTakenAsync(["one", "other"], Token));
        Assert.True(await next.IsTakenAsync(["other"], Token));
    }

    [Fact]
    public async Task A_database_that_cannot_be_removed_is_told_with_the_reason_and_keeps_no_other_from_it()
    {
        MemoryDeviceStore sound = new("sound", TimeProvider.System);
        await using StoreUnderTest store = StoreOf((_, name) => name == "sound" ? sound : new LastingDevice(new MemoryDeviceStore(name, TimeProvider.System)));
        LoadTarget target = new(store, 7, SystemEntropy.Instance);
        _ = await target.OpenDatabase("sound").Data.PutAsync("data/x", new byte[3], PutCondition.None, Token);
        _ = target.OpenDatabase("lasting");
        string left = Assert.Single(await target.CleanAsync(Token));
        Assert.StartsWith(target.Prefix + "lasting, a database that could not be removed", left, StringComparison.Ordinal);
        Assert.Contains("ask whoever runs it", left, StringComparison.Ordinal);
        Assert.Empty((await sound.Data.ListAsync("", null, 10, Token)).Objects);
    }

    [Fact]
    public async Task A_database_whose_removal_leaves_something_behind_is_named_by_its_keys()
    {
        MemoryDeviceStore kept = new("kept", TimeProvider.System);
        await using StoreUnderTest store = StoreOf((_, _) => new LastingDevice(kept) { IsSilent = true });
        LoadTarget target = new(store, 7, SystemEntropy.Instance);
        _ = await target.OpenDatabase("kept").Data.PutAsync("data/x", new byte[3], PutCondition.None, Token);
        Assert.Equal([target.Prefix + "kept/data/x"], await target.CleanAsync(Token));
    }

    [Fact]
    public async Task Calls_that_a_database_makes_again_by_itself_are_counted_as_requests_and_as_repeated()
    {
        int failures = 2;
        RepeatedCalls repeated = new();
        RetryOptions patience = new() { Time = TimeProvider.System, Entropy = SystemEntropy.Instance, FirstPause = TimeSpan.FromMilliseconds(1) };
        RetryingGateway patient = new(
            new BentGateway(new MemoryDataGateway(TimeProvider.System))
            {
                OnPut = (below, key, body, condition, token) =>
                    failures-- > 0 ? throw new StorageException(StorageErrorKind.Throttled, "put", key, "slow down") : below.PutAsync(key, body, condition, token),
            },
            repeated.Over(patience));
        await using StoreUnderTest store = StoreOf((_, name) => new RemoteDevice(patient, name)) with { Repeated = repeated };
        LoadTarget target = new(store, 7, SystemEntropy.Instance);
        await using IDeviceStore database = target.OpenDatabase("fleet");
        _ = await database.Data.PutAsync("data/x", new byte[3], PutCondition.None, Token);
        Assert.Equal((3, 2, 3), (target.Meter.Requests.Put, target.Meter.Requests.Retried, target.Meter.Requests.Total));
    }

    [Fact]
    public async Task An_object_that_cannot_be_deleted_keeps_no_other_from_it_and_one_that_is_throttled_is_tried_again()
    {
        int refused = 0;
        MemoryDataGateway objects = new(TimeProvider.System);
        await using StoreUnderTest store = new()
        {
            Url = "any:",
            Data = new BentGateway(objects)
            {
                OnDelete = (below, key, version, token) =>
                    key.EndsWith("/0003", StringComparison.Ordinal) ? throw new StorageException(StorageErrorKind.Ambiguous, "delete", key, "no answer")
                    : key.EndsWith("/0005", StringComparison.Ordinal) && ++refused < 3 ? throw new StorageException(StorageErrorKind.Throttled, "delete", key, "slow down")
                    : below.DeleteAsync(key, version, token),
            },
        };
        LoadTarget target = new(store, 7, SystemEntropy.Instance);
        for (int i = 0; i < 1100; i++)
            _ = await objects.PutAsync($"{target.Prefix}{i:d4}", new byte[1], PutCondition.None, Token);
        Assert.Equal([target.Prefix + "0003"], await target.CleanAsync(Token));
        Assert.Equal(3, refused);
    }

    [Fact]
    public void The_more_was_put_the_longer_the_clean_up_may_take_and_never_without_end()
    {
        Assert.Equal(TimeSpan.FromMinutes(10), LoadTarget.PatienceFor(0));
        Assert.True(LoadTarget.PatienceFor(191_000) > TimeSpan.FromHours(2));
        Assert.Equal(TimeSpan.FromDays(1), LoadTarget.PatienceFor(long.MaxValue));
    }

    private static StoreUnderTest StoreOf(Func<string, string, IDeviceStore> open) => new() { Url = "any:", Data = new MemoryDataGateway(TimeProvider.System), OpenDatabase = open };

    private sealed class RemoteDevice(IDataGateway store, string name) : DeviceOver(new MemoryDeviceStore(name, TimeProvider.System))
    {
        public override IDataGateway Data => store;
    }

    private sealed class LastingDevice(IDeviceStore below) : DeviceOver(below)
    {
        public bool IsSilent { get; init; }

        public override ValueTask DestroyAsync(CancellationToken cancellation) =>
            IsSilent ? ValueTask.CompletedTask : throw new StorageException(StorageErrorKind.Unsupported, "destroy", "lasting", "it removes no database: ask whoever runs it");
    }
}
