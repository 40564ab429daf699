using System.Collections.Immutable;
using FireproofBench.Engine.Blocks;

namespace FireproofBench.Engine;

/// <summary>What a subscriber is told.</summary>
/// <param name="Heads">The heads after the change.</param>
/// <param name="Ids">The ids that were put or deleted, each once; empty when the change came from elsewhere and was taken in whole.</param>
public sealed record DatabaseChange(ImmutableArray<Cid> Heads, ImmutableArray<string> Ids);
