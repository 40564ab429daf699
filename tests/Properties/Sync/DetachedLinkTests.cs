using FireproofBench.Engine;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Crypto;
using FireproofBench.Engine.Sync;
using Xunit;

namespace FireproofBench.Properties.Sync;

/// <summary>Links that ended, or never came about: nobody waits for their store, whatever befell them before.</summary>
public sealed class DetachedLinkTests : VirtualDevices
{
    [Fact]
    public void A_compaction_does_not_wait_for_a_store_that_was_detached() => Run(async () =>
    {
        await using Database writer = await DeviceAsync(1);
        for (int i = 0; i < 12; i++)
            await writer.PutAsync(Named($"writer-{i}"));
        await (await AttachAsync(writer, Remote)).WhenUpToDateAsync();
        await using Database reader = await DeviceAsync(2);
        RemoteLink link = await AttachAsync(reader, Remote, prefetch: false);
        await link.WhenUpToDateAsync();
        Remote.Before = static (verb, _) => verb == "get" ? ForEver() : default;
        Task compaction = reader.CompactAsync().AsTask();
        Assert.False(await IsSoonAsync(compaction), "it needs files of the other device");

        Assert.True(await IsSoonAsync(link.DisposeAsync().AsTask()));
        Assert.True(await IsSoonAsync(compaction));
        await Assert.ThrowsAsync<MissingBlockException>(() => compaction);
    });

    [Fact]
    public void A_store_to_which_attaching_was_given_up_is_not_asked_for_files() => Run(async () =>
    {
        await using Database writer = await DeviceAsync(1);
        await writer.PutAsync(Named("first"));
        await writer.PutAsync(Named("second"));
        await (await AttachAsync(writer, Remote)).WhenUpToDateAsync();
        await using Database reader = await DeviceAsync(2);
        await using (RemoteLink link = await AttachAsync(reader, Remote, prefetch: false))
            await link.WhenUpToDateAsync();

        using CancellationTokenSource given = new();
        given.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            await AttachAsync(reader, Remote, heads: new HookedHeads(Remote.Metadata) { Reading = given.Token.ThrowIfCancellationRequested }, cancellation: given.Token));
        await Assert.ThrowsAsync<KeyBagException>(async () => await AttachAsync(reader, Remote, heads: new HookedHeads(Remote.Metadata) { Reading = Refuse }));
        Assert.Empty(reader.Remotes);
        await Assert.ThrowsAsync<MissingBlockException>(async () => await reader.GetAsync("first"));
    });

    [Fact]
    public void A_link_hears_of_heads_again_after_the_key_bag_failed_and_ends_as_any_other() => Run(async () =>
    {
        await using Database writer = await DeviceAsync(1);
        await writer.PutAsync(Named("first"));
        RemoteLink up = await AttachAsync(writer, Remote);
        await up.WhenUpToDateAsync();
        Database reader = await DeviceAsync(2);
        int heard = 0;
        RemoteLink down = await AttachAsync(reader, Remote, heads: new HookedHeads(Remote.Metadata)
        {
            Listening = () =>
            {
                if (heard++ == 0)
                    Refuse();
            },
        });
        await down.WhenUpToDateAsync();
        await Task.Delay(TimeSpan.FromMinutes(5), Time);
        await writer.PutAsync(Named("second"));
        await up.WhenSentAsync();
        await Task.Delay(TimeSpan.FromMinutes(1), Time);
        Assert.NotNull(await reader.GetAsync("second"));
        await down.DisposeAsync();
        Assert.Equal(SyncActivity.Detached, down.Status.Activity);
        await reader.DisposeAsync();
    });

    [Fact]
    public void Files_are_asked_for_again_after_a_pause_also_when_it_was_the_key_bag_that_failed_and_the_link_ends_as_any_other() => Run(async () =>
    {
        await using Database writer = await DeviceAsync(1);
        await writer.PutAsync(Named("first"));
        string first = $"data/{writer.Log[0].First}.car";
        await writer.PutAsync(Named("second"));
        await (await AttachAsync(writer, Remote)).WhenUpToDateAsync();
        Database reader = await DeviceAsync(2);
        int asked = 0;
        Remote.Before = (verb, key) =>
        {
            if (verb == "get" && key == first)
            {
                asked++;
                Refuse();
            }

            return default;
        };
        RemoteLink down = await AttachAsync(reader, Remote);
        await Task.Delay(TimeSpan.FromMinutes(1), Time);
        Assert.IsType<KeyBagException>(down.Status.LastError);
        Assert.InRange(asked, 3, 20);
        await down.DisposeAsync();
        Assert.Equal(SyncActivity.Detached, down.Status.Activity);
        await reader.DisposeAsync();
    });

    private static void Refuse() => throw new KeyBagException("@test-data@", "the test wants it so");
}
