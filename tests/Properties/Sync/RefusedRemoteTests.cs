using FireproofBench.Engine;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Sharing;
using FireproofBench.Engine.Sync;
using FireproofBench.Gateways.Filesystem;
using FireproofBench.Gateways.Memory;
using FireproofBench.Properties.Databases;
using FireproofBench.Properties.Fixtures;
using Xunit;

namespace FireproofBench.Properties.Sync;

/// <summary>Remote stores that cannot be reached, are not prepared, are of somebody else, or lack a file.</summary>
public sealed class RefusedRemoteTests : AttachedDevices
{
    [Fact]
    public async Task An_outage_keeps_nobody_from_writing_and_is_made_good_by_itself()
    {
        await using Database device = await DeviceAsync(1);
        Remote.Before = (verb, key) => throw new StorageException(StorageErrorKind.Transient, verb, key, "the cable is out");
        RemoteLink link = await AttachAsync(device);
        for (int i = 0; i < 20; i++)
            await device.PutAsync(Numbered(i), Token);
        SyncStatus status;
        while ((status = link.Status).Activity != SyncActivity.Waiting)
            await Task.Delay(5, Token);
        Assert.NotNull(status.LastError);
        Assert.NotNull(status.NextAttempt);
        Assert.NotNull(status.OldestPending);
        Assert.True(status.PendingFiles > 0);
        Remote.Before = null;
        await link.WhenUpToDateAsync(Token);
        Assert.Null(link.Status.LastError);
        Assert.Equal((0, 0L), (link.Status.PendingFiles, link.Status.PendingBytes));
        await using Database other = await DeviceAsync(2);
        await (await AttachAsync(other)).WhenUpToDateAsync(Token);
        await SameAsync(device, other, 20);
    }

    [Fact]
    public async Task A_folder_that_is_not_prepared_is_told_with_what_to_do_and_met_once_it_is()
    {
        using var folder = new TemporaryFolder();
        await using Database device = await DeviceAsync(1);
        await device.PutAsync(Numbered(0));
        await using FolderDeviceStore remote = new(folder.At("remote"), Fixture.DatabaseName, OpenDatabase.Gateway());
        RemoteLink link = await AttachAsync(device, remote);
        SyncStatus status;
        while ((status = link.Status).Activity != SyncActivity.Waiting)
            await Task.Delay(5, Token);
        StorageException told = Assert.IsType<StorageException>(status.LastError);
        Assert.Equal(StorageErrorKind.MissingContainer, told.Kind);
        Assert.Contains("PrepareAsync", told.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder.At("remote")));

        await remote.PrepareAsync(Token);
        await link.WhenUpToDateAsync(Token);
        Assert.Null(link.Status.LastError);
        Assert.Single((await remote.Metadata.ReadAsync(Token)).Entries);
        await link.DisposeAsync();
    }

    [Fact]
    public async Task A_database_of_another_key_is_refused_and_nothing_changes()
    {
        await using Database first = await DeviceAsync(1);
        await first.PutAsync(Numbered(0));
        await (await AttachAsync(first)).WhenUpToDateAsync(Token);

        await using Database stranger = await OpenDatabase.OnStoreAsync(new WatchedStore(), new MemoryKeyBag(), seed: 7);
        await stranger.PutAsync(Document.Parse("""{"_id":"mine"}"""));
        await using Database keyless = await OpenDatabase.OnStoreAsync(new WatchedStore(), new MemoryKeyBag(), seed: 8);
        long before = Remote.BytesPut;
        foreach (Database other in (Database[])[stranger, keyless])
            Assert.Equal(StorageErrorKind.NotAuthorized, (await Assert.ThrowsAsync<StorageException>(async () => await AttachAsync(other))).Kind);
        Assert.Equal(before, Remote.BytesPut);
        Assert.Single(await DatabaseView.RowsAsync(stranger));
        Assert.Empty(keyless.Heads);
    }

    // The newest head is under a key that is known here, an older file of its log is not. The invitation comes after that was met, before the round ends.
    [Fact]
    public async Task A_remote_that_nothing_could_be_read_of_yet_is_not_given_up_when_the_key_comes_while_its_heads_are_looked_at()
    {
        MemoryKeyBag[] bags = [new(), new()];
        WatchedStore[] stores = [new(), new()];
        await using Database first = await DeviceAsync(1);
        await first.PutAsync(Numbered(0), Token);
        foreach (MemoryKeyBag bag in bags)
            await InviteAsync(first, new WatchedStore(), bag);
        await using Database second = await OpenDatabase.OnStoreAsync(stores[0], bags[0], CompactionMode.Manual, seed: 2);
        await using Database third = await OpenDatabase.OnStoreAsync(stores[1], bags[1], CompactionMode.Manual, seed: 3);
        await second.PutAsync(Numbered(2), Token);
        await third.PutAsync(Numbered(3), Token);
        _ = await first.RotateKeyAsync(Token);
        await first.PutAsync(Numbered(1), Token);
        await InviteAsync(first, stores[0], bags[0]);
        await (await AttachAsync(first)).WhenUpToDateAsync(Token);
        RemoteLink up = await AttachAsync(second);
        await up.WhenUpToDateAsync(Token);
        await second.PutAsync(Numbered(4), Token);
        await up.WhenUpToDateAsync(Token);

        bool wasAway = false;
        bool wasInvited = false;
        Remote.Before = async (verb, key) =>
        {
            if (verb == "get" && !wasAway)
            {
                wasAway = true;
                throw new StorageException(StorageErrorKind.Transient, verb, key, "no connection");
            }

            if (verb == "put" && !wasInvited)
            {
                wasInvited = true;
                await InviteAsync(first, stores[1], bags[1]);
            }
        };
        RemoteLink link = await third.AttachAsync(
            new RemoteStore("remote", Remote.Data, Remote.Metadata),
            new AttachOptions { PollInterval = TimeSpan.FromMilliseconds(20), FirstPause = TimeSpan.FromMilliseconds(10), Prefetch = false },
            Token);
        await link.WhenUpToDateAsync(Token);
        Assert.True(wasAway && wasInvited);
        Assert.Equal(5, (await DatabaseView.RowsAsync(third)).Count);
    }

    [Fact]
    public async Task A_head_whose_file_is_missing_is_set_aside_by_name_and_taken_in_once_it_is_there()
    {
        await using Database first = await DeviceAsync(1);
        await first.PutAsync(Numbered(0));
        RemoteLink up = await AttachAsync(first);
        await up.WhenUpToDateAsync(Token);
        await using Database second = await DeviceAsync(2);
        RemoteLink down = await AttachAsync(second);
        await down.WhenUpToDateAsync(Token);

        // The head overtakes the file.
        Remote.Before = static (verb, asked) => verb == "get" ? throw new StorageException(StorageErrorKind.Corrupt, verb, asked, "not there yet") : default;
        await first.PutAsync(Numbered(1));
        await up.WhenUpToDateAsync(Token);
        await second.PutAsync(Numbered(2));
        await down.WhenUpToDateAsync(Token);
        UnreadableHead aside = Assert.Single(down.Status.Unreadable);
        Assert.Contains($"data/{first.Log[0].First}.car", aside.Reason.Message, StringComparison.Ordinal);
        Assert.Null(await second.GetAsync("doc-01", Token));
        Remote.Before = null;
        await SettleAsync(up, down);
        Assert.Empty(down.Status.Unreadable);
        await SameAsync(first, second, 3);
    }

    private static async Task InviteAsync(Database from, WatchedStore store, MemoryKeyBag bag)
    {
        using Invitation invitation = await from.InviteAsync(cancellation: Token);
        _ = await Database.JoinAsync(invitation, store, bag, Token);
    }
}
