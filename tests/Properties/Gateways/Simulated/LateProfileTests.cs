using System.Text;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Simulated;
using Xunit;

namespace FireproofBench.Properties.Gateways.Simulated;

/// <summary>Profiles of stores that show late keep the consistency model that they are written with.</summary>
public sealed class LateProfileTests : SimulatedStores
{
    [Fact]
    public async Task A_new_object_is_found_at_once_and_listed_late()
    {
        foreach (string profile in (string[])["list-lag", "read-after-create", "replicas"])
        {
            await using IDataGateway store = Open($"sim:{profile}?lag=5s&replicas=1").Open();
            for (int i = 0; i < Keys; i++)
            {
                await PutAsync(store, Key(i), "new");
                Assert.Equal("new", await GetAsync(store, Key(i)));
            }

            Assert.InRange((await KeysAsync(store)).Count, 0, Keys - 1);
            Time.Pass(TimeSpan.FromSeconds(5));
            Assert.Equal(Keys, (await KeysAsync(store)).Count);
        }
    }

    [Fact]
    public async Task Before_2020_a_new_object_that_was_asked_for_too_early_stays_absent_for_a_while()
    {
        SimulatedStore store = Open("sim:read-after-create?lag=5s");
        await using IDataGateway one = store.Open();
        await using IDataGateway other = store.Open(1);
        Assert.Null(await one.HeadAsync(Key(0), CancellationToken.None));
        await PutAsync(one, Key(0), "new");
        Assert.Null(await GetAsync(other, Key(0)));
        Time.Pass(TimeSpan.FromSeconds(5));
        Assert.Equal("new", await GetAsync(other, Key(0)));
    }

    [Fact]
    public async Task Before_2020_overwrites_and_deletes_are_late_within_the_lag()
    {
        await using IDataGateway store = Open("sim:read-after-create?lag=5s").Open();
        for (int i = 0; i < Keys; i++)
            await PutAsync(store, Key(i), "old");
        Time.Pass(TimeSpan.FromSeconds(5));
        for (int i = 0; i < Keys; i++)
            await PutAsync(store, Key(i), "new");
        Assert.Contains("old", await AllAsync(store));
        Time.Pass(TimeSpan.FromSeconds(5));
        Assert.All(await AllAsync(store), static text => Assert.Equal("new", text));
        for (int i = 0; i < Keys; i++)
            Assert.True(await store.DeleteAsync(Key(i), null, CancellationToken.None));
        Assert.Contains("new", await AllAsync(store));
        Time.Pass(TimeSpan.FromSeconds(5));
        Assert.All(await AllAsync(store), Assert.Null);
        Assert.Empty(await KeysAsync(store));
    }

    [Fact]
    public async Task Each_key_of_an_eventual_store_has_a_lag_of_its_own()
    {
        await using IDataGateway store = Open("sim:eventual?lag=8s").Open();
        for (int i = 0; i < Keys; i++)
            await PutAsync(store, Key(i), "new");
        HashSet<int> found = [];
        for (int second = 0; second < 8; second++)
        {
            Time.Pass(TimeSpan.FromSeconds(1));
            _ = found.Add((await AllAsync(store)).Count(static text => text is not null));
        }

        Assert.InRange(found.Count, 5, 8);
        Assert.Equal(Keys, found.Max());
    }

    [Fact]
    public async Task A_deleted_object_is_given_and_listed_for_the_lag_and_all_else_is_at_once()
    {
        await using IDataGateway store = Open("sim:delete-lag?lag=5s").Open();
        await PutAsync(store, Key(0), "old");
        await PutAsync(store, Key(0), "new");
        Assert.Equal("new", await GetAsync(store, Key(0)));
        Assert.True(await store.DeleteAsync(Key(0), null, CancellationToken.None));
        Assert.Equal("new", await GetAsync(store, Key(0)));
        Assert.Equal([Key(0)], await KeysAsync(store));
        Time.Pass(TimeSpan.FromSeconds(5));
        Assert.Null(await GetAsync(store, Key(0)));
        Assert.Empty(await KeysAsync(store));
    }

    [Fact]
    public async Task An_absence_is_cached_for_all_clients_and_a_listing_is_not()
    {
        SimulatedStore store = Open("sim:negative-cache?lag=5s");
        await using IDataGateway one = store.Open();
        await using IDataGateway other = store.Open(3);
        Assert.Null(await GetAsync(one, Key(0)));
        await PutAsync(one, Key(0), "new");
        await PutAsync(one, Key(1), "new");
        Assert.Null(await GetAsync(other, Key(0)));
        Assert.Equal("new", await GetAsync(other, Key(1)));
        Assert.Equal([Key(0), Key(1)], await KeysAsync(other));
        Time.Pass(TimeSpan.FromSeconds(5));
        Assert.Equal("new", await GetAsync(other, Key(0)));
    }

    [Fact]
    public async Task A_cache_repeats_what_its_endpoint_was_told_until_its_age_is_reached()
    {
        SimulatedStore store = Open("sim:cdn?max-age=30s");
        await using IDataGateway near = store.Open();
        await using IDataGateway far = store.Open(1);
        await PutAsync(near, Key(0), "old");
        Assert.Equal("old", await GetAsync(near, Key(0)));
        await PutAsync(near, Key(0), "new");
        Assert.Equal("old", await GetAsync(near, Key(0)));
        Assert.Equal("ld", Encoding.UTF8.GetString((await near.GetAsync(Key(0), new ByteRange(1, 9), CancellationToken.None))!.Bytes.Span));
        Assert.Equal("new", await GetAsync(far, Key(0)));
        Assert.Equal([Key(0)], await KeysAsync(near));
        Time.Pass(TimeSpan.FromSeconds(30));
        Assert.Equal("new", await GetAsync(near, Key(0)));
    }
}
