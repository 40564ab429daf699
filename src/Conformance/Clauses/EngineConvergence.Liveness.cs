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
            return Finding.Passed(
                $"after {failed} synchronisations had failed over a cut connection, {Replicas} replicas with {commits} commits agreed"
                + $" within two rounds and {used} requests ({allowed} allowed)");
        }
        finally
        {
            await CloseAsync(all);
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
