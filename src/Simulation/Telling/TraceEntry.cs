namespace FireproofBench.Simulation.Telling;

/// <summary>Something that happened.</summary>
/// <param name="At">When, since the beginning of the world.</param>
/// <param name="Actor">Who did it: a device's letter, or the world.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Subject">What was done, in a word or a few.</param>
/// <param name="Detail">To what, or why; may be empty.</param>
/// <param name="Place">The store that a request goes to; empty for what is no request.</param>
internal sealed record TraceEntry(TimeSpan At, string Actor, TraceKind Kind, string Subject, string Detail, string Place);
