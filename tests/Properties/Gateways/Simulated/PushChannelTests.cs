using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Memory;
using FireproofBench.Gateways.Simulated;
using Xunit;

namespace FireproofBench.Properties.Gateways.Simulated;

/// <summary>What subscribers are told over each form of channel, in virtual time. A message is named by how many heads it shows.</summary>
public sealed class PushChannelTests
{
    private const int Events = 40;

    [Fact]
    public void A_sound_channel_tells_every_change_in_order() => Assert.Equal(Enumerable.Range(1, Events), Told(PushForm.Sound));

    [Fact]
    public void A_channel_that_doubles_tells_every_change_twice() =>
        Assert.Equal(Enumerable.Range(1, Events).SelectMany(static number => (int[])[number, number]), Told(PushForm.Twice));

    [Fact]
    public void A_channel_that_reorders_tells_every_change_once_some_after_the_next_one()
    {
        List<int> told = Told(PushForm.Reordered);
        Assert.Equal(Enumerable.Range(1, Events), told.Order());
        Assert.NotEqual(Enumerable.Range(1, Events), told);
        Assert.Equal(told, Told(PushForm.Reordered));
    }

    [Fact]
    public void A_channel_that_drops_tells_some_changes_in_order()
    {
        List<int> told = Told(PushForm.Dropped);
        Assert.InRange(told.Count, Events / 4, Events - 1);
        Assert.Equal(told.Order(), told);
        Assert.Equal(told, Told(PushForm.Dropped));
    }

    [Fact]
    public void A_channel_that_is_none_says_so_and_tells_nothing()
    {
        Assert.Empty(Told(PushForm.None));
        Assert.False(new PushChannel(PushForm.None, new FaultSetting(1, TimeSpan.Zero, TimeProvider.System, 1)).Before(new MemoryMetadataGateway()).Traits.Push);
    }

    // A message every 50 ms, so that what is held back for 120 ms meets the next ones; the last one has all its time.
    private static List<int> Told(PushForm form)
    {
        VirtualWorld world = new();
        return world.Run(
            async token =>
            {
                List<int> told = [];
                await using IMetadataGateway heads = new PushChannel(form, new FaultSetting(0.3, TimeSpan.FromMilliseconds(120), world.Time, 5)).Before(new MemoryMetadataGateway());
                using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(token);
                Task listening = ListenAsync(heads, told, end.Token);
                for (int i = 0; i < Events; i++)
                {
                    await heads.PublishAsync(new MetaEntry(Cid.Of(CidCodec.Raw, [(byte)i]), [], new byte[1]), [], token);
                    await Task.Delay(TimeSpan.FromMilliseconds(50), world.Time, token);
                }

                await Task.Delay(TimeSpan.FromSeconds(1), world.Time, token);
                end.Cancel();
                await listening;
                return told;
            },
            CancellationToken.None);
    }

    private static async Task ListenAsync(IMetadataGateway heads, List<int> told, CancellationToken cancellation)
    {
        await foreach (MetaReading reading in heads.SubscribeAsync(cancellation))
            told.Add(reading.Entries.Length);
    }
}
