namespace FireproofBench.Simulation.World;

/// <summary>Tells other threads that a world goes on: it counts steps while it runs.</summary>
/// <remarks>A piece of code without an end stops a world's clock, so that nothing inside can notice it.</remarks>
internal sealed class Pulse
{
    private long _steps;

    /// <summary>The steps so far.</summary>
    public long Steps => Volatile.Read(ref _steps);

    /// <summary>A step begins.</summary>
    public void Beat() => Volatile.Write(ref _steps, _steps + 1);
}
