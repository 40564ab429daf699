namespace FireproofBench.Conformance;

/// <summary>How the book is run.</summary>
public sealed record BookOptions
{
    /// <summary>How much may be asked of the store.</summary>
    public Budget Budget { get; init; } = Budget.Standard;

    /// <summary>Decides everything that is left to chance; null for one that is drawn and told in <see cref="BookFindings.Seed"/>.</summary>
    public long? Seed { get; init; }

    /// <summary>The clauses to run: ids (<c>LST-05</c>) and groups (<c>CAS</c>), in any letter case. Empty for all.</summary>
    public IReadOnlyCollection<string> Only { get; init; } = [];
}
