using System.Text;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways;
using FireproofBench.Gateways.Entropy;
using FireproofBench.Gateways.Simulated;
using FireproofBench.Properties.Fixtures;
using Xunit;

namespace FireproofBench.Properties.Gateways.Simulated;

/// <summary>Each profile keeps the consistency model that it is written with.</summary>
public sealed class StoreProfileTests
{
    private const int Keys = 40;
    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(1);

    private readonly SteppedTime _time = new();

    public static TheoryData<string> Profiles => [.. StoreProfiles.Sound];

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
            _time.Pass(TimeSpan.FromSeconds(5));
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
        _time.Pass(TimeSpan.FromSeconds(5));
        Assert.Equal("new", await GetAsync(other, Key(0)));
    }

    [Fact]
    public async Task Before_2020_overwrites_and_deletes_are_late_within_the_lag()
    {
        await using IDataGateway store = Open("sim:read-after-create?lag=5s").Open();
        for (int i = 0; i < Keys; i++)
            await PutAsync(store, Key(i), "old");
        _time.Pass(TimeSpan.FromSeconds(5));
        for (int i = 0; i < Keys; i++)
            await PutAsync(store, Key(i), "new");
        Assert.Contains("old", await AllAsync(store));
        _time.Pass(TimeSpan.FromSeconds(5));
        Assert.All(await AllAsync(store), static text => Assert.Equal("new", text));
        for (int i = 0; i < Keys; i++)
            Assert.True(await store.DeleteAsync(Key(i), null, CancellationToken.None));
        Assert.Contains("new", await AllAsync(store));
        _time.Pass(TimeSpan.FromSeconds(5));
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
            _time.Pass(TimeSpan.FromSeconds(1));
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
        _time.Pass(TimeSpan.FromSeconds(5));
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
        _time.Pass(TimeSpan.FromSeconds(5));
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
        _time.Pass(TimeSpan.FromSeconds(30));
        Assert.Equal("new", await GetAsync(near, Key(0)));
    }

    [Fact]
    public async Task What_a_quorum_has_is_found_at_most_nodes_at_once_and_at_all_of_them_after_the_lag()
    {
        SimulatedStore store = Open("sim:replicas?lag=5s");
        IDataGateway[] nodes = [store.Open(1), store.Open(2), store.Open(3)];
        await using IDataGateway any = store.Open();
        for (int i = 0; i < Keys; i++)
            await PutAsync(any, Key(i), "kept");
        int[] found = new int[Keys];
        foreach (IDataGateway node in nodes)
        {
            for (int i = 0; i < Keys; i++)
                found[i] += await GetAsync(node, Key(i)) is null ? 0 : 1;
        }

        Assert.All(found, static count => Assert.InRange(count, 2, 3));
        Assert.Contains(2, found);
        _time.Pass(TimeSpan.FromSeconds(5));
        foreach (IDataGateway node in nodes)
        {
            Assert.All(await AllAsync(node), static text => Assert.Equal("kept", text));
            Assert.Equal(Keys, (await KeysAsync(node)).Count);
        }
    }

    [Theory]
    [InlineData(2, "0s")]
    [InlineData(3, "0s")]
    [InlineData(3, "20s")]
    [InlineData(5, "20s")]
    public async Task All_nodes_agree_in_the_end_and_what_was_written_once_is_never_lost(int count, string skew)
    {
        SimulatedStore store = Open($"sim:replicas?lag=2s&replicas={count}&skew={skew}");
        IDataGateway[] nodes = [.. Enumerable.Range(1, count).Select(endpoint => store.Open(endpoint))];
        for (int i = 0; i < 400; i++)
        {
            await PutAsync(nodes[i % count], $"once/{i:d3}", $"{i}");
            IDataGateway node = nodes[i * 7 / 3 % count];
            if (i % 9 == 0)
                _ = await node.DeleteAsync(Key(i % 5), null, CancellationToken.None);
            else
                await PutAsync(node, Key(i % 5), $"{i}");
            _time.Pass(TimeSpan.FromMilliseconds(37));
        }

        _time.Pass(SimulatedUrl.Parse("sim:replicas?lag=2s").SettlingTime);
        List<string?> first = await AllAsync(nodes[0]);
        foreach (IDataGateway node in nodes)
        {
            Assert.Equal(first, await AllAsync(node));
            for (int i = 0; i < 400; i++)
                Assert.Equal($"{i}", await GetAsync(node, $"once/{i:d3}"));
            List<string> listed = await KeysAsync(node, pageLength: 7);
            Assert.Equal(listed.Order(StringComparer.Ordinal).Distinct(), listed);
            Assert.Equal(400 + first.Count(static text => text is not null), listed.Count);
        }
    }

    [Theory]
    [InlineData("0s", false)]
    [InlineData("20s", true)]
    public async Task The_later_stamp_wins_which_is_the_later_write_where_clocks_agree(string skew, bool loses)
    {
        SimulatedStore store = Open($"sim:replicas?lag=1s&skew={skew}");
        IDataGateway[] nodes = [store.Open(1), store.Open(2), store.Open(3)];
        List<string?> last = [];
        for (int i = 0; i < 9; i++)
        {
            await PutAsync(nodes[i % 3], Key(i), "first");
            _time.Pass(s_moment);
            await PutAsync(nodes[i / 3], Key(i), "second");
            _time.Pass(TimeSpan.FromSeconds(2));
            last.Add(await GetAsync(nodes[0], Key(i)));
        }

        Assert.Contains("second", last);
        Assert.Equal(loses, last.Contains("first"));
    }

    [Fact]
    public async Task An_outage_refuses_every_call_of_its_endpoint_as_transient_and_then_is_over()
    {
        SimulatedStore store = Open("sim:flapping?outages=10s");
        await using IDataGateway one = store.Open();
        await using IDataGateway other = store.Open(1);
        int differ = 0;
        int refused = 0;
        int longest = 0;
        int inRow = 0;
        for (int second = 0; second < 2000; second++)
        {
            _time.Pass(TimeSpan.FromSeconds(1));
            bool isOut = await IsOutAsync(one);
            differ += isOut != await IsOutAsync(other) ? 1 : 0;
            refused += isOut ? 1 : 0;
            inRow = isOut ? inRow + 1 : 0;
            longest = Math.Max(longest, inRow);
        }

        Assert.InRange(refused, 400, 600);
        Assert.InRange(longest, 10, 15);
        Assert.InRange(differ, 200, 1000);
    }

    [Theory]
    [InlineData("sim:unconditional")]
    [InlineData("sim:replicas")]
    [InlineData("sim:eventual?conditional=no")]
    public async Task A_store_that_takes_no_conditions_says_so_and_refuses_them(string address)
    {
        await using IDataGateway store = Open(address).Open();
        Assert.False(store.Traits.ConditionalCreate || store.Traits.ConditionalReplace || store.Traits.ConditionalDelete);
        foreach (PutCondition condition in (PutCondition[])[PutCondition.IfAbsent, PutCondition.IfMatches("1")])
        {
            StorageException refusal = await Assert.ThrowsAsync<StorageException>(() => store.PutAsync(Key(0), "new"u8.ToArray(), condition, CancellationToken.None).AsTask());
            Assert.Equal(StorageErrorKind.Unsupported, refusal.Kind);
        }

        StorageException undone = await Assert.ThrowsAsync<StorageException>(() => store.DeleteAsync(Key(0), "1", CancellationToken.None).AsTask());
        Assert.Equal(StorageErrorKind.Unsupported, undone.Kind);
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public async Task A_store_says_that_it_is_strong_only_when_it_shows_everything_at_once(string profile)
    {
        await using IDataGateway store = Open($"sim:{profile}").Open();
        Assert.Equal(profile is "strong" or "flapping" or "unconditional", store.Traits.StronglyConsistent);
        Assert.Equal(profile is not ("replicas" or "unconditional"), store.Traits.ConditionalCreate);
        Assert.Equal(store.Traits.StronglyConsistent, !SimulatedUrl.Parse($"sim:{profile}").Store.IsLate);
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public async Task A_listing_never_shows_an_object_twice_or_out_of_order_and_settles(string profile)
    {
        string address = $"sim:{profile}?lag=1s&replicas=3&skew=500ms";
        await using IDataGateway store = Open(address).Open();
        SortedSet<string> there = new(StringComparer.Ordinal);
        for (int i = 0; i < 300; i++)
        {
            string key = $"once/{i * 37 % 300:d3}";
            await RetryAsync(() => PutAsync(store, key, "kept"));
            _ = there.Add(key);
            _time.Pass(TimeSpan.FromMilliseconds(11));
            if (i % 10 == 0)
                await RetryAsync(async () => await AssertOrderedAsync(store));
        }

        _time.Pass(SimulatedUrl.Parse(address).SettlingTime);
        await RetryAsync(async () => Assert.Equal(there, await KeysAsync(store, pageLength: 7)));
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public async Task The_same_seed_gives_the_same_answers(string profile)
    {
        string address = $"sim:{profile}?lag=1s&replicas=3&skew=50ms&outages=3s&max-age=1s&seed=";
        Assert.Equal(await AnswersAsync(address + "3"), await AnswersAsync(address + "3"));
        Assert.NotEqual(await AnswersAsync(address + "3"), await AnswersAsync(address + "4"));
    }

    private static async Task<string> AnswersAsync(string address)
    {
        SteppedTime time = new();
        SimulatedStore store = Open(address, time);
        IDataGateway[] clients = [.. Enumerable.Range(0, 4).Select(endpoint => store.Open(endpoint))];
        StringBuilder told = new();
        for (int i = 0; i < 400; i++)
        {
            IDataGateway client = clients[i % clients.Length];
            time.Pass(TimeSpan.FromMilliseconds(23));
            try
            {
                if (i % 3 == 0)
                    await PutAsync(client, Key(i % 5), $"{i}");
                else if (i % 11 == 0)
                    _ = told.Append(await client.DeleteAsync(Key(i % 5), null, CancellationToken.None));
                else
                    _ = told.Append(await GetAsync(client, Key(i % 5))).Append((await KeysAsync(client)).Count);
            }
            catch (StorageException failure)
            {
                _ = told.Append(failure.Message);
            }

            _ = told.Append('\n');
        }

        return told.ToString();
    }

    private static SimulatedStore Open(string address, TimeProvider time)
    {
        // Calls take no time here: the clock stands still between the steps of a test.
        string immediate = $"{address}{(address.Contains('?', StringComparison.Ordinal) ? '&' : '?')}latency=0s";
        return new SimulatedStore(SimulatedUrl.Parse(immediate), new GatewayOptions { Time = time, Entropy = new SeededEntropy(1) });
    }

    private SimulatedStore Open(string address) => Open(address, _time);

    private async Task RetryAsync(Func<Task> call)
    {
        while (true)
        {
            try
            {
                await call();
                return;
            }
            catch (StorageException failure) when (failure.Kind == StorageErrorKind.Transient)
            {
                _time.Pass(TimeSpan.FromMilliseconds(50));
            }
        }
    }

    private static async Task AssertOrderedAsync(IDataGateway store)
    {
        List<string> listed = await KeysAsync(store, pageLength: 7);
        Assert.Equal(listed.Order(StringComparer.Ordinal).Distinct(), listed);
    }

    private static async Task<bool> IsOutAsync(IDataGateway store)
    {
        try
        {
            _ = await store.HeadAsync(Key(0), CancellationToken.None);
            return false;
        }
        catch (StorageException failure) when (failure.Kind == StorageErrorKind.Transient)
        {
            return true;
        }
    }

    private static string Key(int number) => $"key-{number:d3}";

    private static async Task PutAsync(IDataGateway store, string key, string text) =>
        _ = await store.PutAsync(key, Encoding.UTF8.GetBytes(text), PutCondition.None, CancellationToken.None);

    private static async Task<string?> GetAsync(IDataGateway store, string key) =>
        await store.GetAsync(key, null, CancellationToken.None) is { } content ? Encoding.UTF8.GetString(content.Bytes.Span) : null;

    private static async Task<List<string?>> AllAsync(IDataGateway store)
    {
        List<string?> all = [];
        for (int i = 0; i < Keys; i++)
            all.Add(await GetAsync(store, Key(i)));
        return all;
    }

    private static async Task<List<string>> KeysAsync(IDataGateway store, int pageLength = 1000)
    {
        List<string> keys = [];
        string? after = null;
        do
        {
            ListPage page = await store.ListAsync("", after, pageLength, CancellationToken.None);
            keys.AddRange(page.Objects.Select(static found => found.Key));
            after = page.After;
        }
        while (after is not null);
        return keys;
    }
}
