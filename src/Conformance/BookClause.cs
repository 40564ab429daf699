namespace FireproofBench.Conformance;

/// <summary>One requirement on a store, for people.</summary>
public sealed record BookClause
{
    /// <summary>Group and number, such as <c>OBJ-01</c>: letters, a dash, two digits. Never reused for another requirement.</summary>
    public required string Id { get; init; }

    /// <summary>How much it weighs.</summary>
    public required ClauseLevel Level { get; init; }

    /// <summary>The level as reports write it: <c>MUST</c>, <c>MUST*</c>, <c>SHOULD</c> or <c>MAY</c>.</summary>
    public required string LevelName { get; init; }

    /// <summary>The letters before the dash.</summary>
    public required string Group { get; init; }

    /// <summary>One sentence that a store keeps or breaks.</summary>
    public required string Requirement { get; init; }

    /// <summary>Why a Fireproof database needs it.</summary>
    public required string Why { get; init; }

    /// <summary>How it is checked.</summary>
    public required string How { get; init; }

    /// <summary>What to do about a store that fails it.</summary>
    public required string WhenItFails { get; init; }

    /// <summary>A clause of the book as it is shown outside.</summary>
    internal static BookClause Of(Clause clause) => new()
    {
        Id = clause.Id,
        Level = clause.Level,
        LevelName = ClauseNames.Of(clause.Level),
        Group = clause.Group,
        Requirement = clause.Requirement,
        Why = clause.Why,
        How = clause.How,
        WhenItFails = clause.WhenItFails,
    };
}
