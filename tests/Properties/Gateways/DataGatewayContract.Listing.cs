using System.Text;
using FireproofBench.Engine.Ports;
using FsCheck.Xunit;
using Xunit;

namespace FireproofBench.Properties.Gateways;

/// <content>Pages against a sorted model, and beside keys that come and go.</content>
public abstract partial class DataGatewayContract
{
    [Property(MaxTest = 40, Arbitrary = [typeof(KeySets)])]
    public void Pages_agree_with_a_sorted_model(KeySet set, byte limitSeed, byte prefixSeed)
    {
        if (Shorter > 1 && limitSeed % Shorter != 0)
            return;
        Afresh();
        foreach (KeyValuePair<string, int> item in set.Lengths)
            _ = Now(Gateway.PutAsync(item.Key, Bytes(item.Value, 1), PutCondition.None, Token));
        string[] model = [.. set.Lengths.Keys];
        Array.Sort(model, static (a, b) => Encoding.UTF8.GetBytes(a).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(b)));
        int limit = (limitSeed % 7) + 1;
        string prefix = set.PrefixOf(prefixSeed);
        Assert.Equal(model.Where(k => k.StartsWith(prefix, StringComparison.Ordinal)), Keys(prefix, limit));

        // From any key, there or not, the listing goes on behind it.
        string after = set.PrefixOf((byte)(prefixSeed * 31));
        byte[] afterBytes = Encoding.UTF8.GetBytes(after);
        ListPage page = Now(Gateway.ListAsync("", after, 1000, Token));
        Assert.Equal(
            model.Where(k => Encoding.UTF8.GetBytes(k).AsSpan().SequenceCompareTo(afterBytes) > 0),
            page.Objects.Select(o => o.Key));
        foreach (string key in model)
            Assert.True(Now(Gateway.DeleteAsync(key, null, Token)));
        Assert.Empty(Keys("", limit));
    }

    [Fact]
    public async Task Pages_survive_keys_that_come_and_go()
    {
        string[] steady = [.. Enumerable.Range(0, Short(300)).Select(i => $"data/{i * 10:d5}")];
        foreach (string key in steady)
            _ = await Gateway.PutAsync(key, Bytes(1, 1), PutCondition.None, Token);
        List<string> seen = [];
        string? after = null;
        int turn = 0;
        do
        {
            ListPage page = await Gateway.ListAsync("data/", after, 7, Token);
            seen.AddRange(page.Objects.Select(o => o.Key));
            after = page.After;
            _ = await Gateway.PutAsync($"data/{turn * 13:d5}x", Bytes(1, 1), PutCondition.None, Token);
            _ = await Gateway.DeleteAsync($"data/{(turn - 5) * 13:d5}x", null, Token);
            turn++;
        }
        while (after is not null);
        Assert.Equal(seen.Distinct(), seen);
        Assert.Equal(steady, seen.Where(steady.Contains));
    }

    // The property is checked case after case, so it waits where it stands.
    private static T Now<T>(ValueTask<T> call) => call.AsTask().GetAwaiter().GetResult();

    private string[] Keys(string prefix, int limit) => KeysAsync(prefix, limit).GetAwaiter().GetResult();
}
