namespace FireproofBench.Load.Recording;

/// <summary>Something of the engine's that explains a change of the latencies, such as a compaction.</summary>
/// <param name="At">When it ended, from the start of the measured part.</param>
/// <param name="Name">What it was: compaction, merge, partition.</param>
/// <param name="Duration">How long it took; zero for what has no length.</param>
internal sealed record EngineEvent(TimeSpan At, string Name, TimeSpan Duration);
