using System.Diagnostics.CodeAnalysis;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Crypto;

namespace FireproofBench.Engine.Ports;

/// <summary>A key of a database that stands in the clear beside its heads, as the reference engine's "meta with keys" has it: whoever reads the heads can open the files.</summary>
/// <remarks>Never printed: its text form is the fingerprint. <see cref="WriteText"/> is for the meta file alone.</remarks>
public sealed class PublishedKey
{
    /// <summary>Longest text of a key, in characters: <c>z</c> and the base58btc of 32 bytes.</summary>
    public const int MaxTextLength = 46;

    /// <summary>Most keys that are read or written beside one entry; further ones are passed over.</summary>
    public const int MaxKeys = 64;

    private readonly byte[] _key;

    private PublishedKey(byte[] key)
    {
        _key = key;
        Fingerprint = KeyFingerprint.Of(key);
    }

    /// <summary>The name of the key.</summary>
    public KeyFingerprint Fingerprint { get; }

    /// <summary>A key to publish, copied.</summary>
    public static PublishedKey Of(FileKey key) => new(key.ExportBytes());

    /// <summary>Reads the text of a key.</summary>
    /// <returns>False for what is no AES key in base58btc with the prefix <c>z</c>.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out PublishedKey? key)
    {
        key = text.Length <= MaxTextLength && text is ['z', .. var digits] && Base58.TryDecode(digits, out byte[] raw) && raw.Length is 16 or 24 or 32
            ? new PublishedKey(raw)
            : null;
        return key is not null;
    }

    /// <summary>Writes the text of the key: <c>z</c> and base58btc.</summary>
    /// <param name="text">Room for <see cref="MaxTextLength"/> characters.</param>
    /// <returns>How many were written.</returns>
    public int WriteText(Span<char> text)
    {
        text[0] = 'z';
        return 1 + Base58.Encode(_key, text[1..]);
    }

    /// <summary>The fingerprint, never the key.</summary>
    public override string ToString() => Fingerprint.ToString();

    /// <summary>The key, for a ring.</summary>
    internal FileKey ToFileKey() => FileKey.FromBytes(_key);
}
