using System.Collections.Immutable;

namespace FireproofBench.Conformance;

/// <summary>Objects that are written when a run begins and must still be there, unchanged, when it ends.</summary>
/// <param name="PlantedAt">Timestamp of the clock of the run, when the last of them was acknowledged.</param>
/// <param name="Bodies">What was written, by key.</param>
internal sealed record RunManifest(DateTimeOffset PlantedAt, ImmutableSortedDictionary<string, byte[]> Bodies);
