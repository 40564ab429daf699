using System.Collections.Immutable;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Http.Protocol;

/// <summary>What a device publishes.</summary>
/// <param name="Entry">The new head.</param>
/// <param name="Superseded">The heads that it replaces.</param>
internal sealed record Publication(MetaEntry Entry, ImmutableArray<Cid> Superseded);
