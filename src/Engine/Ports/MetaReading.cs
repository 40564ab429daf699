using System.Collections.Immutable;

namespace FireproofBench.Engine.Ports;

/// <summary>The entries of a metadata endpoint at one moment.</summary>
/// <param name="Entries">All that are there, in the endpoint's order: none when the database was never written, several when devices wrote at once.</param>
/// <param name="Version">
/// Opaque token that is equal in two readings only when nothing changed between them, so that an unchanged reading need not be looked at again.
/// </param>
public sealed record MetaReading(ImmutableArray<MetaEntry> Entries, string Version);
