namespace FireproofBench.Simulation.World;

/// <summary>A virtual world came to no end: all in it waits for ever, or turns in circles.</summary>
internal sealed class WorldStoppedException : Exception
{
    /// <summary>With a reason.</summary>
    public WorldStoppedException(string message)
        : base(message)
    {
    }
}
