namespace FireproofBench.Simulation.World;

/// <summary>A virtual world came to no end: all in it waits for ever, or turns in circles.</summary>
/// <param name="message">Which of the two, and when.</param>
#pragma warning disable CA1064 // Internal as everything here: who runs a world turns it into a finding.
internal sealed class WorldStoppedException(string message) : Exception(message);
#pragma warning restore CA1064
