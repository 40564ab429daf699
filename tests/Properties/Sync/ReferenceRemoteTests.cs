using System.Text;
using FireproofBench.Engine;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Sync;
using FireproofBench.Gateways.Filesystem;
using FireproofBench.Properties.Databases;
using FireproofBench.Properties.Fixtures;
using FireproofBench.Properties.Reference;
using Xunit;

namespace FireproofBench.Properties.Sync;

/// <summary>A device of the reference engine and one of ours on one remote folder.</summary>
/// <remarks>
/// What @fireproof/core 0.24.19 does there: its file gateway tells of no change, so it sees what others wrote only when it is opened and attached again. It keeps
/// one entry in the file of heads, and writes over those of others; a link of ours notices, and puts them back. Attached in the session that wrote, it sends its
/// newest file only. It neither sends nor fetches attached files.
/// </remarks>
public sealed class ReferenceRemoteTests(ReferenceEngine reference) : IDisposable
{
    private const string Name = Fixture.DatabaseName;

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<ulong> Seeds => [.. Enumerable.Range(1, 6).Select(static seed => (ulong)seed)];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_the_reference_engine_sent_is_taken_in_and_it_sees_what_is_added(bool isCompacted)
    {
        await FillTheirsAsync("theirs", isCompacted);
        ReferenceReading sent;
        await using (ReferenceDatabase theirs = await AttachedAsync("theirs"))
            sent = await theirs.ReadAsync(changes: false, Token);

        await using FolderDeviceStore remote = Remote();
        await using Database ours = await OursAsync();
        await using RemoteLink link = await AttachAsync(ours, remote);
        await link.WhenUpToDateAsync(Token);
        await SameAsync(ours, sent, 5);
        await ours.PutAsync(Document.Parse("""{"_id":"ours","n":1}"""), Token);
        await ours.PutAsync(Document.Parse("""{"_id":"doc-1","n":100}"""), Token);
        await ours.DeleteAsync("doc-2", Token);
        await link.WhenUpToDateAsync(Token);

        // The device that sent it, and one that has nothing yet.
        foreach (string device in (string[])["theirs", "fresh"])
        {
            await using ReferenceDatabase again = await AttachedAsync(device);
            await SameAsync(ours, await again.ReadAsync(changes: false, Token), 6);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_we_sent_the_reference_engine_takes_in_and_we_see_what_it_adds(bool isCompacted)
    {
        await using FolderDeviceStore remote = Remote();
        await using Database ours = await OursAsync();
        await ours.PutAsync(Document.Parse("""{"_id":"first","n":1}"""), Token);
        await ours.PutManyAsync([.. Enumerable.Range(0, 4).Select(static i => Document.Parse($$"""{"_id":"doc-{{i}}","n":{{i}}}"""))], Token);
        await ours.DeleteAsync("doc-3", Token);
        if (isCompacted)
            await ours.CompactAsync(Token);
        await using RemoteLink link = await AttachAsync(ours, remote);
        await link.WhenUpToDateAsync(Token);

        await using (ReferenceDatabase theirs = await AttachedAsync("theirs"))
        {
            await SameAsync(ours, await theirs.ReadAsync(changes: false, Token), 5);
            await PutAsync(theirs, """{"_id":"theirs","n":2}""", """{"_id":"doc-0","n":200}""");
        }

        await link.WhenUpToDateAsync(Token);
        await using ReferenceDatabase again = await AttachedAsync("theirs");
        await SameAsync(ours, await again.ReadAsync(changes: false, Token), 6);
        Assert.Equal("""{"_id":"doc-0","n":200}""", (await ours.GetAsync("doc-0", Token))!.ToJson());
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task What_both_wrote_at_once_both_merge_the_same_way(ulong seed)
    {
        var dice = new SeededDice(seed);
        await FillTheirsAsync("theirs", isCompacted: false);
        await (await AttachedAsync("theirs")).DisposeAsync();
        await using FolderDeviceStore remote = Remote();
        await using Database ours = await OursAsync();
        await using RemoteLink link = await AttachAsync(ours, remote);
        await link.WhenUpToDateAsync(Token);
        for (int round = 0; round < 3; round++)
        {
            // Both go on from one state; neither sees what the other writes before it is done.
            await using (ReferenceDatabase theirs = await AttachedAsync("theirs"))
            {
                for (int step = 0, steps = 1 + dice.Next(5); step < steps; step++)
                {
                    string id = $"doc-{dice.Next(3)}";
                    if (dice.Next(4) == 0)
                        await ours.DeleteAsync(id, Token);
                    else
                        await ours.PutAsync(Document.Parse($$"""{"_id":"{{id}}","by":"us","round":{{round}},"step":{{step}}}"""), Token);
                    id = $"doc-{dice.Next(3)}";
                    await PutAsync(theirs, $$"""{"_id":"{{id}}","by":"them","round":{{round}},"step":{{step}}}""", $$"""{"_id":"own-{{round}}-{{step}}"}""");
                    if (dice.Next(2) == 0)
                        await link.WhenUpToDateAsync(Token);
                }
            }

            // What they wrote last may have written over our head: that is seen at the second look, and put right.
            for (int look = 0; look < 3; look++)
                await link.WhenUpToDateAsync(Token);
            await using ReferenceDatabase again = await AttachedAsync("theirs");
            await SameAsync(ours, await again.ReadAsync(changes: false, Token));
            await again.SettleAsync(Token);
            await link.WhenUpToDateAsync(Token);
        }

        await using ReferenceDatabase fresh = await AttachedAsync("fresh");
        await SameAsync(ours, await fresh.ReadAsync(changes: false, Token));
    }

    [Fact]
    public async Task A_folder_that_the_reference_engine_works_in_can_be_our_remote()
    {
        await FillTheirsAsync("remote", isCompacted: false);
        await using FolderDeviceStore remote = Remote();
        await using Database ours = await OursAsync();
        await using RemoteLink link = await AttachAsync(ours, remote);
        for (int round = 0; round < 3; round++)
        {
            await link.WhenUpToDateAsync(Token);
            await ours.PutAsync(Document.Parse($$"""{"_id":"ours-{{round}}"}"""), Token);
            await link.WhenUpToDateAsync(Token);
            await using ReferenceDatabase theirs = await TheirsAsync("remote");
            await SameAsync(ours, await theirs.ReadAsync(changes: false, Token));
            await PutAsync(theirs, $$"""{"_id":"theirs-{{round}}"}""");
        }

        await link.WhenUpToDateAsync(Token);
        Assert.Equal(5 + 6, (await DatabaseView.RowsAsync(ours)).Count);
    }

    [Fact]
    public async Task What_the_reference_engine_left_out_is_waited_for_by_name_and_taken_in_when_it_comes()
    {
        await using (ReferenceDatabase theirs = await TheirsAsync("theirs"))
        {
            await PutAsync(theirs, """{"_id":"early"}""", """{"_id":"late"}""");
            await theirs.AttachAsync(_folder.At("remote"), Name, Token);
        }

        await using FolderDeviceStore remote = Remote();
        await using Database ours = await OursAsync();
        await using RemoteLink link = await AttachAsync(ours, remote);
        while (link.Status.Unreadable.IsEmpty)
            await Task.Delay(5, Token);
        Exception reason = link.Status.Unreadable[0].Reason;
        Assert.True(reason is MissingBlockException or StorageException { Kind: StorageErrorKind.Corrupt }, reason.ToString());
        await ours.PutAsync(Document.Parse("""{"_id":"ours"}"""), Token);

        // Opened and attached again it sends all.
        await (await AttachedAsync("theirs")).DisposeAsync();
        for (int look = 0; look < 3; look++)
            await link.WhenUpToDateAsync(Token);
        Assert.Empty(link.Status.Unreadable);
        await using ReferenceDatabase again = await AttachedAsync("theirs");
        await SameAsync(ours, await again.ReadAsync(changes: false, Token), 3);
    }

    [Fact]
    public async Task Attached_files_do_not_pass_between_the_engines_and_keep_nothing_else_from_it()
    {
        await using FolderDeviceStore remote = Remote();
        await using Database ours = await OursAsync();
        await ours.PutAsync(Document.Parse("""{"_id":"pic"}"""), [new("a.txt", Encoding.UTF8.GetBytes("content"), "text/plain", DateTimeOffset.UnixEpoch)], Token);
        await using RemoteLink link = await AttachAsync(ours, remote);
        await link.WhenUpToDateAsync(Token);
        await using (ReferenceDatabase theirs = await AttachedAsync("theirs"))
        {
            ReferenceDocument pic = Assert.Single((await theirs.ReadAsync(changes: false, Token)).Documents);
            Assert.NotNull(pic.Files["a.txt"].Failure);
            await PutAsync(theirs, """{"_id":"plain"}""", """{"_id":"theirs","_files":{"b.txt":{"type":"text/plain","content":"what stays there"}}}""");
        }

        await link.WhenUpToDateAsync(Token);
        Assert.Equal(["pic", "plain", "theirs"], (await DatabaseView.RowsAsync(ours)).Select(static row => row.Id));
        AttachmentInfo missing = (await ours.GetAsync("theirs", Token))!.Attachments[0];
        MissingBlockException refusal = await Assert.ThrowsAsync<MissingBlockException>(async () => await ours.OpenAttachmentAsync(missing, Token));
        Assert.Contains("b.txt", refusal.Message, StringComparison.Ordinal);
        using StreamReader own = new(await ours.OpenAttachmentAsync((await ours.GetAsync("pic", Token))!.Attachments[0], Token));
        Assert.Equal("content", await own.ReadToEndAsync(Token));
    }

    private static async Task SameAsync(Database ours, ReferenceReading theirs, int? count = null)
    {
        List<(string Id, string? Json)> rows = await DatabaseView.RowsAsync(ours);
        Assert.Equal(
            rows.Select(static row => (row.Id, row.Json is null ? null : DagJson.Normalize(row.Json))),
            theirs.Documents.Select(static row => (row.Id, row.Json is null ? null : DagJson.Normalize(row.Json))));
        Assert.Equal(ours.Heads.Select(static head => head.ToString()), theirs.Heads);
        if (count is { } exact)
            Assert.Equal(exact, rows.Count);
    }

    private static async Task PutAsync(ReferenceDatabase theirs, params string[] documents)
    {
        Assert.All(await theirs.RunAsync(documents.Select(static document => new ScriptStep.Put(document)), Token), static result => Assert.Null(result.Refused));
        await theirs.SettleAsync(Token);
    }

    private async Task FillTheirsAsync(string device, bool isCompacted)
    {
        await using ReferenceDatabase theirs = await TheirsAsync(device);
        await PutAsync(theirs, """{"_id":"first","n":1}""");
        Assert.All(
            await theirs.RunAsync(
                [
                    new ScriptStep.Bulk([.. Enumerable.Range(0, 3).Select(static i => $$"""{"_id":"doc-{{i}}","n":{{i}}}""")]),
                    new ScriptStep.Put("""{"_id":"gone"}"""),
                    new ScriptStep.Delete("gone"),
                ],
                Token),
            static result => Assert.Null(result.Refused));
        if (isCompacted)
            await theirs.CompactAsync(Token);
    }

    private Task<ReferenceDatabase> TheirsAsync(string device) => reference.OpenAsync(new(_folder.At(device), Name, _folder.At("keybag")), Token);

    private async Task<ReferenceDatabase> AttachedAsync(string device)
    {
        ReferenceDatabase theirs = await TheirsAsync(device);
        await theirs.AttachAsync(_folder.At("remote"), Name, Token);
        return theirs;
    }

    private FolderDeviceStore Remote() => new(_folder.At("remote"), Name, OpenDatabase.Gateway());

    private ValueTask<Database> OursAsync() => OpenDatabase.OnFolderAsync(_folder.At("ours"), _folder.At("keybag"), seed: 2);

    private static async ValueTask<RemoteLink> AttachAsync(Database database, FolderDeviceStore remote)
    {
        await remote.PrepareAsync(Token);
        return await database.AttachAsync(
            new RemoteStore("remote", remote.Data, remote.Metadata),
            new AttachOptions { PollInterval = TimeSpan.FromMilliseconds(20), FirstPause = TimeSpan.FromMilliseconds(10), LongestPause = TimeSpan.FromMilliseconds(50) },
            Token);
    }
}
