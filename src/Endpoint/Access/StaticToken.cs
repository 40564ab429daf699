using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace FireproofBench.Endpoint.Access;

/// <summary>A token that is no JWT: a random text that somebody was given. Only its hash is kept.</summary>
/// <param name="Name">Who has it, for people.</param>
/// <param name="Hash">SHA-256 of the token's UTF-8 bytes, 32 bytes. The token itself should hold at least 128 random bits: a hash of a word can be guessed.</param>
/// <param name="Grants">What it gives.</param>
public sealed record StaticToken(string Name, ReadOnlyMemory<byte> Hash, ImmutableArray<Grant> Grants)
{
    /// <summary>The hash of a token.</summary>
    public static byte[] HashOf(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    /// <summary>Whether a token's hash is this one. Takes the same time for every hash.</summary>
    internal bool Is(ReadOnlySpan<byte> hash) => CryptographicOperations.FixedTimeEquals(hash, Hash.Span);
}
