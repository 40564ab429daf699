namespace FireproofBench.Gateways.Layout;

/// <summary>The order of keys: that of their UTF-8 bytes. UTF-16 gives another one above U+D800 only.</summary>
internal sealed class KeyOrder : IComparer<string>
{
    /// <summary>The order.</summary>
    public static KeyOrder Instance { get; } = new();

    /// <summary>Compares two texts by the bytes of their UTF-8 forms, without making them.</summary>
    public static int Compare(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        int same = left.CommonPrefixLength(right);
        return same == left.Length || same == right.Length
            ? left.Length.CompareTo(right.Length)
            : Weight(left[same]).CompareTo(Weight(right[same]));
    }

    /// <inheritdoc/>
    public int Compare(string? x, string? y) => Compare(x.AsSpan(), y.AsSpan());

    // Surrogates stand for code points above U+FFFF, so they go behind the private use area.
    private static int Weight(char c) => char.IsSurrogate(c) ? c + 0x10000 : c;
}
