namespace FireproofBench.Gateways.Simulated;

/// <summary>How long each kind of change takes until everybody sees it; zero for at once.</summary>
internal sealed record VisibilityLags
{
    /// <summary>Until a new object is found by its key.</summary>
    public TimeSpan Create { get; init; }

    /// <summary>Until an overwritten object gives its new content.</summary>
    public TimeSpan Overwrite { get; init; }

    /// <summary>Until a deleted object is gone.</summary>
    public TimeSpan Delete { get; init; }

    /// <summary>Until a new object is listed.</summary>
    public TimeSpan ListAdd { get; init; }

    /// <summary>Until a deleted object is listed no more.</summary>
    public TimeSpan ListRemove { get; init; }

    /// <summary>Whether each key has a part of these times of its own, drawn from nothing to all; else all keys have all of them.</summary>
    public bool AreDrawn { get; init; }
}
