using System.Collections.Immutable;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Http.Protocol;

/// <summary>The heads of a database at one moment.</summary>
/// <param name="Cursor">The endpoint's name of the moment; opaque to clients.</param>
/// <param name="Heads">All of them, in the order in which they came.</param>
internal sealed record HeadsSnapshot(string Cursor, ImmutableArray<MetaEntry> Heads);
