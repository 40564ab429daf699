using FireproofBench.Engine;
using FireproofBench.Engine.Documents;
using FireproofBench.Properties.Databases;
using Xunit;

namespace FireproofBench.Properties.Compaction;

/// <summary>Files of blocks alone, the second and later ones of a group: of equal content they have one name, where a lock keeps others out and so no file is marked.</summary>
public sealed class EqualFilesTests
{
    // Whoever replaced the file of that name before may delete it while this group is built.
    [Fact]
    public async Task A_merge_whose_file_was_deleted_before_it_is_published_is_done_once_more()
    {
        await using var store = new WatchedStore();
        await using Database database = await OpenDatabase.OnStoreAsync(store, compaction: CompactionMode.Manual);
        foreach (char letter in (char[])['a', 'b', 'c'])
            await database.PutAsync(Document.Parse($$"""{"_id":"{{letter}}","text":"{{new string(letter, 600_000)}}"}"""));
        List<(string Id, string? Json)> rows = await DatabaseView.RowsAsync(database);
        var put = new List<string>();
        store.Before = async (verb, key) =>
        {
            if (verb != "put")
                return;
            put.Add(key);
            if (put.Count == 3)
                await store.Data.DeleteAsync(put[1], null, CancellationToken.None);
        };
        await database.CompactAsync();
        store.Before = null;

        // Three files and an index, twice, and a file that names the log.
        Assert.Equal(9, put.Count);
        await using Database again = await OpenDatabase.OnStoreAsync(store, compaction: CompactionMode.Manual, seed: 2);
        Assert.Equal(rows, await DatabaseView.RowsAsync(again));
    }
}
