using System.Text;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Simulated;
using FireproofBench.Properties.Fixtures;
using Xunit;

namespace FireproofBench.Properties.Gateways.Simulated;

/// <summary>What holds of every profile: what a store says of itself is so, listings are in order, outages end, and one seed gives one run.</summary>
public sealed class StoreProfileTests : SimulatedStores
{
    public static TheoryData<string> Profiles => [.. StoreProfiles.Sound];

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
            Time.Pass(TimeSpan.FromSeconds(1));
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
            Time.Pass(TimeSpan.FromMilliseconds(11));
            if (i % 10 == 0)
                await RetryAsync(async () => await AssertOrderedAsync(store));
        }

        Time.Pass(SimulatedUrl.Parse(address).SettlingTime);
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
                Time.Pass(TimeSpan.FromMilliseconds(50));
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
}
