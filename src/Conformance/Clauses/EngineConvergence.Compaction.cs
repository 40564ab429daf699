using System.Collections.Concurrent;
using FireproofBench.Engine;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Conformance.Clauses;

internal static partial class EngineConvergence
{
    private const int WalkRestarts = 8;

    private const int LeastMerges = 6;

    private static readonly TimeSpan s_latePause = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan s_slack = TimeSpan.FromSeconds(2);

    private static readonly string[] s_phases = ["early", "away", "late"];

    private static async Task<Finding> CompactsUnseenAsync(ClauseContext context)
    {
        int commits = context.Plan.Count(120, 12, 12);
        int compactions = await CompactAtRestAsync(context, commits);
        int writers = 2;
        int each = context.Plan.Count(80, 6, 60);
        ConcurrentDictionary<string, long> acknowledged = new(StringComparer.Ordinal);
        int running = writers;
        long puts = 0;
        long merges = 0;
        long readings = 0;
        await context.RaceAsync(writers + 3, async task =>
        {
            await using Database mine = await context.Databases.OpenAsync("race", context.Cancellation);

            // On a fast store the writers would be done before the first compaction: they go on until there were a few.
            for (int i = 0; task < writers && (i < each || (Interlocked.Read(ref merges) < LeastMerges && i < 20 * each)); i++)
            {
                string id = $"doc-{task}-{i / 2}";
                await RepeatWhileLateAsync(context, () => mine.PutAsync(Note(id, i), context.Cancellation).AsTask());
                acknowledged[id] = i;
                Interlocked.Increment(ref puts);
                await Task.Yield();
            }

            if (task < writers)
            {
                Interlocked.Decrement(ref running);
                return;
            }

            while (Volatile.Read(ref running) > 0)
            {
                if (task < writers + 2)
                {
                    bool worthIt = false;
                    await RepeatWhileLateAsync(context, async () =>
                    {
                        await mine.RefreshAsync(context.Cancellation);
                        worthIt = mine.Log.Length > 1;
                        await mine.CompactAsync(context.Cancellation);
                    });
                    if (worthIt)
                        Interlocked.Increment(ref merges);
                }
                else
                {
                    // Its own snapshot: a collection expression asks for the count first, and the writers go on in between.
                    KeyValuePair<string, long>[] least = acknowledged.ToArray();
                    Audit(await ReadBesideAsync(context, mine), least, "a reader beside compactions");
                    Interlocked.Increment(ref readings);
                }

                await Task.Yield();
            }
        });
        await using Database cold = await context.Databases.OpenAsync("race", context.Cancellation);
        Audit(await DatabaseState.ReadAsync(cold, context.Cancellation), [.. acknowledged], "a cold reader after compactions that raced writers");
        return Finding.Passed(
            $"{compactions} compactions of {commits} commits changed nothing that can be read; beside {writers} writers with {puts} puts,"
            + $" {merges} compactions by two compactors lost nothing for {readings} readings");
    }

    private static async Task<int> CompactAtRestAsync(ClauseContext context, int commits)
    {
        const int Compactions = 3;
        await using Database warm = await context.Databases.OpenAsync("rest", context.Cancellation);
        await using Database compactor = await context.Databases.OpenAsync("rest", context.Cancellation);
        for (int n = 1; n <= Compactions; n++)
        {
            for (int i = 0; i < commits / Compactions; i++)
                await WriteAtRandomAsync(context, warm, (n * commits) + i);
            await compactor.RefreshAsync(context.Cancellation);
            DatabaseState before = await DatabaseState.ReadAsync(warm, context.Cancellation);
            string changes = await ChangesAsync(context, warm);
            await compactor.CompactAsync(context.Cancellation);
            await using Database cold = await context.Databases.OpenAsync("rest", context.Cancellation);
            foreach ((Database reader, string who) in new[] { (compactor, "the compactor"), (warm, "a warm reader"), (cold, "a cold reader") })
            {
                await reader.RefreshAsync(context.Cancellation);
                string? difference = (await DatabaseState.ReadAsync(reader, context.Cancellation)).DifferenceFrom(before);
                ClauseContext.Require(difference is null, $"after compaction {n}, {who} reads something else: {difference}");
                ClauseContext.Require(await ChangesAsync(context, reader) == changes, $"after compaction {n}, {who} is told of other changes than before");
            }
        }

        return Compactions;
    }

    private static async Task<Finding> TakesBackAsync(ClauseContext context)
    {
        int commits = context.Plan.Count(40, 6, 30);
        await using Database server = await context.Databases.OpenAsync(Remote, context.Cancellation);
        await using Database away = await context.Databases.OpenAsync(context.Databases.Elsewhere(), context.Cancellation);
        for (int i = 0; i < commits; i++)
            await server.PutAsync(Note($"early-{i}", i), context.Cancellation);
        await SyncAsync(context, away);

        // Nothing of its files stays in memory, so that it has to read them again.
        await using Database idle = await context.Databases.OpenAsync(Remote, context.Cancellation, cacheLength: 0);
        DatabaseState former = await DatabaseState.ReadAsync(server, context.Cancellation);
        await server.PutAsync(Note("between", 1), context.Cancellation);

        // The former version is in the files that the compaction replaces, and in no other.
        await server.PutAsync(Note("early-0", 1), context.Cancellation);
        await server.CompactAsync(context.Cancellation);
        string? difference = (await DatabaseState.ReadAsync(idle, context.Cancellation)).DifferenceFrom(former);
        ClauseContext.Require(difference is null, $"one compaction later, a reader that had not looked again reads something else than before: {difference}");

        for (int i = 0; i < commits; i++)
        {
            await away.PutAsync(Note($"away-{i}", i), context.Cancellation);
            await server.PutAsync(Note($"late-{i}", i), context.Cancellation);
        }

        await server.CompactAsync(context.Cancellation);
        await server.PutAsync(Note("after", 1), context.Cancellation);
        await server.CompactAsync(context.Cancellation);
        await idle.RefreshAsync(context.Cancellation);
        await SameAsync(context, server, idle, "three compactions later, a reader that looked again");

        await SyncAsync(context, away);
        await server.RefreshAsync(context.Cancellation);
        await SameAsync(context, away, server, "the remote database, after a replica came back that had been away during three compactions,");
        Audit(
            await DatabaseState.ReadAsync(server, context.Cancellation),
            [.. s_phases.SelectMany(phase => Enumerable.Range(0, commits).Select(i => KeyValuePair.Create($"{phase}-{i}", (long)i)))],
            "the remote database, after a replica came back");
        return Finding.Passed(
            $"a reader that had not looked again read everything one compaction later, and after three it and a replica with {commits} commits of its"
            + $" own took part again");
    }

    private static void Audit(DatabaseState state, IEnumerable<KeyValuePair<string, long>> acknowledged, string who)
    {
        foreach ((string id, long version) in acknowledged)
        {
            ClauseContext.Require(
                state.Rows.TryGetValue(id, out string? json) && json.Length > 0, $"{who} does not find {Printable.Key(id)}, which was acknowledged");
            long found = VersionOf(Document.Parse(json!));
            ClauseContext.Require(found >= version, $"{who} finds version {found} of {Printable.Key(id)}, where {version} was acknowledged before");
        }
    }

    private static async Task<string> ChangesAsync(ClauseContext context, Database database) => string.Join(
        '\n',
        (await database.ChangesAsync([], cancellation: context.Cancellation)).Changes.Select(c => $"{c.Id} {c.Event} {c.Document?.ToJson()}"));

    // A late store may show a head whose files others have replaced twice already, and the newer head not yet: a device is told to try again in a while, and does.
    private static async Task RepeatWhileLateAsync(ClauseContext context, Func<Task> call)
    {
        long began = context.Time.GetTimestamp();
        while (true)
        {
            try
            {
                await call();
                return;
            }
            catch (StorageException failure) when (failure.Kind == StorageErrorKind.Transient && !context.Declared.IsStrong && context.Time.GetElapsedTime(began) <= context.Bound + s_slack)
            {
                await Task.Delay(s_latePause, context.Time, context.Cancellation);
            }
        }
    }

    // A walk through all documents begins with heads whose files others may replace twice before it ends: then it begins again. Only what lasts is the store's.
    private static async Task<DatabaseState> ReadBesideAsync(ClauseContext context, Database database)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                DatabaseState? read = null;
                await RepeatWhileLateAsync(context, async () =>
                {
                    await database.RefreshAsync(context.Cancellation);
                    read = await DatabaseState.ReadAsync(database, context.Cancellation);
                });
                return read!;
            }
            catch (MissingBlockException) when (attempt < WalkRestarts)
            {
                await Task.Yield();
            }
        }
    }
}
