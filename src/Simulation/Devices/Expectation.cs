namespace FireproofBench.Simulation.Devices;

/// <summary>A write that whoever subscribed is to be told of.</summary>
/// <param name="Id">The id that it writes.</param>
/// <param name="Before">How often each was told of that id when it began.</param>
internal sealed record Expectation(string Id, int[] Before)
{
    /// <summary>Whether the write was acknowledged.</summary>
    public bool IsDue { get; set; }
}
