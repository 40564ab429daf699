using System.Collections.Immutable;
using FireproofBench.Engine.Blocks;

namespace FireproofBench.Engine;

/// <summary>The changes between two points in time.</summary>
/// <param name="Changes">Oldest first, one a document.</param>
/// <param name="Heads">The later point in time: give it as "since" the next time.</param>
public sealed record ChangeSet(ImmutableArray<DocumentChange> Changes, ImmutableArray<Cid> Heads);
