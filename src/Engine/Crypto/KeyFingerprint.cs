using System.Security.Cryptography;
using FireproofBench.Engine.Blocks;

namespace FireproofBench.Engine.Crypto;

/// <summary>The name of a key: SHA-256 of its bytes. Stands in the clear in every sealed file.</summary>
public readonly record struct KeyFingerprint
{
    /// <summary>Length in bytes.</summary>
    public const int Length = SHA256.HashSizeInBytes;

    // A content id is a 32-byte value with the equality that is wanted here; its codec says nothing and is always raw.
    private readonly Cid _digest;

    private KeyFingerprint(Cid digest) => _digest = digest;

    /// <summary>The fingerprint of a raw key: hashes it.</summary>
    public static KeyFingerprint Of(ReadOnlySpan<byte> key) => new(Cid.Of(CidCodec.Raw, key));

    /// <summary>The fingerprint with these 32 bytes.</summary>
    public static KeyFingerprint FromBytes(ReadOnlySpan<byte> bytes) => new(Cid.FromDigest(CidCodec.Raw, bytes));

    /// <summary>Writes the 32 bytes.</summary>
    public void WriteBytes(Span<byte> destination) => _digest.WriteDigest(destination);

    /// <summary>The text that stands in key bags: <c>z</c> and base58btc.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Length];
        WriteBytes(bytes);
        return "z" + Base58.Encode(bytes);
    }
}
