using System.Text;
using FireproofBench.Engine;
using FireproofBench.Engine.Compaction;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Inspection;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Sync;
using FireproofBench.Gateways.Filesystem;
using FireproofBench.Gateways.Memory;
using FireproofBench.Properties.Databases;
using FireproofBench.Properties.Fixtures;
using FireproofBench.Properties.Reference;
using Xunit;

namespace FireproofBench.Properties.Sync;

/// <summary>Devices that are attached to one remote store.</summary>
public sealed class AttachTests : IAsyncDisposable
{
    private readonly MemoryKeyBag _keys = new();
    private readonly WatchedStore _remote = new();

    public static TheoryData<ulong> Seeds => [.. Enumerable.Range(1, 12).Select(static seed => (ulong)seed)];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _remote.DisposeAsync();

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
        long bytes = _remote.BytesPut;
        await SettleAsync(links);
        await SettleAsync(links);
        Assert.Equal((published, bytes), (links.Sum(static link => link.Status.Published), _remote.BytesPut));

        // The next write puts one head in the place of all of them.
        await devices[1].PutAsync(Numbered(9));
        await SettleAsync(links);
        Assert.Single((await _remote.Metadata.ReadAsync(Token)).Entries);
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
            await device.PutAsync(Numbered(1));
            await other.PutAsync(Numbered(2));
            await SettleAsync(link, other.Remotes[0]);
            Assert.Equal(2, device.Heads.Length);
        }

        await using Database again = await DeviceAsync(2, store);
        await SameAsync(other, again, 3);
        VerificationReport report = await DatabaseInspector.VerifyAsync(Fixture.DatabaseName, store, _keys, cancellation: Token);
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
        VerificationReport report = await DatabaseInspector.VerifyAsync(Fixture.DatabaseName, store, _keys, cancellation: Token);
        Assert.DoesNotContain(report.Findings, static finding => finding.IsDamage);
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
        await (await device.AttachAsync(new RemoteStore("remote", _remote.Data, _remote.Metadata), new AttachOptions { Prefetch = false }, Token)).WhenUpToDateAsync(Token);
        await (await device.AttachAsync(new RemoteStore("backup", backup.Data, backup.Metadata), new AttachOptions { Prefetch = false }, Token)).WhenUpToDateAsync(Token);
        await using Database third = await DeviceAsync(3);
        await (await third.AttachAsync(new RemoteStore("backup", backup.Data, backup.Metadata), cancellation: Token)).WhenUpToDateAsync(Token);
        await SameAsync(first, third, 5);
    }

    [Fact]
    public async Task An_outage_keeps_nobody_from_writing_and_is_made_good_by_itself()
    {
        await using Database device = await DeviceAsync(1);
        _remote.Before = (verb, key) => throw new StorageException(StorageErrorKind.Transient, verb, key, "the cable is out");
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
        _remote.Before = null;
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
        long before = _remote.BytesPut;
        foreach (Database other in (Database[])[stranger, keyless])
            Assert.Equal(StorageErrorKind.NotAuthorized, (await Assert.ThrowsAsync<StorageException>(async () => await AttachAsync(other))).Kind);
        Assert.Equal(before, _remote.BytesPut);
        Assert.Single(await DatabaseView.RowsAsync(stranger));
        Assert.Empty(keyless.Heads);
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
        _remote.Before = static (verb, asked) => verb == "get" ? throw new StorageException(StorageErrorKind.Corrupt, verb, asked, "not there yet") : default;
        await first.PutAsync(Numbered(1));
        await up.WhenUpToDateAsync(Token);
        await second.PutAsync(Numbered(2));
        await down.WhenUpToDateAsync(Token);
        UnreadableHead aside = Assert.Single(down.Status.Unreadable);
        Assert.Contains($"data/{first.Log[0].First}.car", aside.Reason.Message, StringComparison.Ordinal);
        Assert.Null(await second.GetAsync("doc-01", Token));
        _remote.Before = null;
        await SettleAsync(up, down);
        Assert.Empty(down.Status.Unreadable);
        await SameAsync(first, second, 3);
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

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Devices_that_write_compact_detach_and_come_back_end_the_same(ulong seed)
    {
        const int Devices = 4;
        var dice = new SeededDice(seed);
        WatchedStore[] stores = [.. Enumerable.Range(0, Devices).Select(static _ => new WatchedStore())];
        var devices = new Database[Devices];
        var links = new RemoteLink?[Devices];
        var acknowledged = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < Devices; i++)
            devices[i] = await DeviceAsync((ulong)i + 1, stores[i], CompactionMode.Automatic);
        await devices[0].PutAsync(Document.Parse("""{"_id":"first"}"""));
        links[0] = await AttachAsync(devices[0]);
        await links[0]!.WhenUpToDateAsync(Token);
        for (int i = 1; i < Devices; i++)
            await (links[i] = await AttachAsync(devices[i])).WhenUpToDateAsync(Token);
        for (int step = 0; step < 150; step++)
        {
            int d = dice.Next(Devices);
            switch (dice.Next(12))
            {
                case 0:
                    if (links[d] is { } link)
                        await link.DisposeAsync();
                    links[d] = null;
                    break;
                case 1:
                    links[d] ??= await AttachAsync(devices[d]);
                    break;
                case 2:
                    await devices[d].CompactAsync(Token);
                    break;
                case 3:
                    await devices[d].DisposeAsync();
                    devices[d] = await DeviceAsync((ulong)(100 + step), stores[d], CompactionMode.Automatic);
                    links[d] = null;
                    break;
                case 4:
                    await devices[d].DeleteAsync($"shared-{dice.Next(5)}", Token);
                    break;
                case 5:
                    await devices[d].PutAsync(Document.Parse($$"""{"_id":"shared-{{dice.Next(5)}}","step":{{step}}}"""));
                    break;
                default:
                    await devices[d].PutAsync(Document.Parse($$"""{"_id":"own-{{d}}-{{step}}","step":{{step}}}"""));
                    acknowledged.Add($"own-{d}-{step}");
                    break;
            }
        }

        for (int i = 0; i < Devices; i++)
            links[i] ??= await AttachAsync(devices[i]);
        await SettleAsync([.. links!]);
        for (int i = 0; i < Devices; i++)
        {
            await SameAsync(devices[0], devices[i], null);
            Assert.Subset((await DatabaseView.RowsAsync(devices[i])).Select(static row => row.Id).ToHashSet(), acknowledged);
        }

        foreach (Database device in devices)
            await device.DisposeAsync();
        await using Database fresh = await DeviceAsync(999);
        await (await AttachAsync(fresh)).WhenUpToDateAsync(Token);
        Assert.Subset((await DatabaseView.RowsAsync(fresh)).Select(static row => row.Id).ToHashSet(), acknowledged);
    }

    // Each has sent what it has, then each has taken in what the others sent.
    private static async Task SettleAsync(params RemoteLink[] links)
    {
        for (int round = 0; round < 3; round++)
        {
            foreach (RemoteLink link in links)
                await link.WhenUpToDateAsync(Token);
        }
    }

    private static async Task SameAsync(Database expected, Database actual, int? count)
    {
        List<(string Id, string? Json)> rows = await DatabaseView.RowsAsync(expected);
        Assert.Equal(rows, await DatabaseView.RowsAsync(actual));
        Assert.Equal(expected.Heads, actual.Heads);
        if (count is { } exact)
            Assert.Equal(exact, rows.Count);
    }

    private static NewAttachment Text(string name, string content) => new(name, Encoding.UTF8.GetBytes(content), "text/plain", DateTimeOffset.UnixEpoch);

    private static Document Numbered(int i) => Document.Parse($$"""{"_id":"doc-{{i:d2}}","n":{{i}}}""");

    private ValueTask<Database> DeviceAsync(ulong seed, WatchedStore? store = null, CompactionMode compaction = CompactionMode.Manual) =>
        OpenDatabase.OnStoreAsync(store ?? new WatchedStore(), _keys, compaction, seed);

    private ValueTask<RemoteLink> AttachAsync(Database database) => AttachAsync(database, _remote);

    private static ValueTask<RemoteLink> AttachAsync(Database database, IDeviceStore remote) => database.AttachAsync(
        new RemoteStore("remote", remote.Data, remote.Metadata),
        new AttachOptions { PollInterval = TimeSpan.FromMilliseconds(20), FirstPause = TimeSpan.FromMilliseconds(10), LongestPause = TimeSpan.FromMilliseconds(50) },
        Token);
}
