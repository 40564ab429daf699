using FireproofBench.Engine;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Sync;
using FireproofBench.Gateways.Filesystem;
using FireproofBench.Properties.Databases;
using FireproofBench.Properties.Fixtures;
using FireproofBench.Properties.Reference;
using Xunit;

namespace FireproofBench.Properties.Sync;

/// <summary>The reference engine on folders that took part in a synchronisation.</summary>
public sealed class ReferenceSyncTests(ReferenceEngine reference)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_reference_engine_opens_a_database_whose_head_is_a_bookmark_and_goes_on_writing()
    {
        using var folder = new TemporaryFolder();
        var remote = new WatchedStore();
        var keys = new FolderKeyBag(folder.At("keybag"), OpenDatabase.Gateway());
        string[] heads;
        List<(string Id, string? Json)> rows;
        await using (Database device = await OpenDatabase.OnFolderAsync(folder.At("db"), folder.At("keybag")))
        await using (Database other = await OpenDatabase.OnStoreAsync(new WatchedStore(), keys, seed: 2))
        {
            await device.PutAsync(Document.Parse("""{"_id":"first","n":1}"""));
            foreach (Database database in (Database[])[device, other])
                await (await AttachAsync(database, remote)).WhenUpToDateAsync(Token);
            await device.PutAsync(Document.Parse("""{"_id":"here","n":2}"""));
            await other.PutAsync(Document.Parse("""{"_id":"there","n":3}"""));
            for (int round = 0; round < 3; round++)
            {
                foreach (Database database in (Database[])[device, other])
                    await database.Remotes[0].WhenUpToDateAsync(Token);
            }

            heads = [.. device.Heads.Select(static head => head.ToString())];
            rows = await DatabaseView.RowsAsync(device);
            Assert.Equal((2, 3), (heads.Length, rows.Count));
        }

        await using (ReferenceDatabase theirs = await reference.OpenAsync(new(folder.At("db"), Fixture.DatabaseName, folder.At("keybag")), Token))
        {
            ReferenceReading reading = await theirs.ReadAsync(changes: true, Token);
            Assert.Equal(heads, reading.Heads);
            Assert.Equal(rows.Select(static row => row.Id), reading.Documents.Select(static row => row.Id));
            Assert.Null((await theirs.RunAsync([new ScriptStep.Put("""{"_id":"theirs","n":4}""")], Token)).Single().Refused);
        }

        await using Database again = await OpenDatabase.OnFolderAsync(folder.At("db"), folder.At("keybag"));
        Assert.Equal(["first", "here", "theirs", "there"], (await DatabaseView.RowsAsync(again)).Select(static row => row.Id));
    }

    private static ValueTask<RemoteLink> AttachAsync(Database database, WatchedStore remote) => database.AttachAsync(
        new RemoteStore("remote", remote.Data, remote.Metadata), new AttachOptions { PollInterval = TimeSpan.FromMilliseconds(20) }, Token);
}
