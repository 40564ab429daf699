using FireproofBench.Engine;
using FireproofBench.Engine.Blocks;
using Xunit;

namespace FireproofBench.Properties.Databases;

/// <summary>What a database shows, as text that can be compared.</summary>
internal static class DatabaseView
{
    /// <summary>An empty model: the order of ids is the one of rows.</summary>
    public static SortedDictionary<string, string?> NewModel() => new(StringComparer.Ordinal);

    /// <summary>All rows, deleted ones among them.</summary>
    public static async Task<List<(string Id, string? Json)>> RowsAsync(Database database)
    {
        var rows = new List<(string Id, string? Json)>();
        await foreach (DocumentRow row in database.RowsAsync())
            rows.Add((row.Id, row.Document?.ToJson()));
        return rows;
    }

    /// <summary>The changes since a clock, without their documents, which may be compacted away.</summary>
    public static async Task<List<(string Id, Cid Event)>> ChangesAsync(Database database, IReadOnlyCollection<Cid> since)
    {
        ChangeSet changes = await database.ChangesAsync(since);
        Assert.Equal(database.Heads, changes.Heads);
        return [.. changes.Changes.Select(static change => (change.Id, change.Event))];
    }

    /// <summary>Compares all rows, and each document alone, with a model.</summary>
    public static async Task CheckAsync(Database database, SortedDictionary<string, string?> model)
    {
        Assert.Equal(model.Select(static item => (item.Key, item.Value)), await RowsAsync(database));
        foreach ((string id, string? json) in model)
            Assert.Equal(json, (await database.GetAsync(id))?.ToJson());
    }
}
