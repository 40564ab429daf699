using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Memory;
using Xunit;

namespace FireproofBench.Properties.Gateways.Memory;

public sealed class MemoryMetadataGatewayTests : MetadataGatewayContract
{
    private protected override IMetadataGateway Gateway { get; } = new MemoryMetadataGateway();

    [Fact]
    public async Task Nothing_falls_between_a_reading_and_the_subscription_after_it()
    {
        MetaReading read = await Gateway.ReadAsync(Token);
        await Gateway.PublishAsync(Entry(1), [], Token);
        await using IAsyncEnumerator<MetaReading> changes = Gateway.SubscribeAsync(Token).GetAsyncEnumerator(Token);
        Assert.True(await changes.MoveNextAsync());
        Assert.NotEqual(read.Version, changes.Current.Version);
        Assert.Equal(Entry(1).Cid, Assert.Single(changes.Current.Entries).Cid);
    }

    [Fact]
    public async Task Many_changes_are_told_as_one_and_the_last_is_never_missed()
    {
        await using IAsyncEnumerator<MetaReading> changes = Gateway.SubscribeAsync(Token).GetAsyncEnumerator(Token);
        Task<bool> next = changes.MoveNextAsync().AsTask();
        for (int i = 0; i < 100; i++)
            await Gateway.PublishAsync(Entry(i), i == 0 ? [] : [Entry(i - 1).Cid], Token);
        Assert.True(await next);
        while (changes.Current.Entries[^1].Cid != Entry(99).Cid)
            Assert.True(await changes.MoveNextAsync());
        next = changes.MoveNextAsync().AsTask();
        Assert.False(next.IsCompleted);
        await Gateway.DisposeAsync();
        Assert.False(await next);
    }
}
