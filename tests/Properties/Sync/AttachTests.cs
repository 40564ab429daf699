using System.Text;
using FireproofBench.Engine;
using FireproofBench.Engine.Compaction;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Inspection;
using FireproofBench.Engine.Sync;
using FireproofBench.Properties.Databases;
using FireproofBench.Properties.Fixtures;
using Xunit;

namespace FireproofBench.Properties.Sync;

/// <summary>Devices that are attached to one remote store.</summary>
public sealed class AttachTests : AttachedDevices
{
    [Fact]
    public async Task What_one_device_writes_the_others_have()
    {
        await using Database first = await DeviceAsync(1);
        await using Database second = await DeviceAsync(2);
        for (int i = 0; i < 5; i++)
            await first.PutAsync(Numbered(i));
        RemoteLink up = await AttachAsync(first);
        await up.WhenUpToDateAsync(Token);
        RemoteLink down = await AttachAsync(second);
        await down.WhenUpToDateAsync(Token);
        await SameAsync(first, second, 5);

        await second.PutAsync(Numbered(5));
        await first.PutAsync(Numbered(6));
        await SettleAsync(up, down);
        await SameAsync(first, second, 7);
        Assert.Equal(SyncActivity.UpToDate, up.Status.Activity);
        Assert.Equal(0, up.Status.PendingFiles);
        Assert.Equal(first.Heads, up.Status.RemoteHeads);
    }

    [Fact]
    public async Task A_link_that_was_disposed_of_is_none_of_the_database_any_more()
    {
        await using Database database = await DeviceAsync(1);
        RemoteLink gone = await AttachAsync(database);
        await gone.DisposeAsync();
        Assert.Empty(database.Remotes);
        RemoteLink present = await AttachAsync(database);
        Assert.Equal([present], database.Remotes);
    }

    [Fact]
    public async Task A_merge_of_heads_writes_nothing_to_the_remote()
    {
        Database[] devices = [await DeviceAsync(1), await DeviceAsync(2), await DeviceAsync(3)];
        RemoteLink[] links = new RemoteLink[3];
        await devices[0].PutAsync(Numbered(0));
        for (int i = 0; i < 3; i++)
        {
            await using RemoteLink first = await AttachAsync(devices[i]);
            await first.WhenUpToDateAsync(Token);
        }

        // While no link is there, so that none of them knows of another's write.
        for (int i = 0; i < 3; i++)
            await devices[i].PutAsync(Numbered(i + 1));
        for (int i = 0; i < 3; i++)
            links[i] = await AttachAsync(devices[i]);
        await SettleAsync(links);
        Assert.Equal(3, devices[0].Heads.Length);
        long published = links.Sum(static link => link.Status.Published);
        long bytes = Remote.BytesPut;
        await SettleAsync(links);
        await SettleAsync(links);
        Assert.Equal((published, bytes), (links.Sum(static link => link.Status.Published), Remote.BytesPut));

        // The next write puts one head in the place of all of them.
        await devices[1].PutAsync(Numbered(9));
        await SettleAsync(links);
        Assert.Single((await Remote.Metadata.ReadAsync(Token)).Entries);
        foreach (Database device in devices)
        {
            Assert.Single(device.Heads);
            await SameAsync(devices[0], device, 5);
        }

        foreach (Database device in devices)
            await device.DisposeAsync();
    }

    [Fact]
    public async Task A_device_that_is_opened_again_without_its_remote_has_what_it_had_merged()
    {
        var store = new WatchedStore();
        await using Database other = await DeviceAsync(1);
        await other.PutAsync(Numbered(0));
        await (await AttachAsync(other)).WhenUpToDateAsync(Token);
        await using (Database device = await DeviceAsync(2, store))
        {
            RemoteLink link = await AttachAsync(device);
            await link.WhenUpToDateAsync(Token);

            // At once: neither is to have come to the other device before that one writes.
            await Task.WhenAll(device.PutAsync(Numbered(1)).AsTask(), other.PutAsync(Numbered(2)).AsTask());
            await SettleAsync(link, other.Remotes[0]);
            Assert.Equal(2, device.Heads.Length);
        }

        await using Database again = await DeviceAsync(2, store);
        await SameAsync(other, again, 3);
        VerificationReport report = await DatabaseInspector.VerifyAsync(Fixture.DatabaseName, store, Keys, cancellation: Token);
        Assert.Empty(report.Findings.Where(static finding => finding.IsDamage || finding.Kind == FindingKind.Orphan));
    }

    [Fact]
    public async Task A_device_that_is_detached_right_after_it_was_attached_goes_on_with_what_it_has()
    {
        var store = new WatchedStore();
        await using Database other = await DeviceAsync(1);
        await other.PutAsync(Numbered(0));
        RemoteLink up = await AttachAsync(other);
        await up.WhenUpToDateAsync(Token);
        await using Database device = await DeviceAsync(2, store);
        await using (RemoteLink link = await AttachAsync(device))
            await link.WhenUpToDateAsync(Token);
        for (int i = 1; i < 10; i++)
            await other.PutAsync(Numbered(i));
        await up.WhenUpToDateAsync(Token);

        await (await AttachAsync(device)).DisposeAsync();
        await device.PutAsync(Numbered(20));
        await device.CompactAsync(Token);
        VerificationReport report = await DatabaseInspector.VerifyAsync(Fixture.DatabaseName, store, Keys, cancellation: Token);
        Assert.DoesNotContain(report.Findings, static finding => finding.IsDamage);
    }

    [Fact]
    public async Task Devices_that_write_at_once_do_not_all_merge_the_same_groups()
    {
        const int Devices = 4;
        var devices = new Database[Devices];
        var links = new RemoteLink[Devices];
        for (int i = 0; i < Devices; i++)
        {
            devices[i] = await DeviceAsync((ulong)i + 1, compaction: CompactionMode.Automatic);
            if (i == 0)
                await devices[0].PutAsync(Numbered(0));
            await (links[i] = await AttachAsync(devices[i])).WhenUpToDateAsync(Token);
        }

        for (int round = 1; round <= 30; round++)
        {
            for (int i = 0; i < Devices; i++)
                await devices[i].PutAsync(Numbered((round * Devices) + i));
            await SettleAsync(links);
        }

        // Where each merges for itself it is 1,480,000 bytes and more.
        Assert.InRange(links.Sum(static link => link.Status.Sent.Bytes), 1, 1_200_000);
        Assert.InRange(devices[0].Log.Length, 1, CompactionPlan.LogLimit);
        foreach (Database device in devices)
            await SameAsync(devices[0], device, 121);
        foreach (Database device in devices)
            await device.DisposeAsync();
    }

    [Fact]
    public async Task Subscribers_hear_of_each_remote_change_once_with_its_ids()
    {
        await using Database first = await DeviceAsync(1);
        await using Database second = await DeviceAsync(2);
        await first.PutAsync(Numbered(0));
        RemoteLink up = await AttachAsync(first);
        await up.WhenUpToDateAsync(Token);
        RemoteLink down = await AttachAsync(second);
        await down.WhenUpToDateAsync(Token);
        var heard = new List<string>();
        using IDisposable hearing = second.Subscribe(change =>
        {
            lock (heard)
                heard.AddRange(change.Ids);
        });
        for (int i = 1; i < 10; i++)
        {
            await first.PutAsync(Numbered(i));
            if (i % 3 == 0)
                await SettleAsync(up, down);
        }

        await SettleAsync(up, down);
        Assert.Equal(Enumerable.Range(1, 9).Select(static i => $"doc-{i:d2}"), heard.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task An_attachment_is_there_before_the_head_and_comes_on_demand()
    {
        await using Database first = await DeviceAsync(1);
        await first.PutAsync(Numbered(0), [Text("before.txt", "written before the attach")], Token);
        RemoteLink up = await AttachAsync(first);
        await first.PutAsync(Numbered(1), [Text("after.txt", "written after it")], Token);
        await up.WhenUpToDateAsync(Token);
        await using Database second = await DeviceAsync(2);
        await (await AttachAsync(second)).WhenUpToDateAsync(Token);
        foreach ((string id, string text) in new[] { ("doc-00", "written before the attach"), ("doc-01", "written after it") })
        {
            Document document = (await second.GetAsync(id, Token))!;
            using StreamReader content = new(await second.OpenAttachmentAsync(document.Attachments[0], Token));
            Assert.Equal(text, await content.ReadToEndAsync(Token));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_device_that_fetches_on_demand_fills_a_second_remote_from_the_first(bool isLarge)
    {
        await using Database first = await DeviceAsync(1);
        for (int i = 0; i < 5; i++)
            await first.PutAsync(isLarge ? Document.Parse($$"""{"_id":"doc-{{i}}","text":"{{new string((char)('a' + i), 900_000)}}"}""") : Numbered(i));
        if (isLarge)
        {
            // Several files, and one with nothing but a header before them.
            await first.CompactAsync(Token);
            Assert.Equal(2, first.Log.Length);
        }

        await (await AttachAsync(first)).WhenUpToDateAsync(Token);
        await using WatchedStore backup = new();
        await using Database device = await DeviceAsync(2);
        await (await device.AttachAsync(new RemoteStore("remote", Remote.Data, Remote.Metadata), new AttachOptions { Prefetch = false }, Token)).WhenUpToDateAsync(Token);
        await (await device.AttachAsync(new RemoteStore("backup", backup.Data, backup.Metadata), new AttachOptions { Prefetch = false }, Token)).WhenUpToDateAsync(Token);
        await using Database third = await DeviceAsync(3);
        await (await third.AttachAsync(new RemoteStore("backup", backup.Data, backup.Metadata), cancellation: Token)).WhenUpToDateAsync(Token);
        await SameAsync(first, third, 5);
    }

    private static NewAttachment Text(string name, string content) => new(name, Encoding.UTF8.GetBytes(content), "text/plain", DateTimeOffset.UnixEpoch);
}
