using System.Security.Cryptography;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Entropy;

/// <summary>The system's cryptographic source of randomness: the one for real use.</summary>
public sealed class SystemEntropy : IEntropy
{
    /// <summary>The source; it has no state of its own.</summary>
    public static SystemEntropy Instance { get; } = new();

    /// <inheritdoc/>
#pragma warning disable RS0030 // The one place where randomness enters: everybody else takes an IEntropy.
    public void Fill(Span<byte> destination) => RandomNumberGenerator.Fill(destination);
#pragma warning restore RS0030
}
