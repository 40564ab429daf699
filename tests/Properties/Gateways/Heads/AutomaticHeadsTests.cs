using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Heads;
using FireproofBench.Gateways.Memory;
using FireproofBench.Gateways.Remote;
using FireproofBench.Gateways.S3;
using FireproofBench.Gateways.Wrapping;
using FireproofBench.Properties.Gateways.S3;
using Xunit;

namespace FireproofBench.Properties.Gateways.Heads;

/// <summary>The form of heads that suits the store.</summary>
public sealed class AutomaticHeadsTests
{
    private static readonly byte[] _event = [1];
    private static readonly Cid _cid = Cid.Of(CidCodec.DagCbor, _event);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("ceph", true)]
    [InlineData("swift", false)]
    public async Task One_object_where_the_store_compares_and_swaps_and_one_each_elsewhere(string server, bool single)
    {
        S3Server store = await S3Server.RequireAsync(server);
        await using S3DataGateway bucket = new(store.Options(S3Server.FreshPrefix()), TestOptions.Of());
        await using RemoteDeviceStore device = new(new RetryingGateway(bucket, RetryOptions.Of(TestOptions.Of()), leaveOpen: true), "db", TestOptions.Of(), HeadsForm.Automatic, learn: bucket.ProbeAsync);
        Assert.False(device.Metadata.Traits.SingleObject);
        await device.Metadata.PublishAsync(new MetaEntry(_cid, [], _event), [], Token);
        Assert.Equal(single, device.Metadata.Traits.SingleObject);
        Assert.Equal(_cid, Assert.Single((await device.Metadata.ReadAsync(Token)).Entries).Cid);
        Assert.Equal(single ? "db/meta/main.json" : $"db/meta/{_cid}", Assert.Single((await bucket.ListAsync("db/meta/", null, 10, Token)).Objects).Key);
        await device.DestroyAsync(Token);
        Assert.Empty((await device.Metadata.ReadAsync(Token)).Entries);
    }

    [Fact]
    public async Task A_store_that_cannot_say_is_asked_again_with_the_next_call()
    {
        await using MemoryDataGateway data = new(TimeProvider.System);
        bool fails = true;
        AutomaticHeads heads = new(data, TestOptions.Of(), _ => fails ? throw new StorageException(StorageErrorKind.Transient, "probe", "", "not now") : ValueTask.CompletedTask);
        Assert.Equal(StorageErrorKind.Transient, (await Assert.ThrowsAsync<StorageException>(async () => await heads.ReadAsync(Token))).Kind);
        Assert.False(heads.Traits.SingleObject);
        fails = false;
        Assert.Empty((await heads.ReadAsync(Token)).Entries);
        Assert.True(heads.Traits.SingleObject);
    }
}
