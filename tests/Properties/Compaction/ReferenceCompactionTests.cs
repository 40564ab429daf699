using FireproofBench.Engine;
using FireproofBench.Engine.Documents;
using FireproofBench.Gateways.Filesystem;
using FireproofBench.Gateways.Heads;
using FireproofBench.Gateways.Remote;
using FireproofBench.Properties.Databases;
using FireproofBench.Properties.Fixtures;
using FireproofBench.Properties.Reference;
using Xunit;

namespace FireproofBench.Properties.Compaction;

/// <summary>The reference engine on folders that this engine compacted, and the other way round.</summary>
public sealed class ReferenceCompactionTests(ReferenceEngine reference)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(33)]
    public async Task The_reference_engine_reads_a_database_merged_in_tiers_and_goes_on_writing(ulong seed)
    {
        using var folder = new TemporaryFolder();
        var dice = new SeededDice(seed);
        SortedDictionary<string, string?> model = DatabaseView.NewModel();
        ReferenceLocation location = new(folder.At("db"), Fixture.DatabaseName, folder.At("keybag")) { Strategy = "refuse" };
        for (int round = 0; round < 3; round++)
        {
            List<(string Id, string? Json)> rows;
            string[] heads;
            await using (Database database = await OpenDatabase.OnFolderAsync(folder.At("db"), folder.At("keybag"), compaction: CompactionMode.Automatic, seed: seed))
            {
                await DatabaseView.CheckAsync(database, model);
                for (int i = 0; i < 70; i++)
                {
                    HistoryStep step = HistoryStep.Create(dice, (round * 100) + i);
                    step.Apply(model);
                    await step.TakeAsync(database);
                }

                Assert.Null(database.CompactionFailure);
                Assert.InRange(database.Log.Length, 1, 40);
                rows = await DatabaseView.RowsAsync(database);
                heads = [.. database.Heads.Select(static head => head.ToString())];
            }

            await using ReferenceDatabase theirs = await reference.OpenAsync(location, Cancellation);
            ReferenceReading reading = await theirs.ReadAsync(changes: true, Cancellation);
            Assert.Equal(heads, reading.Heads);
            Assert.Equal(rows.Select(static row => (row.Id, Normal(row.Json))), reading.Documents.Select(static row => (row.Id, Normal(row.Json))));
            Assert.Equal(model.Count, reading.Changes.Length);
            for (int i = 0; i < 12; i++)
            {
                HistoryStep step = HistoryStep.Create(dice, (round * 100) + 80 + i);
                step.Apply(model);
                ScriptStep script = step.Writes.Length > 1
                    ? new ScriptStep.Bulk([.. step.Writes.Select(static write => write.Json!)])
                    : step.Writes[0].Json is { } json ? new ScriptStep.Put(json) : new ScriptStep.Delete(step.Writes[0].Id);
                Assert.Null((await theirs.RunAsync([script], Cancellation)).Single().Refused);
            }
        }

        await using Database last = await OpenDatabase.OnFolderAsync(folder.At("db"), folder.At("keybag"));
        await DatabaseView.CheckAsync(last, model);
    }

    [Fact]
    public async Task A_compaction_that_left_blocks_behind_is_healed_and_the_reference_engine_opens_it_again()
    {
        using var copy = new TemporaryFolder();
        Fixture fixture = FixtureFiles.Find("14b-autocompact-150-tx");
        List<(string Id, string? Json)> rows;
        List<(string Id, Engine.Blocks.Cid Event)> changes;
        string[] heads;
        await using (Database database = await OpenDatabase.OnFixtureAsync(fixture, copy))
        {
            rows = await DatabaseView.RowsAsync(database);
            changes = await DatabaseView.ChangesAsync(database, []);
            await database.CompactAsync();
            await database.PutAsync(Document.Parse("""{"_id":"after","n":1}"""));
            await database.CompactAsync();
            heads = [.. database.Heads.Select(static head => head.ToString())];
        }

        await using (Database again = await OpenDatabase.OnFolderAsync(copy.At("db"), copy.At("keybag")))
        {
            Assert.Equal(rows, (await DatabaseView.RowsAsync(again)).Where(static row => row.Id != "after"));
            Assert.Equal(changes, (await DatabaseView.ChangesAsync(again, [])).Where(static change => change.Id != "after"));
        }

        await using ReferenceDatabase theirs = await reference.OpenAsync(new(copy.At("db"), Fixture.DatabaseName, copy.At("keybag")), Cancellation);
        ReferenceReading reading = await theirs.ReadAsync(changes: true, Cancellation);
        Assert.Equal(heads, reading.Heads);
        Assert.Equal(rows.Count + 1, reading.Documents.Length);
        Assert.Equal(rows.Count + 1, reading.Changes.Length);
    }

    [Fact]
    public async Task The_reference_engine_reads_files_that_are_marked_and_merges_them()
    {
        using var folder = new TemporaryFolder();
        var dice = new SeededDice(41);
        SortedDictionary<string, string?> model = DatabaseView.NewModel();
        List<(string Id, string? Json)> rows;
        string[] heads;
        var objects = new FileDataGateway(Directory.CreateDirectory(folder.At("db")).FullName, OpenDatabase.Gateway());
        var store = new RemoteDeviceStore(objects, Fixture.DatabaseName, OpenDatabase.Gateway(), HeadsForm.SingleObject, ownsStore: true);
        Assert.False(store.CommitLock.KeepsAllOut);
        await using (Database database = await OpenDatabase.OnStoreAsync(store, new FolderKeyBag(folder.At("keybag"), OpenDatabase.Gateway()), CompactionMode.Manual))
        {
            for (int i = 0; i < 30; i++)
            {
                HistoryStep step = HistoryStep.Create(dice, i);
                step.Apply(model);
                await step.TakeAsync(database);
                if (i == 20)
                    await database.CompactAsync(Cancellation);
            }

            rows = await DatabaseView.RowsAsync(database);
            heads = [.. database.Heads.Select(static head => head.ToString())];
        }

        await using (ReferenceDatabase theirs = await reference.OpenAsync(new(folder.At("db"), Fixture.DatabaseName, folder.At("keybag")), Cancellation))
        {
            ReferenceReading reading = await theirs.ReadAsync(changes: true, Cancellation);
            Assert.Equal(heads, reading.Heads);
            Assert.Equal(rows.Select(static row => (row.Id, Normal(row.Json))), reading.Documents.Select(static row => (row.Id, Normal(row.Json))));
            Assert.Null((await theirs.RunAsync([new ScriptStep.Compact()], Cancellation)).Single().Refused);
        }

        await using Database last = await OpenDatabase.OnFolderAsync(folder.At("db"), folder.At("keybag"));
        await DatabaseView.CheckAsync(last, model);
    }

    private static string? Normal(string? json) => json is null ? null : DagJson.Normalize(json);
}
