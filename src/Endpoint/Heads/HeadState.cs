using System.Collections.Immutable;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Endpoint.Heads;

/// <summary>The heads of a database at one moment.</summary>
/// <param name="Cursor">The moment.</param>
/// <param name="Entries">All heads, in the order in which they came.</param>
public sealed record HeadState(HeadCursor Cursor, ImmutableArray<MetaEntry> Entries);
