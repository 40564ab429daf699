using FireproofBench.Engine;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Conformance.Clauses;

internal static partial class EngineConvergence
{
    private static async Task<Finding> HealsAsync(ClauseContext context)
    {
        const int Replicas = 3;
        int steps = context.Plan.Count(60, 12, 40);
        await using UnsteadyDevice remote = new(context.Databases.Device(Remote));

        // Ample for all that comes before the healing; a listing that never ends meets it too.
        remote.Allowance = 1000L * steps;
        List<Database> all = [];
        try
        {
            for (int i = 0; i < Replicas; i++)
                all.Add(await context.Databases.OpenAsync(context.Databases.Elsewhere(), context.Cancellation, CompactionMode.Automatic));
            int commits = 0;
            int failed = 0;
            remote.Fails = () => context.Dice.OneIn(6);
            for (int step = 0; step < steps; step++)
            {
                Database replica = all[context.Dice.Below(Replicas)];
                await WriteAtRandomAsync(context, replica, commits++);
                failed += await SyncFailsAsync(context, replica, remote) ? 1 : 0;
            }

            remote.Fails = () => true;
            foreach (Database replica in all)
            {
                await WriteAtRandomAsync(context, replica, commits++);
                ClauseContext.Require(
                    await SyncFailsAsync(context, replica, remote), $"a synchronisation with a remote database that fails every request was said to be done");
                failed++;
            }

            remote.Fails = () => false;
            long before = remote.Requests;

            // A synchronisation asks a dozen things; beside that it copies each file at most once each way, and every commit and every merge of heads
            // makes one or two.
            long allowed = 2L * Replicas * (16 + (4 * (commits + (2 * Replicas))));
            remote.Allowance = before + allowed;
            for (int round = 0; round < 2; round++)
            {
                foreach (Database replica in all)
                    await replica.SyncAsync(remote, context.Cancellation);
            }

            long used = remote.Requests - before;
            await AgreeAsync(context, all, "two rounds after the fault had healed");
            int brokenOff = await CompactsAgainAsync(context);
            return Finding.Passed(
                $"after {failed} synchronisations had failed over a cut connection, {Replicas} replicas with {commits} commits agreed"
                + $" within two rounds and {used} requests ({allowed} allowed); after each of {brokenOff} compactions that broke off the next one was carried through");
        }
        finally
        {
            await CloseAsync(all);
        }
    }

    // A compaction puts a file, reads the heads and publishes: it is broken off at one after the other.
    private static async Task<int> CompactsAgainAsync(ClauseContext context)
    {
        const int Cuts = 3;
        const int Commits = 4;
        UnsteadyDevice device = new(context.Databases.Device("compacted"));
        await using Database database = await context.Databases.OpenAsync(device, context.Cancellation);
        int brokenOff = 0;
        for (int cut = 0; cut < Cuts; cut++)
        {
            for (int i = 0; i < Commits; i++)
                await WriteAtRandomAsync(context, database, (cut * Commits) + i);
            int left = cut;
            device.Fails = () => left-- <= 0;
            brokenOff += await CompactionFailsAsync(context, database) ? 1 : 0;
            device.Fails = () => false;
            DatabaseState before = await DatabaseState.ReadAsync(database, context.Cancellation);
            await database.CompactAsync(context.Cancellation);

            // A file that joins the merged one with what came beside it may stand before it.
            ClauseContext.Require(
                database.Log.Length <= 2, $"a compaction broke off at request {cut + 1}, and the next one, with no fault, left a log of {database.Log.Length} groups");
            string? difference = (await DatabaseState.ReadAsync(database, context.Cancellation)).DifferenceFrom(before);
            ClauseContext.Require(difference is null, $"after a compaction that broke off, and one that did not, the database reads something else: {difference}");
        }

        return brokenOff;
    }

    private static async Task<bool> CompactionFailsAsync(ClauseContext context, Database database)
    {
        try
        {
            await database.CompactAsync(context.Cancellation);
            return false;
        }
        catch (StorageException failure) when (failure.Kind == StorageErrorKind.Transient)
        {
            return true;
        }
    }

    private static async Task<bool> SyncFailsAsync(ClauseContext context, Database replica, IDeviceStore remote)
    {
        try
        {
            await replica.SyncAsync(remote, context.Cancellation);
            return false;
        }
        catch (StorageException failure) when (failure.Kind == StorageErrorKind.Transient)
        {
            return true;
        }
    }
}
