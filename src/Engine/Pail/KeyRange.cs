namespace FireproofBench.Engine.Pail;

/// <summary>Which keys a walk yields. All bounds hold together; the default is every key. Keys compare by their characters (ordinal).</summary>
public sealed record KeyRange
{
    /// <summary>Every key.</summary>
    public static KeyRange All { get; } = new();

    /// <summary>Only keys that start with this.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>The first key, itself included; null for no bound.</summary>
    public string? From { get; init; }

    /// <summary>Only keys behind this one, itself left out; null for no bound.</summary>
    public string? After { get; init; }

    /// <summary>The last key, itself included; null for no bound.</summary>
    public string? To { get; init; }

    /// <summary>Whether a key is in the range.</summary>
    public bool Contains(string key) =>
        key.StartsWith(Prefix, StringComparison.Ordinal)
        && (From is null || string.CompareOrdinal(key, From) >= 0)
        && (After is null || string.CompareOrdinal(key, After) > 0)
        && (To is null || string.CompareOrdinal(key, To) <= 0);

    /// <summary>Whether a key that starts with <paramref name="prefix"/> can be in the range.</summary>
    internal bool MayContainBelow(string prefix) =>
        (prefix.StartsWith(Prefix, StringComparison.Ordinal) || Prefix.StartsWith(prefix, StringComparison.Ordinal))
        && !EndsBefore(prefix, From)
        && !EndsBefore(prefix, After)
        && (To is null || string.CompareOrdinal(prefix, To) <= 0);

    // Every key below the prefix lies before the bound when the prefix does and the bound does not go on from it.
    private static bool EndsBefore(string prefix, string? bound) =>
        bound is not null && string.CompareOrdinal(prefix, bound) < 0 && !bound.StartsWith(prefix, StringComparison.Ordinal);
}
