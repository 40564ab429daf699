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

    private static void Play(string lag, Func<VirtualWorld, IMetadataGateway, IMetadataGateway, CancellationToken, Task> story)
    {
        VirtualWorld world = new();
        SimulatedStore store = new(SimulatedUrl.Parse($"sim:eventual?heads=single&lag={lag}"), new GatewayOptions { Time = world.Time, Entropy = new SeededEntropy(1) });
        _ = world.Run(
            async token =>
            {
                await using IDeviceStore one = store.OpenDatabase("here/", "db");
                await using IDeviceStore other = store.OpenDatabase("here/", "db", 1);
                await story(world, one.Metadata, other.Metadata, token);
                return true;
            },
            TestContext.Current.CancellationToken);
    }

    private static MetaEntry Entry(int number)
    {
        byte[] data = BitConverter.GetBytes(number);
        return new MetaEntry(Cid.Of(CidCodec.DagCbor, data), [], data);
    }
}
