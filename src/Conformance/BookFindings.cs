namespace FireproofBench.Conformance;

/// <summary>What a run of the book found.</summary>
public sealed record BookFindings
{
    /// <summary>One finding a clause that was asked for, in the order of the book.</summary>
    public required IReadOnlyList<ClauseFinding> Clauses { get; init; }

    /// <summary>What it comes to; null when the store was lost on the way, which leaves no verdict.</summary>
    public required VerdictKind? Verdict { get; init; }

    /// <summary>For <see cref="VerdictKind.SafeWith"/>: the settings under which the store is safe, a sentence each. Else empty.</summary>
    public required IReadOnlyList<string> Settings { get; init; }

    /// <summary>Oddities that belong to no single clause: those that the gateway itself tells in its traits.</summary>
    public required IReadOnlyList<string> Quirks { get; init; }

    /// <summary>Limits that were found, by name; the name ends with the unit, as in <c>keyBytes</c>.</summary>
    public required IReadOnlyDictionary<string, long> Limits { get; init; }

    /// <summary>Keys of the run that are still in the store because they could not be removed; <c>(heads)</c> at the end of one stands for the heads of a database.</summary>
    public required IReadOnlyList<string> Leftovers { get; init; }

    /// <summary>The seed of the run.</summary>
    public required long Seed { get; init; }

    /// <summary>The budget of the run.</summary>
    public required Budget Budget { get; init; }

    /// <summary>How many requests were made of the store, repeated ones included.</summary>
    public required long Requests { get; init; }

    /// <summary>How long the run took, clean-up included.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Why the store could no longer be reached in the middle of the run; null when it could. What was not judged then is inconclusive.</summary>
    public required string? Lost { get; init; }
}
