using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Memory;
using FireproofBench.Gateways.Simulated;
using Xunit;

namespace FireproofBench.Properties.Conformance.Settling;

/// <summary>A store that shows late is waited for, as long as it said that it may take, and no longer.</summary>
public sealed class SettledGatewayTests
{
    private static readonly TimeSpan s_lag = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_bound = TimeSpan.FromSeconds(10);

    private readonly VirtualWorld _world = new();

    [Fact]
    public void A_get_after_an_acknowledged_put_waits_until_the_object_is_shown() => Run(Lagging(), async (store, another) =>
    {
        _ = await PutAsync(store, "a", "one");
        Assert.Equal("one"u8.ToArray(), (await store.GetAsync("a", null, CancellationToken.None))!.Bytes.ToArray());
        Assert.InRange(_world.Time.GetElapsedTime(0), s_lag, s_lag + TimeSpan.FromSeconds(1));
    });

    [Fact]
    public void Another_client_that_overwrote_is_waited_for_too() => Run(Lagging(), async (store, other) =>
    {
        _ = await PutAsync(store, "a", "one");
        string version = await PutAsync(other, "a", "two");
        Assert.Equal(version, (await store.HeadAsync("a", CancellationToken.None))!.Version);
    });

    [Fact]
    public void A_listing_waits_for_what_was_added_and_for_what_was_removed() => Run(Lagging(), async (store, another) =>
    {
        foreach (string key in (string[])["a/1", "a/2", "a/3", "b/1"])
            _ = await PutAsync(store, key, key);
        _ = await store.DeleteAsync("a/2", null, CancellationToken.None);
        Assert.Equal(["a/1", "a/3"], await ListAsync(store, "a/", 1));
    });

    [Fact]
    public void What_an_acknowledged_put_lost_is_absent_after_the_bound() => Run(Losing(), async (store, another) =>
    {
        _ = await PutAsync(store, "a", "one");
        Assert.Null(await store.GetAsync("a", null, CancellationToken.None));
        Assert.InRange(_world.Time.GetElapsedTime(0), s_bound, s_bound + TimeSpan.FromSeconds(1));
    });

    [Fact]
    public void A_key_that_nobody_wrote_is_absent_at_once() => Run(Lagging(), async (store, another) =>
    {
        Assert.Null(await store.HeadAsync("a", CancellationToken.None));
        Assert.InRange(_world.Time.GetElapsedTime(0), TimeSpan.Zero, TimeSpan.FromMilliseconds(1));
    });

    [Fact]
    public void After_a_put_that_failed_neither_nothing_nor_what_was_replaced_before_is_an_answer()
    {
        IDataGateway lagging = Lagging();
        int puts = 0;
        BentGateway failing = new(lagging)
        {
            OnPut = (store, key, content, condition, token) => ++puts == 3
                ? throw new StorageException(StorageErrorKind.Transient, "put", key, "cut")
                : store.PutAsync(key, content, condition, token),
        };
        Run(failing, async (store, another) =>
        {
            _ = await PutAsync(store, "a", "one");
            await Task.Delay(s_lag, _world.Time);
            string second = await PutAsync(store, "a", "two");
            _ = await Assert.ThrowsAsync<StorageException>(() => PutAsync(store, "a", "three"));
            Assert.Equal(second, (await store.HeadAsync("a", CancellationToken.None))!.Version);
        });
    }

    private static BentGateway Losing() => new(new MemoryDataGateway(TimeProvider.System)) { OnPut = static (_, _, _, _, _) => new ValueTask<string>("v") };

    private LaggingGateway Lagging() => new(
        new MemoryDataGateway(TimeProvider.System),
        new VisibilityLags { Create = s_lag, Overwrite = s_lag, Delete = s_lag, ListAdd = s_lag * 2, ListRemove = s_lag * 2 },
        new FaultSetting(1, s_lag, _world.Time, 1));

    private void Run(IDataGateway store, Func<IDataGateway, IDataGateway, Task> check)
    {
        SettledWrites writes = new(s_bound, _world.Time);
        _ = _world.Run(
            async _ =>
            {
                await check(new SettledGateway(store, writes), new SettledGateway(store, writes));
                return true;
            },
            CancellationToken.None);
    }

    private static async Task<string> PutAsync(IDataGateway store, string key, string text) =>
        await store.PutAsync(key, System.Text.Encoding.UTF8.GetBytes(text), PutCondition.None, CancellationToken.None);

    private static async Task<List<string>> ListAsync(IDataGateway store, string prefix, int pageSize)
    {
        List<string> keys = [];
        string? after = null;
        do
        {
            ListPage page = await store.ListAsync(prefix, after, pageSize, CancellationToken.None);
            keys.AddRange(page.Objects.Select(static found => found.Key));
            after = page.After;
        }
        while (after is not null);
        return keys;
    }
}
