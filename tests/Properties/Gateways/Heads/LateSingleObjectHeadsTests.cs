using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways;
using FireproofBench.Gateways.Entropy;
using FireproofBench.Gateways.Simulated;
using Xunit;

namespace FireproofBench.Properties.Gateways.Heads;

/// <summary>All heads in one object of a store that enforces conditions and shows late what is in it, in virtual time.</summary>
public sealed class LateSingleObjectHeadsTests
{
    private const string Main = "meta/main.json";

    private IDeviceStore? _device;
    private IDataGateway? _objects;

    [Fact]
    public void A_writer_goes_on_after_its_own_write_without_waiting_until_it_is_shown() => Play("5s", async (world, one, other, token) =>
    {
        for (int i = 0; i < 5; i++)
        {
            await one.PublishAsync(Entry(i), i == 0 ? [] : [Entry(i - 1).Cid], token);
            Assert.Equal(Entry(i).Cid, Assert.Single((await one.ReadAsync(token)).Entries).Cid);
        }

        Assert.InRange(world.Time.GetElapsedTime(0), TimeSpan.Zero, TimeSpan.FromSeconds(1));
        await Task.Delay(TimeSpan.FromSeconds(6), world.Time, token);
        Assert.Equal(Entry(4).Cid, Assert.Single((await other.ReadAsync(token)).Entries).Cid);
    });

    [Fact]
    public void Writers_wait_for_what_another_one_wrote_and_lose_nothing() => Play("5s", async (world, one, other, token) =>
    {
        for (int i = 0; i < 4; i++)
        {
            await one.PublishAsync(Entry(i), i == 0 ? [] : [Entry(i - 1).Cid], token);
            await other.PublishAsync(Entry(100 + i), i == 0 ? [] : [Entry(99 + i).Cid], token);
        }

        Assert.InRange(world.Time.GetElapsedTime(0), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60));
        await Task.Delay(TimeSpan.FromSeconds(6), world.Time, token);
        Assert.Equal([Entry(3).Cid, Entry(103).Cid], (await one.ReadAsync(token)).Entries.Select(static entry => entry.Cid).OrderBy(static cid => cid == Entry(103).Cid));
    });

    [Fact]
    public void A_publication_ends_as_a_passing_failure_when_the_store_shows_the_past_for_a_minute() => Play("20m", async (world, one, other, token) =>
    {
        await one.PublishAsync(Entry(1), [], token);
        StorageException failure = await Assert.ThrowsAsync<StorageException>(async () => await other.PublishAsync(Entry(2), [], token));
        Assert.Equal(StorageErrorKind.Transient, failure.Kind);
        Assert.InRange(world.Time.GetElapsedTime(0), TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(62));
        await Task.Delay(TimeSpan.FromMinutes(20), world.Time, token);
        await other.PublishAsync(Entry(2), [], token);
        Assert.Equal(2, (await other.ReadAsync(token)).Entries.Length);
    });

    [Fact]
    public void What_was_seen_once_stays_seen_while_the_store_shows_the_past_and_an_old_copy_that_was_put_back_is_believed_after_a_minute() => Play("2s", async (world, one, other, token) =>
    {
        await one.PublishAsync(Entry(1), [], token);
        await Task.Delay(TimeSpan.FromSeconds(3), world.Time, token);
        ObjectContent old = (await _objects!.GetAsync(Main, null, token))!;
        await one.PublishAsync(Entry(2), [Entry(1).Cid], token);
        await Task.Delay(TimeSpan.FromSeconds(3), world.Time, token);
        Assert.Equal(Entry(2).Cid, Assert.Single((await other.ReadAsync(token)).Entries).Cid);
        _ = await _objects.PutAsync(Main, old.Bytes, PutCondition.None, token);
        await Task.Delay(TimeSpan.FromSeconds(3), world.Time, token);
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal(Entry(2).Cid, Assert.Single((await other.ReadAsync(token)).Entries).Cid);
            await Task.Delay(TimeSpan.FromSeconds(10), world.Time, token);
        }

        await Task.Delay(TimeSpan.FromSeconds(11), world.Time, token);
        Assert.Equal(Entry(1).Cid, Assert.Single((await other.ReadAsync(token)).Entries).Cid);
        await other.PublishAsync(Entry(3), [Entry(1).Cid], token);
        Assert.Equal(Entry(3).Cid, Assert.Single((await other.ReadAsync(token)).Entries).Cid);
    });

    [Fact]
    public void A_database_that_was_removed_has_no_heads_for_whoever_removed_it() => Play("5s", async (world, one, other, token) =>
    {
        await one.PublishAsync(Entry(1), [], token);
        await Task.Delay(TimeSpan.FromSeconds(6), world.Time, token);
        await _device!.DestroyAsync(token);
        await Task.Delay(TimeSpan.FromSeconds(6), world.Time, token);
        Assert.Empty((await one.ReadAsync(token)).Entries);
        await one.PublishAsync(Entry(2), [], token);
        Assert.Equal(Entry(2).Cid, Assert.Single((await one.ReadAsync(token)).Entries).Cid);
    });

    private void Play(string lag, Func<VirtualWorld, IMetadataGateway, IMetadataGateway, CancellationToken, Task> story)
    {
        VirtualWorld world = new();
        SimulatedStore store = new(SimulatedUrl.Parse($"sim:eventual?heads=single&lag={lag}"), new GatewayOptions { Time = world.Time, Entropy = new SeededEntropy(1) });
        world.Run(
            async token =>
            {
                await using IDeviceStore one = store.OpenDatabase("here/", "db");
                _device = one;
                _objects = one.Data;
                await using IDeviceStore other = store.OpenDatabase("here/", "db", 1);
                await story(world, one.Metadata, other.Metadata, token);
            },
            TestContext.Current.CancellationToken);
    }

    private static MetaEntry Entry(int number)
    {
        byte[] data = BitConverter.GetBytes(number);
        return new MetaEntry(Cid.Of(CidCodec.DagCbor, data), [], data);
    }
}
