using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Memory;
using FireproofBench.Gateways.Wrapping;
using Xunit;

namespace FireproofBench.Properties.Gateways.Wrapping;

public sealed class PrefixedGatewayTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("/")]
    [InlineData("/a/")]
    [InlineData("a//")]
    [InlineData("../")]
    public void A_prefix_that_is_no_folder_is_refused(string prefix)
    {
        StorageException failure = Assert.Throws<StorageException>(() => new PrefixedGateway(new MemoryDataGateway(TimeProvider.System), prefix));
        Assert.Equal(StorageErrorKind.InvalidName, failure.Kind);
    }

    [Fact]
    public async Task Keys_lie_below_the_prefix_and_the_longest_is_shorter_by_it()
    {
        MemoryDataGateway store = new(TimeProvider.System);
        PrefixedGateway below = new(store, "é/");
        Assert.Equal(store.Traits.MaxKeyLength - 3, below.Traits.MaxKeyLength);
        _ = await below.PutAsync("k", new byte[1], PutCondition.None, Token);
        Assert.NotNull(await store.GetAsync("é/k", null, Token));
        foreach (string outside in (string[])["../k", "/k", "", "."])
            Assert.Equal(StorageErrorKind.InvalidName, (await Assert.ThrowsAsync<StorageException>(async () => await below.GetAsync(outside, null, Token))).Kind);
    }

    [Fact]
    public async Task A_token_of_the_store_that_is_no_key_comes_back_to_it_unchanged()
    {
        TokenStore store = new();
        PrefixedGateway below = new(store, "p/");
        ListPage first = await below.ListAsync("", null, 1, Token);
        _ = await below.ListAsync("", first.After, 1, Token);
        _ = await below.ListAsync("", "any", 1, Token);
        Assert.Equal([null, "token-17", "p/any"], store.Seen);
        store.Lists = "q/other";
        Assert.Equal(StorageErrorKind.Corrupt, (await Assert.ThrowsAsync<StorageException>(async () => await below.ListAsync("", null, 1, Token))).Kind);
    }

    private sealed class TokenStore() : DataGatewayWrapper(new MemoryDataGateway(TimeProvider.System))
    {
        public List<string?> Seen { get; } = [];

        public string Lists { get; set; } = "p/a";

        public override ValueTask<ListPage> ListAsync(string prefix, string? after, int limit, CancellationToken cancellation)
        {
            Seen.Add(after);
            return ValueTask.FromResult(new ListPage([new ObjectInfo(Lists, 1, "v", null)], "token-17"));
        }
    }
}
