using System.Runtime;

namespace FireproofBench.Simulation.Running;

/// <summary>How long one piece of code of a world may take in real time. What takes longer has no end: it is stopped where it is, so that it can be told of, and made small.</summary>
/// <param name="time">Real time.</param>
/// <param name="longest">How long; hundreds of times what the longest piece of a sound world takes.</param>
internal sealed class Watchdog(TimeProvider time, TimeSpan longest)
{
    private const int LooksEach = 4;

    /// <summary>How long one piece of code may take.</summary>
    public TimeSpan Longest => longest;

    /// <summary>Runs something on this thread.</summary>
    /// <param name="run">What is run. It may be stopped between any two instructions, so that nothing of it is of use any more but what it told others before.</param>
    /// <param name="pulse">Where it tells that it goes on.</param>
    /// <returns>Whether it came to its end.</returns>
    public bool TryRun(Action run, Pulse pulse)
    {
        using CancellationTokenSource stop = new();
        long steps = -1;
        int looks = 0;
        using ITimer timer = time.CreateTimer(
            _ =>
            {
                long now = pulse.Steps;
                looks = now == steps ? looks + 1 : 0;
                steps = now;
                if (looks == LooksEach)
                    stop.Cancel();
            },
            null,
            longest / LooksEach,
            longest / LooksEach);
        try
        {
            // The runtime says that this may leave locks and shared state behind; a world shares none, and is thrown away.
#pragma warning disable SYSLIB0046
            ControlledExecution.Run(run, stop.Token);
#pragma warning restore SYSLIB0046
            return true;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return false;
        }
    }
}
