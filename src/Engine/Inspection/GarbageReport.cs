using System.Collections.Immutable;

namespace FireproofBench.Engine.Inspection;

/// <summary>What a collection found.</summary>
/// <param name="Deleted">Keys of the files that were deleted, or would be, in order.</param>
/// <param name="Bytes">Their stored length.</param>
/// <param name="Young">Files that no head needs, and that are too young, or of an age that the provider does not tell.</param>
/// <param name="Replaced">Files that are kept because a compaction of the log replaced them.</param>
public sealed record GarbageReport(ImmutableArray<string> Deleted, long Bytes, int Young, int Replaced);
