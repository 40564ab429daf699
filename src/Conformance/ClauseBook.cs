using System.Collections.Immutable;

namespace FireproofBench.Conformance;

/// <summary>All clauses, in one explicit order: that of the groups below, then of the numbers. Those of the cloud protocol stand apart: no store is asked for them.</summary>
internal static class ClauseBook
{
    /// <summary>The groups.</summary>
    public static ImmutableArray<ClauseGroup> Groups { get; } =
    [
        ObjectSemantics.Group,
        Naming.Group,
        Integrity.Group,
        Immutability.Group,
        ConditionalWrites.Group,
        Listing.Group,
        Consistency.Group,
        Concurrency.Group,
        Durability.Group,
        ErrorSemantics.Group,
        Security.Group,
        Limits.Group,
        Clocks.Group,
        MetadataHeads.Group,
        Subscriptions.Group,
        EngineConvergence.Group,
    ];

    /// <summary>The clauses that are asked of stores.</summary>
    public static ImmutableArray<Clause> All { get; } = [.. Groups.SelectMany(g => g.Clauses)];

    /// <summary>What is asked of endpoints of the cloud protocol, and of nothing else.</summary>
    public static ClauseGroup Cloud => CloudProtocol.Group;

    /// <summary>All groups, that of the cloud protocol at the end.</summary>
    public static IEnumerable<ClauseGroup> EveryGroup => Groups.Append(Cloud);

    /// <summary>All clauses, those of the cloud protocol at the end.</summary>
    public static IEnumerable<Clause> Every => All.Concat(Cloud.Clauses);

    /// <summary>The clauses of a profile, narrowed to ids and group prefixes.</summary>
    /// <param name="profile">Which connectors.</param>
    /// <param name="only">Ids and group prefixes in any letter case; empty for all.</param>
    /// <exception cref="ArgumentException">A name is neither an id nor a group prefix of the book.</exception>
    public static ImmutableArray<Clause> Select(ConnectorProfile profile, IReadOnlyCollection<string> only)
    {
        string[] unknown = [.. only.Where(name => !Every.Any(c => Names(name, c)))];
        if (unknown.Length > 0)
            throw new ArgumentException($"no clause or group is named {string.Join(", ", unknown.Select(Printable.Key))}", nameof(only));
        return
        [
            .. (profile == ConnectorProfile.Cloud ? Cloud.Clauses : All).Where(c => profile == ConnectorProfile.All || c.Connector == ConnectorProfile.All || c.Connector == profile)
                .Where(c => only.Count == 0 || only.Any(name => Names(name, c))),
        ];
    }

    private static bool Names(string name, Clause clause) =>
        name.Equals(clause.Id, StringComparison.OrdinalIgnoreCase) || name.Equals(clause.Group, StringComparison.OrdinalIgnoreCase);
}
