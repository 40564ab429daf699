using System.Diagnostics.CodeAnalysis;
using FireproofBench.Engine.Crypto;

namespace FireproofBench.Simulation.Checking;

/// <summary>A sealed file as it lies: <c>{iv: 12 bytes, data: the sealed bytes with a tag of 16, keyId: 32 bytes}</c>, each field at its place. Read apart from the engine, whose work is looked at.</summary>
internal readonly ref struct SealedLayout
{
    /// <summary>The length of the tag that ends the sealed bytes, in bytes.</summary>
    public const int TagLength = 16;

    private const int NonceAt = 5;
    private const int NonceLength = 12;
    private const int DataAt = NonceAt + NonceLength + 5;
    private const int KeyLength = 32;
    private const int BehindData = 8 + KeyLength;

    /// <summary>What makes one sealing differ from all others under its key.</summary>
    public required ReadOnlySpan<byte> Nonce { get; init; }

    /// <summary>The sealed bytes, with the tag behind them.</summary>
    public required ReadOnlySpan<byte> Data { get; init; }

    /// <summary>The key it names.</summary>
    public required KeyFingerprint Key { get; init; }

    /// <summary>Reads a file.</summary>
    /// <returns>False when it is too short to be a sealed one.</returns>
    public static bool TryRead(ReadOnlySpan<byte> content, [UnscopedRef] out SealedLayout file)
    {
        file = default;
        int head = content.Length <= DataAt ? 1 : content[DataAt] switch { < 0x58 => 1, 0x58 => 2, 0x59 => 3, _ => 5 };
        int length = content.Length - DataAt - head - BehindData;
        if (length < TagLength)
            return false;
        file = new SealedLayout
        {
            Nonce = content.Slice(NonceAt, NonceLength),
            Data = content.Slice(DataAt + head, length),
            Key = KeyFingerprint.FromBytes(content[^KeyLength..]),
        };
        return true;
    }
}
