using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Simulated;
using Xunit;

namespace FireproofBench.Properties.Gateways.Simulated;

/// <summary>A store of several nodes: what a quorum has is not lost, and all agree in the end.</summary>
public sealed class ReplicaProfileTests : SimulatedStores
{
    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(1);

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
        Time.Pass(TimeSpan.FromSeconds(5));
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
            Time.Pass(TimeSpan.FromMilliseconds(37));
        }

        Time.Pass(SimulatedUrl.Parse("sim:replicas?lag=2s").SettlingTime);
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
            Time.Pass(s_moment);
            await PutAsync(nodes[i / 3], Key(i), "second");
            Time.Pass(TimeSpan.FromSeconds(2));
            last.Add(await GetAsync(nodes[0], Key(i)));
        }

        Assert.Contains("second", last);
        Assert.Equal(loses, last.Contains("first"));
    }
}
