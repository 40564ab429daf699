using System.Collections.Immutable;

namespace FireproofBench.Simulation.Devices;

/// <summary>A write that whoever subscribed is to be told of.</summary>
/// <param name="Begun">When it began, from the world's beginning.</param>
/// <param name="Ids">The ids that it writes.</param>
internal sealed record Expectation(TimeSpan Begun, ImmutableArray<string> Ids)
{
    /// <summary>When it was acknowledged; null while it was not.</summary>
    public TimeSpan? Acknowledged { get; set; }
}
