using System.Collections.Immutable;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Http.Protocol;

/// <summary>What changed between two moments; what came and went again in between is in neither list.</summary>
/// <param name="Cursor">The later moment.</param>
/// <param name="Since">The earlier one.</param>
/// <param name="Added">Heads that came, in order: they follow all that were there.</param>
/// <param name="Removed">Heads that went. Some may be unknown to the reader.</param>
internal sealed record HeadsChange(string Cursor, string Since, ImmutableArray<MetaEntry> Added, ImmutableArray<Cid> Removed);
