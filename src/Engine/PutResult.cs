using System.Collections.Immutable;
using FireproofBench.Engine.Blocks;

namespace FireproofBench.Engine;

/// <summary>What a write gives back.</summary>
/// <param name="Ids">The ids of the documents, in the order of the call.</param>
/// <param name="Heads">
/// The heads after the commit: a point in time that can be opened again. Those from before, when one document was written as it was shown already and the newest events say that no other write stands beside it.
/// </param>
public sealed record PutResult(ImmutableArray<string> Ids, ImmutableArray<Cid> Heads)
{
    /// <summary>The id of a single document.</summary>
    public string Id => Ids[0];
}
