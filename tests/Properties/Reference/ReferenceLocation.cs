namespace FireproofBench.Properties.Reference;

/// <summary>Where a database lies and how the reference engine opens it.</summary>
/// <param name="Directory">The folder that holds the database's folder.</param>
/// <param name="Name">The database's name.</param>
/// <param name="KeyBag">The key bag's folder.</param>
public sealed record ReferenceLocation(string Directory, string Name, string KeyBag)
{
    /// <summary>Whether the database is kept without encryption.</summary>
    public bool Insecure { get; init; }

    /// <summary>The compaction strategy: null for the engine's own, <c>refuse</c> for one that never compacts.</summary>
    public string? Strategy { get; init; }
}
