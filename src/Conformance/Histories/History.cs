using System.Collections.Immutable;

namespace FireproofBench.Conformance.Histories;

/// <summary>What some clients asked of a store, and what it answered. Every key is absent and every database empty when it begins.</summary>
/// <param name="Operations">The operations, in any order: their times order them.</param>
internal sealed record History(ImmutableArray<Operation> Operations)
{
    /// <summary>The operations on the value of one key each: puts, deletes, gets and heads. In the order of the keys' code units.</summary>
    public IEnumerable<(string Key, ImmutableArray<Operation> Operations)> Registers =>
        Operations.Where(static o => o.Writes || o.Reads)
            .GroupBy(static o => o.Key, StringComparer.Ordinal)
            .OrderBy(static g => g.Key, StringComparer.Ordinal)
            .Select(static g => (g.Key, g.OrderBy(static o => o.Call).ToImmutableArray()));

    /// <summary>One history of several.</summary>
    public static History Of(IEnumerable<History> parts) => new([.. parts.SelectMany(static p => p.Operations)]);
}
