using FireproofBench.Engine;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Storage;
using FireproofBench.Engine.Sync;
using FireproofBench.Properties.Databases;
using FireproofBench.Properties.Documents;
using Xunit;

namespace FireproofBench.Properties.Sync;

/// <summary>What a link sends, while others go on writing here and there.</summary>
public sealed class SendingTests : VirtualDevices
{
    [Fact]
    public void A_put_that_waits_for_room_goes_on_once_the_link_is_up_to_date() => Run(async () =>
    {
        await using Database database = await DeviceAsync(1);
        await database.PutAsync(Named("first"));
        RemoteLink link = await AttachAsync(database, Remote, most: 1, heads: new HookedHeads(Remote.Metadata) { Push = false });
        await link.WhenUpToDateAsync();
        TaskCompletionSource files = new();
        TaskCompletionSource attachments = new();
        Remote.Before = (verb, key) => verb != "put" ? default : new ValueTask(key.EndsWith(DataFiles.Suffix, StringComparison.Ordinal) ? files.Task : attachments.Task);
        await database.PutAsync(Named("second"));
        await Task.Delay(TimeSpan.FromSeconds(1), Time);
        Task waiting = database.PutAsync(Named("third")).AsTask();

        // An attachment goes with what is under way; the other comes too late for it.
        Task<AttachmentInfo> early = LargeFile.PutAsync(database, LargeFile.Of(LargeFile.Bytes(100, seed: 1)), "early");
        await Task.Delay(TimeSpan.FromSeconds(1), Time);
        files.SetResult();
        await Task.Delay(TimeSpan.FromSeconds(1), Time);
        Task<AttachmentInfo> late = LargeFile.PutAsync(database, LargeFile.Of(LargeFile.Bytes(100, seed: 2)), "late");
        await Task.Delay(TimeSpan.FromSeconds(1), Time);
        Assert.False(waiting.IsCompleted);
        attachments.SetResult();
        Assert.True(await IsSoonAsync(waiting));
        Assert.True(await IsSoonAsync(Task.WhenAll(early, late)));
        Assert.True(await IsSoonAsync(link.WhenSentAsync().AsTask()));
    });

    [Fact]
    public void A_write_that_replaces_a_bookmark_while_it_is_sent_is_no_failure() => Run(async () =>
    {
        WatchedStore store = Store();
        await using Database first = await DeviceAsync(1, store);
        await using Database second = await DeviceAsync(2);
        await first.PutAsync(Named("base"));
        RemoteLink[] links = [await AttachAsync(first, Remote), await AttachAsync(second, Remote)];
        foreach (RemoteLink link in links)
            await link.WhenUpToDateAsync();
        await Task.WhenAll(first.PutAsync(Named("left")).AsTask(), second.PutAsync(Named("right")).AsTask());
        foreach (RemoteLink link in (RemoteLink[])[.. links, .. links])
            await link.WhenUpToDateAsync();
        Assert.Equal(2, first.Heads.Length);
        await links[0].DisposeAsync();

        // Only a bookmark says both heads.
        MetaEntry head = Assert.Single((await store.Metadata.ReadAsync(Token)).Entries);
        string bookmark = DataFiles.KeyOfCar(MetaPayload.Read(head).First);
        List<Exception> told = [];
        bool wasAsked = false;
        store.Before = async (verb, key) =>
        {
            if (verb != "get" || key != bookmark || wasAsked)
                return;
            wasAsked = true;
            await first.PutAsync(Named("between"));
        };
        RemoteLink other = await AttachAsync(first, Store());
        other.Subscribe(status =>
        {
            if (status.LastError is { } error)
                told.Add(error);
        });
        await other.WhenUpToDateAsync();
        Assert.True(wasAsked);
        Assert.Empty(told);
    });

    [Fact]
    public void What_is_doubted_since_others_compacted_is_looked_for_before_it_is_sent_again() => Run(async () =>
    {
        byte[] film = LargeFile.Bytes(1000);
        await using Database first = await DeviceAsync(1);
        await LargeFile.PutAsync(first, LargeFile.Of(film), "film");
        await (await AttachAsync(first, Remote)).WhenUpToDateAsync();
        await first.Remotes[0].DisposeAsync();
        RemoteLink link = await AttachAsync(first, Remote);
        await link.WhenUpToDateAsync();
        await using Database second = await DeviceAsync(2);
        RemoteLink other = await AttachAsync(second, Remote);
        for (int i = 0; i < 5; i++)
            await second.PutAsync(Named($"doc-{i}"));
        await second.CompactAsync();
        await second.PutAsync(Named("last"));
        await other.WhenUpToDateAsync();
        await link.WhenUpToDateAsync();
        Assert.NotNull(await first.GetAsync("last"));

        int sent = 0;
        Remote.Before = (verb, key) =>
        {
            if (verb == "put" && !key.EndsWith(DataFiles.Suffix, StringComparison.Ordinal))
                sent++;
            return default;
        };
        await first.PutAsync(Named("between"));
        await link.WhenUpToDateAsync();
        await LargeFile.PutAsync(first, LargeFile.Of(film), "again");
        await link.WhenUpToDateAsync();
        Assert.Equal(0, sent);
    });
}
