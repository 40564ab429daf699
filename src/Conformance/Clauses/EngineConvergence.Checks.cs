using System.Collections.Concurrent;
using System.Globalization;
using FireproofBench.Engine;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Conformance.Clauses;

internal static partial class EngineConvergence
{
    private const string Remote = "remote";

    private static async Task<Finding> ReplicasAgreeAsync(ClauseContext context)
    {
        int replicas = 2 + context.Dice.Below(7);
        int steps = context.Plan.Count(400, 30, 12);
        List<Database> all = [];
        try
        {
            for (int i = 0; i < replicas; i++)
                all.Add(await OpenReplicaAsync(context, i));
            int writes = 0;
            int syncs = 0;
            for (int step = 0; step < steps; step++)
            {
                Database replica = all[context.Dice.Below(replicas)];
                if (context.Dice.OneIn(4))
                {
                    syncs++;
                    await SyncAsync(context, replica);
                }
                else
                {
                    writes++;
                    await WriteAtRandomAsync(context, replica, step);
                }
            }

            await context.RaceAsync(replicas, i => SyncAsync(context, all[i]));
            await SyncAllTwiceAsync(context, all);
            await AgreeAsync(context, all, "after all had synchronised");

            // One document, written by all from one state: no history says which write stays, and each meets the others' in an order of its own.
            for (int i = 0; i < replicas; i++)
                await all[i].PutAsync(Note("contested", i), context.Cancellation);
            await SyncAllTwiceAsync(context, all);
            await AgreeAsync(context, all, "after all had written one document at once, and synchronised");
            return Finding.Passed(
                $"{replicas} replicas made {writes + replicas} commits, most of them at random, and {syncs + (5 * replicas)} synchronisations through one remote"
                + $" database, and all ended the same");
        }
        finally
        {
            await CloseAsync(all);
        }
    }

    private static async Task<Finding> LosesNothingAsync(ClauseContext context)
    {
        int writers = Math.Min(8, context.Plan.Racers / 4);
        int each = context.Plan.Count(200, 8, 6 * writers);
        ConcurrentDictionary<string, long> acknowledged = new(StringComparer.Ordinal);
        ConcurrentDictionary<string, ConcurrentDictionary<long, bool>> tried = new(StringComparer.Ordinal);
        long refused = 0;
        List<Database> all = [];
        try
        {
            for (int w = 0; w < writers; w++)
                all.Add(await context.Databases.OpenAsync("set", context.Cancellation, CompactionMode.Automatic));
            await context.RaceAsync(writers, async w =>
            {
                for (int i = 0; i < each; i++)
                {
                    // A third are documents of their own, a third one document that this writer changes again and again, a third are fought over.
                    string id = (i % 3) switch { 0 => $"own-{w}-{i}", 1 => $"mine-{w}", _ => $"shared-{context.Dice.Below(4)}" };
                    long version = ((long)w * 1_000_000) + i;
                    _ = tried.GetOrAdd(id, _ => new()).TryAdd(version, true);
                    try
                    {
                        await all[w].PutAsync(Note(id, version), context.Cancellation);
                        acknowledged[id] = version;
                    }
                    catch (StorageException failure) when (failure.Kind is StorageErrorKind.InUse or StorageErrorKind.Conflict or StorageErrorKind.Throttled)
                    {
                        Interlocked.Increment(ref refused);
                    }
                }
            });
        }
        finally
        {
            await CloseAsync(all);
        }

        await using Database cold = await context.Databases.OpenAsync("set", context.Cancellation);
        DatabaseState state = await DatabaseState.ReadAsync(cold, context.Cancellation);
        foreach ((string id, long version) in acknowledged)
        {
            ClauseContext.Require(
                state.Rows.TryGetValue(id, out string? json),
                $"{Printable.Key(id)} was acknowledged and is not there, after {writers} writers made {each} puts each");
            long found = VersionOf(Document.Parse(json!));
            bool shared = id.StartsWith("shared", StringComparison.Ordinal);
            ClauseContext.Require(
                shared || refused > 0 ? tried[id].ContainsKey(found) : found == version,
                $"{Printable.Key(id)} has version {found}, where {version} was the last that was acknowledged");
        }

        return Finding.Passed(
            $"{(writers * each) - refused} puts into {acknowledged.Count} documents by {writers} writers of one database were all found by a cold reader"
            + (refused > 0 ? $"; {refused} were refused" : ""));
    }

    private static async Task<Finding> OpensColdAsync(ClauseContext context)
    {
        int rounds = context.Plan.Count(60, 5, 60);
        int commits = 0;
        await using Database warm = await context.Databases.OpenAsync("cold", context.Cancellation, CompactionMode.Automatic);
        for (int round = 0; round < rounds; round++)
        {
            int more = 1 + context.Dice.Below(6);
            for (int i = 0; i < more; i++)
                await WriteAtRandomAsync(context, warm, commits++);
            if (context.Dice.OneIn(4))
                await warm.CompactAsync(context.Cancellation);
            await using Database cold = await context.Databases.OpenAsync("cold", context.Cancellation);
            await SameAsync(context, warm, cold, $"a cold reader, after {commits} commits,");
        }

        long acknowledged = -1;
        bool writing = true;
        long openings = 0;
        await context.RaceAsync(2, async task =>
        {
            if (task == 0)
            {
                for (int i = 0; i < 4 * rounds; i++)
                {
                    await warm.PutAsync(Note("beside", i), context.Cancellation);
                    Volatile.Write(ref acknowledged, i);
                    await Task.Yield();
                }

                Volatile.Write(ref writing, false);
                return;
            }

            while (Volatile.Read(ref writing))
            {
                long least = Volatile.Read(ref acknowledged);
                Document? seen = await ReadColdAsync(context);
                ClauseContext.Require(
                    least < 0 || (seen is not null && VersionOf(seen) >= least),
                    $"a reader that opened after version {least} was acknowledged saw {(seen is null ? "nothing" : $"version {VersionOf(seen)}")}");
                Interlocked.Increment(ref openings);
            }
        });
        return Finding.Passed($"{rounds} cold openings at rest saw what the writer saw, {openings} beside it saw all that was acknowledged before");
    }

    private static async Task<Document?> ReadColdAsync(ClauseContext context)
    {
        await using Database cold = await context.Databases.OpenAsync("cold", context.Cancellation);
        return await cold.GetAsync("beside", context.Cancellation);
    }

    private static ValueTask<Database> OpenReplicaAsync(ClauseContext context, int i) =>
        // Every second replica lives on the store itself, the others are devices of somebody who has it as remote.
        context.Databases.OpenAsync(
            i % 2 == 0 ? context.Databases.Device($"replica{i}") : context.Databases.Elsewhere(), context.Cancellation, CompactionMode.Automatic);

    private static async Task SyncAsync(ClauseContext context, Database replica)
    {
        await using IDeviceStore remote = context.Databases.Device(Remote);
        await replica.SyncAsync(remote, context.Cancellation);
    }

    // The first round brings everything to the remote, the second brings it to all.
    private static async Task SyncAllTwiceAsync(ClauseContext context, List<Database> all)
    {
        for (int round = 0; round < 2; round++)
        {
            foreach (Database replica in all)
                await SyncAsync(context, replica);
        }
    }

    private static async Task AgreeAsync(ClauseContext context, List<Database> all, string when)
    {
        DatabaseState first = await DatabaseState.ReadAsync(all[0], context.Cancellation);
        for (int i = 1; i < all.Count; i++)
        {
            string? difference = (await DatabaseState.ReadAsync(all[i], context.Cancellation)).DifferenceFrom(first);
            ClauseContext.Require(difference is null, $"{when}, replica {i} of {all.Count} does not agree with replica 0: {difference}");
        }

        await using Database cold = await context.Databases.OpenAsync(Remote, context.Cancellation);
        string? strange = (await DatabaseState.ReadAsync(cold, context.Cancellation)).DifferenceFrom(first);
        ClauseContext.Require(strange is null, $"{when}, the remote database does not agree with the replicas: {strange}");
    }

    private static async Task SameAsync(ClauseContext context, Database expected, Database actual, string who)
    {
        DatabaseState wanted = await DatabaseState.ReadAsync(expected, context.Cancellation);
        string? difference = (await DatabaseState.ReadAsync(actual, context.Cancellation)).DifferenceFrom(wanted);
        ClauseContext.Require(difference is null, $"{who} reads something else: {difference}");
    }

    private static async Task WriteAtRandomAsync(ClauseContext context, Database database, int step)
    {
        string Id() => $"doc-{context.Dice.Below(24):d2}";
        switch (context.Dice.Below(5))
        {
            case 0:
                await database.DeleteAsync(Id(), context.Cancellation);
                break;
            case 1:
                await database.PutManyAsync(
                    [.. Enumerable.Range(0, 3).Select(i => Note(Id(), (step * 10) + i, context.Dice.Below(400)))], context.Cancellation);
                break;
            default:
                await database.PutAsync(Note(Id(), step * 10, context.Dice.Below(400)), context.Cancellation);
                break;
        }
    }

    private static Document Note(string id, long version, int length = 40) => Document.Parse(
        string.Create(CultureInfo.InvariantCulture, $$"""{"_id":"{{id}}","version":{{version}},"text":"{{new string('x', length)}}"}"""));

    private static long VersionOf(Document note) =>
        long.Parse(note.ToObject<Dictionary<string, object>>()["version"].ToString()!, CultureInfo.InvariantCulture);

    private static async Task CloseAsync(List<Database> all)
    {
        foreach (Database database in all)
            await database.DisposeAsync();
    }
}
