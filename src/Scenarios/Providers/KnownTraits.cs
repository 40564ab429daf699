namespace FireproofBench.Scenarios.Providers;

/// <summary>The facts that a run can be compared with, in words that a program reads. Null where nothing is known.</summary>
internal sealed record KnownTraits
{
    /// <summary>What becomes of create-if-absent: <c>enforced</c>, <c>refused</c>, <c>ignored</c> or <c>not-atomic</c>.</summary>
    public string? ConditionalCreate { get; init; }

    /// <summary>What becomes of replace-if-version.</summary>
    public string? ConditionalReplace { get; init; }

    /// <summary>What becomes of delete-if-version.</summary>
    public string? ConditionalDelete { get; init; }

    /// <summary><c>strong</c> or <c>eventual</c>.</summary>
    public string? Consistency { get; init; }

    /// <summary>Longest key, in bytes of UTF-8.</summary>
    public long? KeyBytes { get; init; }

    /// <summary>Most keys of one page of a listing.</summary>
    public long? ListPageKeys { get; init; }

    /// <summary>Whether listings come in the order of the keys.</summary>
    public bool? OrderedListing { get; init; }

    /// <summary>The only form of an entity tag that If-Match takes: <c>quoted</c> or <c>unquoted</c>.</summary>
    public string? EntityTagForm { get; init; }

    /// <summary>Whether an object has an earlier version again when its content is the same again.</summary>
    public bool? VersionReturns { get; init; }

    /// <summary>How often one key may be written in a second.</summary>
    public long? SameKeyWritesPerSecond { get; init; }
}
