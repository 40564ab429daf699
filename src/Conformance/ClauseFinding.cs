namespace FireproofBench.Conformance;

/// <summary>A clause and what came of it on one store.</summary>
public sealed record ClauseFinding
{
    /// <summary>The clause.</summary>
    public required BookClause Clause { get; init; }

    /// <summary>What came of it.</summary>
    public required ClauseOutcome Outcome { get; init; }

    /// <summary>What was seen, in one sentence with figures; for a clause that was not judged, why.</summary>
    public required string Evidence { get; init; }

    /// <summary>Oddities that its check met and that break nothing, one sentence each; often none.</summary>
    public required IReadOnlyList<string> Quirks { get; init; }

    /// <summary>How long the check took, with the removal of what it wrote.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>The options that run exactly this clause again with the same chance, as C#.</summary>
    public required string Replay { get; init; }
}
