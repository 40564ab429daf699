using FireproofBench.Simulation.Planning;
using FireproofBench.Simulation.Running;

namespace FireproofBench.Scenarios.Simulating;

/// <summary>Runs a world, and comes back even when a piece of code in it does not: its thread is left behind then, and ends with the process.</summary>
internal static class WatchedWorld
{
    // Hundreds of times what the longest piece of code of a sound world takes on a busy machine.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(100);

    /// <summary>Runs a plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="keepsTrace">Whether all that happens is kept, to be told.</param>
    public static WorldResult Run(Plan plan, bool keepsTrace)
    {
        Pulse pulse = new();
        WorldRun world = WorldRun.Prepare(plan, keepsTrace, pulse);
        Task<WorldResult> running = Task.Factory.StartNew(() => world.Run(CancellationToken.None), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        long steps = -1;
        TimeSpan standing = TimeSpan.Zero;
        while (!((IAsyncResult)running).AsyncWaitHandle.WaitOne(s_look))
        {
            standing = pulse.Steps == steps ? standing + s_look : TimeSpan.Zero;
            steps = pulse.Steps;
            if (standing >= s_patience)
                return world.Abandoned(s_patience);
        }

        return running.GetAwaiter().GetResult();
    }
}
