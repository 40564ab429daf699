using System.Collections.Immutable;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Endpoint.Heads;

/// <summary>What changed since a moment. What came and went again in between is in neither list.</summary>
/// <param name="Cursor">The later moment.</param>
/// <param name="Added">Heads that came, in order.</param>
/// <param name="Removed">Heads that went; some may never have been there.</param>
public sealed record HeadDelta(HeadCursor Cursor, ImmutableArray<MetaEntry> Added, ImmutableArray<Cid> Removed);
