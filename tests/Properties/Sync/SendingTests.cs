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
}
