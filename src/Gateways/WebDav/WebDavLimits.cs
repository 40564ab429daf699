namespace FireproofBench.Gateways.WebDav;

/// <summary>How much of a listing is believed. All of it comes from outside.</summary>
internal static class WebDavLimits
{
    /// <summary>Longest listing of one folder, in characters: some 500,000 names.</summary>
    public const long ListingCharacters = 1L << 28;

    /// <summary>Longest text of one element of a listing, in characters: a path of the longest key, all percent-encoded.</summary>
    public const int TextCharacters = 8192;

    /// <summary>Elements within each other.</summary>
    public const int Depth = 32;

    /// <summary>Folders that are remembered as made.</summary>
    public const int KnownFolders = 4096;
}
