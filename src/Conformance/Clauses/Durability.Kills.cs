using System.Globalization;
using FireproofBench.Engine;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Storage;

namespace FireproofBench.Conformance.Clauses;

internal static partial class Durability
{
    private const string Local = "local";
    private const string Remote = "remote";
    private static readonly Dictionary<string, long> s_nothing = [];

    private static async Task<Finding> SurvivesDeathAsync(ClauseContext context)
    {
        Dictionary<string, long> acknowledged = new(StringComparer.Ordinal);
        long begin = await LiveAsync(context, Local, Remote, long.MaxValue, 0, acknowledged);
        long whole = await LiveAsync(context, Local, Remote, long.MaxValue, 1, acknowledged);
        long[] deaths = StepsOf(context, whole, context.Plan.Count((int)whole, 5, (int)(3 * whole)));
        int session = 2;
        foreach (long death in deaths)
        {
            await LiveAsync(context, Local, Remote, death, session++, acknowledged);
            await AuditAsync(context, Local, acknowledged, $"after a device died at call {death + 1} of {whole}");
            await AuditAsync(context, Remote, s_nothing, $"after a device died at call {death + 1} of {whole}");
        }

        // A database that begins has steps of its own, and each needs a place of its own.
        long[] births = StepsOf(context, begin, context.Plan.Count((int)begin, 2, (int)(5 * begin)));
        for (int i = 0; i < births.Length; i++)
        {
            (string local, string remote) = ($"newlocal{i}", $"newremote{i}");
            Dictionary<string, long> early = new(StringComparer.Ordinal);
            await LiveAsync(context, local, remote, births[i], 0, early);
            await AuditAsync(context, remote, s_nothing, $"after a new device died at call {births[i] + 1} of {begin}");
            await LiveAsync(context, local, remote, long.MaxValue, 1, early);
            await AuditAsync(context, local, early, $"after a new device died at call {births[i] + 1} of {begin} and went on");
            await AuditAsync(context, remote, early, $"after a new device died at call {births[i] + 1} of {begin} and went on");
        }

        await LiveAsync(context, Local, Remote, long.MaxValue, session, acknowledged);
        await AuditAsync(context, Local, acknowledged, "at the end");
        await AuditAsync(context, Remote, acknowledged, "at the end");
        return Finding.Passed(
            $"a device died at {deaths.Length} of {whole} calls of commits and uploads, a new one at {births.Length} of {begin}: all {acknowledged.Count} acknowledged"
            + $" documents were there each time, and both sides could be read");
    }

    // One life of a device: it commits, synchronises, commits and synchronises again, as far as it comes.
    private static async Task<long> LiveAsync(ClauseContext context, string local, string remote, long calls, int session, Dictionary<string, long> acknowledged)
    {
        LifeSpan life = new(calls);
        MortalDevice mine = new(context.Databases.Device(local), life);
        await using MortalDevice theirs = new(context.Databases.Device(remote), life);
        Database? database = null;
        try
        {
            database = await context.Databases.OpenAsync(mine, context.Cancellation);
            await PutAsync($"own-{session}", session);
            await database.PutManyAsync([Note($"pair-{session}-a", session), Note($"pair-{session}-b", session)], context.Cancellation);
            (acknowledged[$"pair-{session}-a"], acknowledged[$"pair-{session}-b"]) = (session, session);
            await database.SyncAsync(theirs, context.Cancellation);
            await PutAsync("again", session);
            await database.SyncAsync(theirs, context.Cancellation);
        }
        catch (StorageException) when (life.IsOver)
        {
            // That was its last call.
        }
        finally
        {
            await (database?.DisposeAsync() ?? mine.DisposeAsync());
        }

        return life.Made;

        async Task PutAsync(string id, long version)
        {
            await database!.PutAsync(Note(id, version), context.Cancellation);
            acknowledged[id] = version;
        }
    }

    // All of them, or as many as the budget allows, spread over the whole, with the place of the first left to chance.
    private static long[] StepsOf(ClauseContext context, long whole, int count)
    {
        if (count >= whole)
            return [.. Enumerable.Range(0, (int)whole).Select(static step => (long)step)];
        double stride = (double)whole / count;
        double first = stride * context.Dice.Below(1000) / 1000;
        return [.. Enumerable.Range(0, count).Select(i => (long)(first + (i * stride)))];
    }

    // What a new reader finds. A store that is eventual is asked again.
    private static Task AuditAsync(ClauseContext context, string place, Dictionary<string, long> acknowledged, string when) => context.SettlesAsync(async () =>
    {
        try
        {
            await using (IDeviceStore look = context.Databases.Device(place))
            {
                if (acknowledged.Count == 0 && (await look.Metadata.ReadAsync(context.Cancellation)).Entries.IsEmpty)
                    return null;
            }

            DatabaseState state = await ReadAsync(context, context.Databases.Device(place));
            return Complaint(state, acknowledged) is { } complaint ? $"{when}, {complaint} in '{place}'" : null;
        }
        catch (StorageException absence) when (absence.Kind == StorageErrorKind.MissingContainer && acknowledged.Count == 0)
        {
            // It died before it made the place.
            return null;
        }
        catch (Exception damage) when (EngineConvergence.IsDamage(damage))
        {
            return $"{when}, the engine met damage in '{place}': {damage.Message}";
        }
    });

    private static string? Complaint(DatabaseState state, Dictionary<string, long> acknowledged)
    {
        foreach ((string id, long version) in acknowledged)
        {
            if (!state.Rows.TryGetValue(id, out string? json) || json.Length == 0)
                return $"{Printable.Key(id)} is missing, which was acknowledged,";
            long found = VersionOf(json);
            if (found < version)
                return $"{Printable.Key(id)} has version {found}, where {version} was acknowledged,";
        }

        return null;
    }

    private static async Task<DatabaseState> ReadAsync(ClauseContext context, IDeviceStore device)
    {
        Database? cold = null;
        try
        {
            cold = await context.Databases.OpenAsync(device, context.Cancellation);
            return await DatabaseState.ReadAsync(cold, context.Cancellation);
        }
        finally
        {
            await (cold?.DisposeAsync() ?? device.DisposeAsync());
        }
    }

    private static Document Note(string id, long version) =>
        Document.Parse(string.Create(CultureInfo.InvariantCulture, $$"""{"_id":"{{id}}","version":{{version}},"text":"{{new string('x', 60)}}"}"""));

    private static long VersionOf(string json) =>
        long.Parse(Document.Parse(json).ToObject<Dictionary<string, object>>()["version"].ToString()!, CultureInfo.InvariantCulture);

    private static async Task<Finding> SurvivesDeathInCompactionAsync(ClauseContext context)
    {
        int version = 0;
        await WriteMoreAsync();
        await WriteMoreAsync();
        long whole = await CompactAsync(long.MaxValue);
        long[] deaths = StepsOf(context, whole, context.Plan.Count((int)whole, 4, (int)(4 * whole)));
        foreach (long death in deaths)
        {
            DatabaseState expected = await WriteMoreAsync();
            await CompactAsync(death);
            await SameAsync(context, expected, $"after a client died at call {death + 1} of {whole} of a compaction");
        }

        DatabaseState before = await WriteMoreAsync();
        await CompactAsync(long.MaxValue);
        await SameAsync(context, before, "after a compaction that was carried through at the end");
        return Finding.Passed($"a client died at {deaths.Length} of {whole} calls of compactions of {version} commits, and each time the database was opened with the same contents");

        async Task<DatabaseState> WriteMoreAsync()
        {
            await using Database writer = await context.Databases.OpenAsync(Local, context.Cancellation);
            for (int i = 0; i < 3; i++)
                await writer.PutAsync(Note($"doc-{context.Dice.Below(12)}", version++), context.Cancellation);
            return await DatabaseState.ReadAsync(writer, context.Cancellation);
        }

        async Task<long> CompactAsync(long calls)
        {
            LifeSpan life = new(calls);
            MortalDevice device = new(context.Databases.Device(Local), life);
            Database? database = null;
            try
            {
                database = await context.Databases.OpenAsync(device, context.Cancellation);
                await database.CompactAsync(context.Cancellation);
            }
            catch (StorageException) when (life.IsOver)
            {
                // That was its last call.
            }
            finally
            {
                await (database?.DisposeAsync() ?? device.DisposeAsync());
            }

            return life.Made;
        }
    }

    private static Task SameAsync(ClauseContext context, DatabaseState expected, string when) => context.SettlesAsync(async () =>
    {
        try
        {
            return (await ReadAsync(context, context.Databases.Device(Local))).DifferenceFrom(expected) is { } difference ? $"{when}, a new reader reads something else: {difference}" : null;
        }
        catch (Exception damage) when (EngineConvergence.IsDamage(damage))
        {
            return $"{when}, the engine met damage: {damage.Message}";
        }
    });

    private static async Task<Finding> ReplaysTwiceAsync(ClauseContext context)
    {
        int commits = context.Plan.Count(60, 3, 40);
        ReadOnlyMemory<byte>? log;
        byte[] everything;
        await using (Database device = await context.Databases.OpenAsync(Local, context.Cancellation))
        {
            for (int i = 0; i < commits; i++)
                await device.PutAsync(Note($"doc-{i % 7}", i), context.Cancellation);
            await SyncAsync(device);
            everything = new WalContent([.. device.Log], [], []).ToBytes();
            await device.CompactAsync(context.Cancellation);
            await device.PutAsync(Note("after", 1), context.Cancellation);
            await SyncAsync(device);
            await using IDeviceStore behind = context.Databases.Device(Local);
            log = await behind.WriteAheadLog.ReadAsync(context.Cancellation);
        }

        (DatabaseState local, DatabaseState remote) = await BothAsync();
        int objects = await CountAsync(context);
        byte[][] logs = log is { } kept ? [everything, kept.ToArray()] : [everything];
        foreach (byte[] old in logs.Concat(logs))
        {
            await SendAgainAsync(context);
            await using (IDeviceStore behind = context.Databases.Device(Local))
                await behind.WriteAheadLog.WriteAsync(old, context.Cancellation);
            await using (Database device = await context.Databases.OpenAsync(Local, context.Cancellation))
                await SyncAsync(device);
            (DatabaseState localNow, DatabaseState remoteNow) = await BothAsync();
            ClauseContext.Require(localNow.DifferenceFrom(local) is null, $"after the log was replayed, the device reads something else: {localNow.DifferenceFrom(local)}");
            ClauseContext.Require(remoteNow.DifferenceFrom(remote) is null, $"after the log was replayed, the remote reads something else: {remoteNow.DifferenceFrom(remote)}");
        }

        int after = await CountAsync(context);
        ClauseContext.Require(after <= objects, $"replaying the log {2 * logs.Length} times made {after - objects} objects more");
        return Finding.Passed($"{2 * logs.Length} replays of the log of {commits} commits, with every file and head sent again, changed nothing");

        async Task SyncAsync(Database device)
        {
            await using IDeviceStore other = context.Databases.Device(Remote);
            await device.SyncAsync(other, context.Cancellation);
        }

        async Task<(DatabaseState Local, DatabaseState Remote)> BothAsync() =>
            (await ReadAsync(context, context.Databases.Device(Local)), await ReadAsync(context, context.Databases.Device(Remote)));
    }

    // Every file and every head of the device, as if nothing were known of them.
    private static async Task SendAgainAsync(ClauseContext context)
    {
        await using IDeviceStore from = context.Databases.Device(Local);
        await using IDeviceStore to = context.Databases.Device(Remote);
        HashSet<string> there = new(StringComparer.Ordinal);
        await foreach (ObjectInfo file in to.Data.ListAllAsync("data/", context.Cancellation))
            there.Add(file.Key);
        await foreach (ObjectInfo file in from.Data.ListAllAsync("data/", context.Cancellation))
        {
            if (there.Contains(file.Key) && file.Key.EndsWith(".car", StringComparison.Ordinal)
                && await from.Data.GetAsync(file.Key, null, context.Cancellation) is { } content)
                await to.Data.PutAsync(file.Key, content.Bytes, PutCondition.None, context.Cancellation);
        }

        foreach (MetaEntry head in (await to.Metadata.ReadAsync(context.Cancellation)).Entries)
            await to.Metadata.PublishAsync(head, (Cid[])[.. head.Parents], context.Cancellation);
    }

    private static async Task<int> CountAsync(ClauseContext context)
    {
        int count = 0;
        foreach (string place in (string[])[Local, Remote])
        {
            await using IDeviceStore device = context.Databases.Device(place);
            await foreach (ObjectInfo _ in device.Data.ListAllAsync("data/", context.Cancellation))
                count++;
        }

        return count;
    }
}
