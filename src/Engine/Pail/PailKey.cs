namespace FireproofBench.Engine.Pail;

/// <summary>What a pail accepts as a key: printable ASCII, 1 to 4,096 characters.</summary>
public static class PailKey
{
    /// <summary>Longest key, in characters (each one byte). Source: the shard format, <c>maxKeySize</c>.</summary>
    public const int MaxLength = 4096;

    /// <summary>Says what is wrong with a key, or null when nothing is.</summary>
    public static string? Refusal(string key)
    {
        if (key.Length == 0)
            return "it is empty";
        if (key.Length > MaxLength)
            return $"it has {key.Length} characters, at most {MaxLength} are allowed";
        int at = key.AsSpan().IndexOfAnyExceptInRange(' ', '~');
        return at < 0 ? null : $"the character U+{(int)key[at]:X4} at position {at} is not printable ASCII";
    }
}
