using FireproofBench.Engine;
using FireproofBench.Engine.Sync;
using FireproofBench.Properties.Sync;
using Xunit;

namespace FireproofBench.Properties.Storage;

/// <summary>Reads beside one that waits for a remote store which does not answer.</summary>
public sealed class StalledSearchTests : VirtualDevices
{
    [Fact]
    public void What_is_known_to_be_here_is_read_and_written_while_another_read_waits_for_a_remote_store() => Run(async () =>
    {
        await using Database reader = await StalledAsync();
        Assert.True(await IsSoonAsync(reader.GetAsync("mine").AsTask()));
        Assert.True(await IsSoonAsync(reader.PutAsync(Named("another")).AsTask()));
        Assert.True(await IsSoonAsync(reader.GetAsync("newer").AsTask()));
    });

    [Fact]
    public void A_read_that_waits_for_its_turn_behind_it_can_be_given_up() => Run(async () =>
    {
        await using Database reader = await StalledAsync();
        using CancellationTokenSource ending = new();
        Task read = reader.GetAsync("other", ending.Token).AsTask();
        Assert.False(await IsSoonAsync(read));
        ending.Cancel();
        Assert.True(await IsSoonAsync(read));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
    });

    // Its own files are here, but too many for its memory; those of the other device are at a store that does not answer any more, and somebody waits for one.
    private async Task<Database> StalledAsync()
    {
        await using Database writer = await DeviceAsync(1);
        foreach (string id in (string[])["far", "other", "newest"])
            await writer.PutAsync(Named(id));
        await (await AttachAsync(writer, Remote)).WhenUpToDateAsync();
        Database reader = await DeviceAsync(2, cacheLength: 1);
        RemoteLink link = await AttachAsync(reader, Remote, prefetch: false);
        await link.WhenUpToDateAsync();
        await reader.PutAsync(Named("mine"));
        await reader.PutAsync(Named("newer"));
        await reader.PutAsync(Named("newest-of-mine"));
        await link.WhenUpToDateAsync();
        Remote.Before = static (verb, _) => verb == "get" ? ForEver() : default;
        Assert.False(await IsSoonAsync(reader.GetAsync("far").AsTask()));
        return reader;
    }
}
