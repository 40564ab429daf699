using System.Diagnostics;
using FireproofBench.Engine;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Peers;

/// <summary>Our side of each workload; what is measured is what workloads.mjs measures, and nothing else is inside the clock.</summary>
internal static class Workloads
{
    /// <summary>All workloads, in the order of the table.</summary>
    public static IReadOnlyList<Workload> All { get; } =
    [
        new("put-200", "put of a 200 B document", 20, stage => PutAsync(stage, 200)),
        new("put-2048", "put of a 2 KB document", 20, stage => PutAsync(stage, 2048)),
        new("bulk", "document of a bulk of 10,000", 15, BulkAsync),
        new("open-uncompacted", "open and first get, 1,000 transactions, uncompacted", 50, stage => OpenAsync(stage, "uncompacted")),
        new("open-compacted", "open and first get, 1,000 transactions, compacted", 10, stage => OpenAsync(stage, "compacted")),
        new("get", "get, 1,000 transactions", 20, GetAsync),
        new("get-after-bulk", "get after a bulk of 10,000", 20, GetAfterBulkAsync),
        new("all", "document of all 10,000", 10, AllAsync),
        new("compact", "compaction of 1,000 transactions, all in memory", 10, CompactAsync),
        new("open-compact", "open and compaction of 1,000 transactions", 10, OpenAndCompactAsync),
        new("merge", "merge of two branches of 500 transactions", 200, MergeAsync, Rounds: 1),
    ];

    private static async Task<Round> PutAsync(Stage stage, int size)
    {
        Document[] documents = BenchmarkDocuments.Create(stage.Sizes.Transactions, size);
        Database database = await Stage.OpenAsync(stage.Scratch, CompactionMode.Automatic);
        Stopwatch clock;
        await using (database)
        {
            clock = Stopwatch.StartNew();
            foreach (Document document in documents)
                await database.PutAsync(document);
            clock.Stop();
        }

        return new Round(clock.Elapsed.TotalMilliseconds, documents.Length, Stage.BytesOf(stage.Scratch));
    }

    private static async Task<Round> BulkAsync(Stage stage)
    {
        Document[] documents = BenchmarkDocuments.Create(stage.Sizes.Documents, 200);
        Database database = await Stage.OpenAsync(stage.Scratch, CompactionMode.Automatic);
        Stopwatch clock;
        await using (database)
        {
            clock = Stopwatch.StartNew();
            await database.PutManyAsync(documents);
            clock.Stop();
        }

        return new Round(clock.Elapsed.TotalMilliseconds, documents.Length, Stage.BytesOf(stage.Scratch));
    }

    private static async Task<Round> OpenAsync(Stage stage, string prepared)
    {
        string id = BenchmarkDocuments.IdOf(stage.Sizes.Transactions / 2);
        Stopwatch clock = Stopwatch.StartNew();
        Database database = await Stage.OpenAsync(Path.Combine(stage.Prepared, prepared), CompactionMode.Manual);
        await using (database)
        {
            Document? document = await database.GetAsync(id);
            clock.Stop();
            Require(document is not null, "The first get found nothing.");
        }

        return new Round(clock.Elapsed.TotalMilliseconds, 1);
    }

    private static async Task<Round> GetAsync(Stage stage)
    {
        await using Database database = await Stage.OpenAsync(Path.Combine(stage.Prepared, "compacted"), CompactionMode.Manual);
        return await GetAtRandomAsync(database, stage.Sizes.Transactions, stage.Sizes.Gets);
    }

    private static async Task<Round> GetAfterBulkAsync(Stage stage)
    {
        await using Database database = await Stage.OpenAsync(stage.Scratch, CompactionMode.Automatic);
        await database.PutManyAsync(BenchmarkDocuments.Create(stage.Sizes.Documents, 200));
        return await GetAtRandomAsync(database, stage.Sizes.Documents, stage.Sizes.Gets);
    }

    private static async Task<Round> GetAtRandomAsync(Database database, int below, int gets)
    {
        await database.GetAsync(BenchmarkDocuments.IdOf(0));
        string[] ids = [.. BenchmarkDocuments.Picks(below).Take(gets).Select(BenchmarkDocuments.IdOf)];
        Stopwatch clock = Stopwatch.StartNew();
        foreach (string id in ids)
            Require(await database.GetAsync(id) is not null, "A get found nothing.");
        return new Round(clock.Elapsed.TotalMilliseconds, gets);
    }

    private static async Task<Round> AllAsync(Stage stage)
    {
        await using Database database = await Stage.OpenAsync(stage.Scratch, CompactionMode.Automatic);
        await database.PutManyAsync(BenchmarkDocuments.Create(stage.Sizes.Documents, 200));
        Stopwatch clock = Stopwatch.StartNew();
        int count = await CountAsync(database);
        clock.Stop();
        Require(count == stage.Sizes.Documents, "Documents are missing.");
        return new Round(clock.Elapsed.TotalMilliseconds, count);
    }

    // The reference engine reads all files when it opens, and begins with all blocks in memory; so that both begin alike, this one is made to read them.
    private static async Task<Round> CompactAsync(Stage stage)
    {
        Stage.Copy(Path.Combine(stage.Prepared, "uncompacted"), stage.Scratch);
        await using Database database = await Stage.OpenAsync(stage.Scratch, CompactionMode.Manual);
        await database.ChangesAsync([]);
        return await CompactAsync(database, Stopwatch.StartNew());
    }

    private static async Task<Round> OpenAndCompactAsync(Stage stage)
    {
        Stage.Copy(Path.Combine(stage.Prepared, "uncompacted"), stage.Scratch);
        Stopwatch clock = Stopwatch.StartNew();
        await using Database database = await Stage.OpenAsync(stage.Scratch, CompactionMode.Manual);
        return await CompactAsync(database, clock);
    }

    private static async Task<Round> CompactAsync(Database database, Stopwatch clock)
    {
        await database.CompactAsync();
        clock.Stop();
        Require(database.Log.Length == 1, "The compaction did not happen.");
        return new Round(clock.Elapsed.TotalMilliseconds, 1);
    }

    /// <summary>Device B meets what device A left at a remote: both ways, files and heads. The merge is done when B shows every document.</summary>
    private static async Task<Round> MergeAsync(Stage stage)
    {
        string branches = Path.Combine(stage.Prepared, "branches");
        string here = Path.Combine(stage.Scratch, "b");
        string there = Path.Combine(stage.Scratch, "remote");
        Stage.Copy(Path.Combine(branches, "keybag"), Path.Combine(here, "keybag"));
        Stage.Copy(Path.Combine(branches, "b", Stage.Name), Path.Combine(here, Stage.Name));
        Stage.Copy(Path.Combine(branches, "a", Stage.Name), Path.Combine(there, Stage.Name));

        await using IDeviceStore remote = Stage.OpenStore(there);
        await using Database database = await Stage.OpenAsync(here, CompactionMode.Manual);
        Stopwatch clock = Stopwatch.StartNew();
        await database.SyncAsync(remote);
        int count = await CountAsync(database);
        clock.Stop();
        Require(count == stage.Sizes.Branch + (stage.Sizes.Branch / 2), "Documents are missing after the merge.");
        return new Round(clock.Elapsed.TotalMilliseconds, 1);
    }

    private static async Task<int> CountAsync(Database database)
    {
        int count = 0;
        await foreach (Document document in database.AllAsync())
            count += document.Id is null ? 0 : 1;
        return count;
    }

    private static void Require(bool condition, string what)
    {
        if (!condition)
            throw new InvalidOperationException(what);
    }
}
