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
        return Watch(WorldRun.Prepare(plan, keepsTrace, pulse), pulse, static world => world.Run(CancellationToken.None), s_patience);
    }

    /// <summary>Runs a world, and abandons it once it stands still.</summary>
    /// <param name="world">The world.</param>
    /// <param name="pulse">What it beats with each step.</param>
    /// <param name="run">Runs it, on a thread of its own.</param>
    /// <param name="patience">For how long no step may begin, in real time.</param>
    internal static WorldResult Watch(WorldRun world, Pulse pulse, Func<WorldRun, WorldResult> run, TimeSpan patience)
    {
        Task<WorldResult> running = Task.Factory.StartNew(() => run(world), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        long steps = -1;
        TimeSpan standing = TimeSpan.Zero;
        while (!((IAsyncResult)running).AsyncWaitHandle.WaitOne(s_look))
        {
            standing = pulse.Steps == steps ? standing + s_look : TimeSpan.Zero;
            steps = pulse.Steps;
            if (standing >= patience)
                return world.Abandoned(patience);
        }

        return running.GetAwaiter().GetResult();
    }
}
