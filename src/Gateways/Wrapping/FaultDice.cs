using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Wrapping;

/// <summary>
/// Decides which calls a rule meets. The decision hangs on the seed, the rule, the operation, the key, and how many such calls came before it: not on what other
/// callers do meanwhile, so that a run replays from its seed even when its calls interleave in another way.
/// </summary>
internal sealed class FaultDice
{
    private readonly byte[] _seed = new byte[32];
    private readonly ConcurrentDictionary<(GatewayOperation Operation, string Key), int> _calls = new();

    public FaultDice(IEntropy entropy) => entropy.Fill(_seed);

    /// <summary>Counts a call. The number of those of its kind before it.</summary>
    public int Count(GatewayOperation operation, string key) => _calls.AddOrUpdate((operation, key), 0, static (_, count) => count + 1);

    /// <summary>Two fractions of 1, evenly spread: one says whether, the other where or how long.</summary>
    public (double Whether, double Where) Throw(int rule, GatewayOperation operation, string key, int count)
    {
        byte[] text = Encoding.UTF8.GetBytes(key);
        byte[] input = new byte[12 + text.Length];
        BinaryPrimitives.WriteInt32LittleEndian(input, rule);
        BinaryPrimitives.WriteInt32LittleEndian(input.AsSpan(4), (int)operation);
        BinaryPrimitives.WriteInt32LittleEndian(input.AsSpan(8), count);
        text.CopyTo(input.AsSpan(12));
        Span<byte> digest = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_seed, input, digest);
        return (FractionOf(digest), FractionOf(digest[8..]));
    }

    private static double FractionOf(ReadOnlySpan<byte> bytes) => (BinaryPrimitives.ReadUInt64LittleEndian(bytes) >> 11) / (double)(1UL << 53);
}
