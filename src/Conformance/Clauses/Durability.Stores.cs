using System.Collections.Concurrent;
using FireproofBench.Engine;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Conformance.Clauses;

internal static partial class Durability
{
    private const string Temporary = "/disk/database/.fireproofbench/tmp";

    private static async Task<Finding> SurvivesRestartsAsync(ClauseContext context)
    {
        const int Writers = 4;
        if (context.Target.Restart is not { } restart)
            return Finding.Inconclusive("the run did not start what serves this store, so it does not kill it; a run that starts it itself does");
        int kills = context.Plan.Budget switch { Budget.Quick => 2, Budget.Standard => 5, _ => 20 };
        ConcurrentDictionary<string, byte[]> acknowledged = new(StringComparer.Ordinal);
        HeadsPlace? place = context.Target.OpenDatabase is null ? null : await HeadsPlace.OpenAsync(context, "killed", Writers);
        try
        {
            EventSet events = EventSet.Empty;
            Lock gate = new();
            for (int kill = 1; kill <= kills; kill++)
            {
                int left = 8 + context.Dice.Below(60);
                bool dying = false;
                TaskCompletionSource enough = new(TaskCreationOptions.RunContinuationsAsynchronously);
                Task writing = context.RaceAsync(Writers, async writer =>
                {
                    for (int i = 0; !Volatile.Read(ref dying); i++)
                    {
                        string key = context.Key($"kill-{kill}-{writer}-{i}");
                        byte[] body = context.Body(key, 200 + context.Dice.Below(3000), version: kill, writer: writer);
                        try
                        {
                            await context.Target.Data.PutAsync(key, body, PutCondition.None, context.Cancellation);
                            acknowledged[key] = body;
                            if (place is not null && i % 4 == writer)
                            {
                                HeadEvent made = place.Events.Make([]);
                                await place.PublishAsync(writer, made, []);
                                lock (gate)
                                    events = events.With(made.Number);
                            }
                        }
                        catch (StorageException) when (Volatile.Read(ref dying))
                        {
                            // That one was not acknowledged.
                        }
                        catch (StorageException passing) when (passing.Kind is StorageErrorKind.Transient or StorageErrorKind.Throttled)
                        {
                            await Task.Delay(TimeSpan.FromMilliseconds(20), context.Time, context.Cancellation);
                        }

                        if (Interlocked.Decrement(ref left) == 0)
                            enough.TrySetResult();
                        await Task.Yield();
                    }
                });
                await Concurrently.AnyAsync(enough.Task, writing);
                Volatile.Write(ref dying, true);
                await restart(context.Cancellation);
                await writing;
                await context.EachAsync(acknowledged, entry => context.ReadsAsync(entry.Key, entry.Value, $"that was acknowledged before kill {kill}"));
                await context.SettlesAsync(async () =>
                {
                    HashSet<string> listed = [.. (await context.ListAsync(context.Prefix)).Select(static found => found.Key)];
                    int missing = acknowledged.Keys.Count(key => !listed.Contains(key));
                    return missing == 0 ? null : $"after kill {kill} a listing misses {missing} of {acknowledged.Count} acknowledged objects";
                });
                if (place is not null)
                    await place.CoversAsync(0, events, $"after kill {kill}");
            }

            return Finding.Passed($"{kills} times what serves the store was killed while {Writers} clients wrote: all {acknowledged.Count} acknowledged objects and {events.Count} heads were there");
        }
        finally
        {
            if (place is not null)
                await place.DisposeAsync();
        }
    }

    private static async Task<Finding> HidesLeftOversAsync(ClauseContext context)
    {
        int n = context.Plan.Count(60, 6, 8);

        // At larger budgets some are uploads of several parts.
        int[] lengths = context.Plan.Budget == Budget.Quick ? [300_000] : [300_000, 300_000, 2 << 20, 20 << 20];
        HashSet<string> known = new(StringComparer.Ordinal);
        for (int i = 0; i < n; i++)
        {
            int length = (int)Math.Min(lengths[i % lengths.Length], context.Store.Traits.MaxObjectLength);
            string key = context.Key($"broken-{i}.car");
            byte[]? old = i % 3 == 2 ? context.Body(key, 4000) : null;
            if (old is not null)
            {
                await context.PutAsync(key, old);
                known.Add(key);
            }

            string how = await BreakOffAsync(context, key, length, cancels: i % 2 == 0);
            if (old is null)
                await context.AbsentAsync(key, $"after an upload of {length} bytes {how}");
            else
                await context.ReadsAsync(key, old, $"after an upload of {length} bytes {how}");
            await context.ListsAsync(context.Prefix, known, $"after an upload of {length} bytes {how}");
        }

        string invisible = $"{n} uploads that were broken off in the middle left nothing that is seen";
        return context.Target.OnDisk is null
            ? Finding.Inconclusive($"{invisible}; whether the store gives the room back cannot be seen from here")
            : Finding.Passed($"{invisible}; {await ReclaimsAsync(context)}");
    }

    private static async Task<string> BreakOffAsync(ClauseContext context, string key, int length, bool cancels)
    {
        ulong seed = context.Dice.Next();
        int at = length / 8 * (1 + context.Dice.Below(7));
        using CancellationTokenSource cut = CancellationTokenSource.CreateLinkedTokenSource(context.Cancellation);
        ContentSource source = cancels
            ? new ContentSource(length, _ => ValueTask.FromResult<Stream>(new SeededStream(seed, length, read => CancelAt(read, at, cut))), canReopen: false)
            : new ContentSource(length, _ => ValueTask.FromResult<Stream>(new SeededStream(seed, at)), canReopen: false);
        string how = cancels ? "that was cancelled" : "whose source ended too early";
        try
        {
            await context.Store.PutAsync(key, source, PutCondition.None, cut.Token);
            throw new ClauseViolation($"an upload of {length} bytes {how} was acknowledged after at most {at}");
        }
        catch (OperationCanceledException) when (!context.Cancellation.IsCancellationRequested)
        {
            return how;
        }
        catch (StorageException)
        {
            return how;
        }
    }

    private static void CancelAt(long read, int at, CancellationTokenSource cut)
    {
        if (read >= at)
            cut.Cancel();
    }

    // A process dies at each step of a write; the next one finds nothing of it, and frees the room with its first write.
    private static async Task<string> ReclaimsAsync(ClauseContext context)
    {
        int left = 0;
        int steps = 0;
        for (bool done = false; !done; steps++)
        {
            ClauseContext.Require(steps < MaxSteps, $"a write takes more than {MaxSteps} steps");
            SimulatedDisk disk = new();
            await using (IDeviceStore first = context.Target.OnDisk!(disk))
                await first.PrepareAsync(context.Cancellation);
            disk.StepsLeft = steps;
            await using (IDeviceStore dying = context.Target.OnDisk(disk))
            {
                try
                {
                    await dying.Data.PutAsync("data/one", new byte[900], PutCondition.None, context.Cancellation);
                    done = true;
                }
                catch (StorageException) when (disk.IsOff)
                {
                    // As far as it came.
                }
            }

            SimulatedDisk after = disk.AfterPowerCut(disk.UnsyncedNames, LostContent.Nothing);
            left += after.FilesBelow(Temporary).Count;
            await using IDeviceStore next = context.Target.OnDisk(after);
            ObjectContent? content = await next.Data.GetAsync("data/one", null, context.Cancellation);
            ClauseContext.Require(content is null || content.Bytes.Length == 900, $"after a process died at step {steps} of a write a get gives {content?.Bytes.Length} of 900 bytes");
            await foreach (ObjectInfo listed in next.Data.ListAllAsync("data/", context.Cancellation))
                ClauseContext.Require(listed.Key is "data/one" or "data/version", $"after a process died at step {steps} of a write {Printable.Key(listed.Key)} is listed");
            await next.Data.PutAsync("data/two", new byte[9], PutCondition.None, context.Cancellation);
            int kept = after.FilesBelow(Temporary).Count;
            ClauseContext.Require(kept == 0, $"after a process died at step {steps} of a write, the next writer leaves {kept} temporary files where they are");
        }

        return $"processes that died at each of {steps} steps left {left} temporary files, and the next one removed them all";
    }

    private static async Task<Finding> SurvivesFullDisksAsync(ClauseContext context)
    {
        if (context.Target.OnDisk is { } onDisk)
            return await FillDiskAsync(context, onDisk);
        if (context.Target.Fill is not { } fill)
            return Finding.Inconclusive("the run cannot make this store full; for a folder it simulates the disk");
        int rounds = context.Plan.Count(20, 3, 12);
        for (int round = 0; round < rounds; round++)
        {
            string there = context.Key($"there-{round}");
            byte[] old = context.Body(there, 2000);
            await context.PutAsync(there, old);
            await fill(true);
            try
            {
                await RefusedForRoomAsync(context, context.Store, there, context.Body(there, 9000, version: 2), old);
                await RefusedForRoomAsync(context, context.Store, context.Key($"new-{round}"), context.Body(there, 9000, version: 2), null);
            }
            finally
            {
                await fill(false);
            }

            await context.PutAsync(there, context.Body(there, 9000, version: 3));
            await context.ReadsAsync(there, context.Body(there, 9000, version: 3), "when there was room again");
        }

        return Finding.Passed($"{2 * rounds} puts into a full store were refused and left what was there; when there was room again, puts succeeded");
    }

    private static async Task<Finding> FillDiskAsync(ClauseContext context, Func<Gateways.Filesystem.IDisk, IDeviceStore> onDisk)
    {
        int[] rooms = [0, 1, 4, 100, 899];
        foreach (int room in rooms)
        {
            SimulatedDisk disk = new();
            await using IDeviceStore device = onDisk(disk);
            await device.PrepareAsync(context.Cancellation);
            byte[] old = context.Body("data/one", 500);
            await device.Data.PutAsync("data/one", old, PutCondition.None, context.Cancellation);
            foreach ((string key, byte[]? there) in new[] { ("data/one", old), ("data/two", null) })
            {
                disk.Room = room;
                await RefusedForRoomAsync(context, device.Data, key, context.Body(key, 900, version: 2), there);
                disk.Room = long.MaxValue;
                await device.Data.PutAsync(key, context.Body(key, 900, version: 3), PutCondition.None, context.Cancellation);
                ObjectContent? content = await device.Data.GetAsync(key, null, context.Cancellation);
                ClauseContext.Require(
                    content is not null && content.Bytes.Span.SequenceEqual(context.Body(key, 900, version: 3)), $"when there was room again, a put of {Printable.Key(key)} was not read back");
            }
        }

        int refused = await FillDatabaseAsync(context, onDisk);
        return Finding.Passed(
            $"{2 * rooms.Length} puts and {refused} commits onto full disks were refused and left what was there; when there was room again, writes succeeded");
    }

    private static async Task<int> FillDatabaseAsync(ClauseContext context, Func<Gateways.Filesystem.IDisk, IDeviceStore> onDisk)
    {
        SimulatedDisk disk = new();
        Dictionary<string, long> acknowledged = new(StringComparer.Ordinal);
        int refused = 0;
        await using (Database database = await context.Databases.OpenAsync(onDisk(disk), context.Cancellation))
        {
            for (int i = 0; i < 12; i++)
            {
                // From no room at all to what a commit needs.
                disk.Room = i * 400;
                try
                {
                    await database.PutAsync(Note($"doc-{i}", 1), context.Cancellation);
                    acknowledged[$"doc-{i}"] = 1;
                }
                catch (StorageException full) when (full.Kind is StorageErrorKind.NoSpace or StorageErrorKind.Ambiguous)
                {
                    refused++;
                }

                disk.Room = long.MaxValue;
                await database.PutAsync(Note($"room-{i}", 1), context.Cancellation);
                acknowledged[$"room-{i}"] = 1;
            }
        }

        ClauseContext.Require(refused > 0, $"12 commits onto a disk with hardly any room were all acknowledged");
        DatabaseState state = await ReadAsync(context, onDisk(disk));
        string? complaint = Complaint(state, acknowledged);
        ClauseContext.Require(complaint is null, $"after a disk had been full, {complaint} in the database");
        return refused;
    }

    private static async Task RefusedForRoomAsync(ClauseContext context, IDataGateway store, string key, byte[] body, byte[]? there)
    {
        try
        {
            await store.PutAsync(key, body, PutCondition.None, context.Cancellation);
            throw new ClauseViolation($"a put of {body.Length} bytes into a full store was acknowledged");
        }
        catch (StorageException refusal)
        {
            if (refusal.Kind != StorageErrorKind.NoSpace)
                context.Quirk($"A put into a full store is refused as {refusal.Kind}.");
        }

        await context.SettlesAsync(async () =>
        {
            ObjectContent? content = await store.GetAsync(key, null, context.Cancellation);
            if (there is null ? content is not null : content is null || !content.Bytes.Span.SequenceEqual(there))
                return $"after a put was refused for want of room a get gives {content?.Bytes.Length ?? 0} bytes, where {there?.Length ?? 0} were before";
            ListPage page = await store.ListAsync(key, null, 10, context.Cancellation);
            return page.Objects.Count != (there is null ? 0 : 1) || page.Objects.Any(o => o.Length != there!.Length)
                ? $"after a put was refused for want of room {page.Objects.Count} objects with {page.Objects.Sum(static o => o.Length)} bytes are listed under its key" : null;
        });
    }
}
