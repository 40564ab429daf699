using System.Collections.Immutable;

namespace FireproofBench.Properties.Reference;

/// <summary>A document as the reference engine reads it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Json">The document as DAG-JSON; null when it is deleted.</param>
public sealed record ReferenceDocument(string Id, string? Json)
{
    /// <summary>Its attached files by name.</summary>
    public ImmutableDictionary<string, ReferenceFile> Files { get; init; } = ImmutableDictionary<string, ReferenceFile>.Empty;

    /// <summary>Whether a tombstone stands where the document was.</summary>
    public bool Deleted => Json is null;
}
