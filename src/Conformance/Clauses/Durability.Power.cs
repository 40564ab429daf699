using FireproofBench.Engine;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Conformance.Clauses;

internal static partial class Durability
{
    // More steps than the few writes of a trial have.
    private const int MaxSteps = 10_000;
    private static readonly LostContent[] s_lost = Enum.GetValues<LostContent>();

    private static async Task<Finding> SurvivesPowerCutsAsync(ClauseContext context)
    {
        if (context.Target.OnDisk is null)
            return Finding.Inconclusive("the run cannot cut the power of this store; for a folder it simulates the disk");
        int cuts = 0;
        int steps = 0;
        for (bool done = false; !done; steps++)
        {
            ClauseContext.Require(steps < MaxSteps, $"a few writes take more than {MaxSteps} steps");
            SimulatedDisk disk = new() { StepsLeft = steps };
            Dictionary<string, List<byte[]?>> possible = new(StringComparer.Ordinal);
            done = await WriteAsync(context, disk, possible);
            foreach ((int names, LostContent lost) in Cuts(disk))
            {
                cuts++;
                await FindsAsync(context, disk.AfterPowerCut(names, lost), possible, $"the power was cut after step {steps}, with {names} of {disk.UnsyncedNames} names and {Told(lost)}");
            }
        }

        (int commits, int openings) = await CutDatabaseAsync(context);
        return Finding.Passed(
            $"power was cut after each of {steps} steps of writes, {cuts} ways in all, and {openings} times under a database of {commits} commits: what was acknowledged was"
            + $" there, and nothing was torn");
    }

    private static IEnumerable<(int Names, LostContent Lost)> Cuts(SimulatedDisk disk) =>
        Enumerable.Range(0, disk.UnsyncedNames + 1).SelectMany(names => s_lost.Select(lost => (names, lost)));

    private static string Told(LostContent lost) => lost switch
    {
        LostContent.All => "none of the contents that were not synced",
        LostContent.Half => "half of the contents that were not synced",
        _ => "all contents",
    };

    // Some writes of each kind, as far as the power lasts; and what each key may hold afterwards.
    private static async Task<bool> WriteAsync(ClauseContext context, SimulatedDisk disk, Dictionary<string, List<byte[]?>> possible)
    {
        IDeviceStore device = context.Target.OnDisk!(disk);
        try
        {
            await device.PrepareAsync(context.Cancellation);
            await PutAsync("data/one", 900, 1, PutCondition.None);
            await PutAsync("data/one", 700, 2, PutCondition.None);
            await PutAsync("deep/er/two", 300, 1, PutCondition.IfAbsent);
            await PutAsync("data/one", 1100, 3, PutCondition.None);
            possible["data/three"] = [null];
            await PutAsync("data/three", 40, 1, PutCondition.None);
            possible["data/three"].Add(null);
            await device.Data.DeleteAsync("data/three", null, context.Cancellation);
            possible["data/three"] = [null];
            return true;
        }
        catch (StorageException) when (disk.IsOff)
        {
            return false;
        }
        finally
        {
            await device.DisposeAsync();
        }

        async Task PutAsync(string key, int length, int version, PutCondition condition)
        {
            byte[] body = context.Body(key, length, version);
            if (!possible.TryGetValue(key, out List<byte[]?>? may))
                possible[key] = may = [null];
            may.Add(body);
            await device.Data.PutAsync(key, body, condition, context.Cancellation);
            possible[key] = [body];
        }
    }

    private static async Task FindsAsync(ClauseContext context, SimulatedDisk disk, Dictionary<string, List<byte[]?>> possible, string when)
    {
        await using IDeviceStore device = context.Target.OnDisk!(disk);
        try
        {
            await device.PrepareAsync(context.Cancellation);
            foreach ((string key, List<byte[]?> may) in possible)
            {
                ObjectContent? content = await device.Data.GetAsync(key, null, context.Cancellation);
                bool isOne = may.Exists(one => one is null ? content is null : content is not null && content.Bytes.Span.SequenceEqual(one));
                ClauseContext.Require(
                    isOne, $"{when}: {Printable.Key(key)} {(content is null ? "is absent, though it was acknowledged" : $"has {content.Bytes.Length} bytes that nobody put there whole")}");
            }

            await foreach (ObjectInfo listed in device.Data.ListAllAsync("", context.Cancellation))
            {
                ClauseContext.Require(
                    possible.ContainsKey(listed.Key) || listed.Key.EndsWith("/version", StringComparison.Ordinal), $"{when}: {Printable.Key(listed.Key)} is listed, which nobody put");
            }
        }
        catch (StorageException failure)
        {
            throw new ClauseViolation($"{when}: the folder cannot be used any more: {failure.Message}");
        }
    }

    private static async Task<(int Commits, int Openings)> CutDatabaseAsync(ClauseContext context)
    {
        // The key is in the bag before the database is: each trial begins one under the same key.
        SimulatedDisk living = new() { StepsLeft = MaxSteps };
        Dictionary<string, long> acknowledged = new(StringComparer.Ordinal);
        await CommitAsync(context, living, acknowledged);
        ClauseContext.Require(!living.IsOff, $"a few commits take more than {MaxSteps} steps");
        long whole = MaxSteps - living.StepsLeft;
        int openings = 0;
        foreach (long step in StepsOf(context, whole, context.Plan.Count((int)whole, 20, 60)))
        {
            SimulatedDisk disk = new() { StepsLeft = step };
            Dictionary<string, long> early = new(StringComparer.Ordinal);
            await CommitAsync(context, disk, early);
            foreach ((int names, LostContent lost) in new[]
            {
                (0, LostContent.All), (disk.UnsyncedNames, LostContent.All), (disk.UnsyncedNames, LostContent.Half), (disk.UnsyncedNames / 2, LostContent.All),
            })
            {
                openings++;
                string when = $"the power was cut after step {step} of {whole} under a database, with {names} of {disk.UnsyncedNames} names and {Told(lost)}";
                try
                {
                    DatabaseState state = await ReadAsync(context, context.Target.OnDisk!(disk.AfterPowerCut(names, lost)));
                    if (Complaint(state, early) is { } complaint)
                        throw new ClauseViolation($"{when}: {complaint} there");
                }
                catch (Exception damage) when (EngineConvergence.IsDamage(damage) || damage is StorageException)
                {
                    throw new ClauseViolation($"{when}: {damage.Message}");
                }
            }
        }

        return (acknowledged.Count, openings);
    }

    private static async Task CommitAsync(ClauseContext context, SimulatedDisk disk, Dictionary<string, long> acknowledged)
    {
        IDeviceStore device = context.Target.OnDisk!(disk);
        Database? database = null;
        try
        {
            database = await context.Databases.OpenAsync(device, context.Cancellation);
            for (int i = 0; i < 4; i++)
            {
                await database.PutAsync(Note($"doc-{i}", i), context.Cancellation);
                acknowledged[$"doc-{i}"] = i;
            }

            await database.CompactAsync(context.Cancellation);
            await database.PutAsync(Note("doc-4", 4), context.Cancellation);
            acknowledged["doc-4"] = 4;
        }
        catch (StorageException) when (disk.IsOff)
        {
            // As far as it came.
        }
        finally
        {
            await (database?.DisposeAsync() ?? device.DisposeAsync());
        }
    }
}
