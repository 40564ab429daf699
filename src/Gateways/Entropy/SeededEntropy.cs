using System.Buffers.Binary;
using System.Numerics;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Entropy;

/// <summary>Random bytes that one seed repeats, for tests and simulation. Never for keys in real use: whoever knows the seed knows them.</summary>
/// <remarks>xoshiro256** (Blackman and Vigna), its state filled by SplitMix64 from the seed. The bytes depend on the seed and the order of the calls only. Safe for any number of callers.</remarks>
public sealed class SeededEntropy : IEntropy
{
    private readonly Lock _lock = new();
    private ulong _a;
    private ulong _b;
    private ulong _c;
    private ulong _d;

    /// <summary>The source of a seed.</summary>
    public SeededEntropy(ulong seed)
    {
        _a = SplitMix(ref seed);
        _b = SplitMix(ref seed);
        _c = SplitMix(ref seed);
        _d = SplitMix(ref seed);
    }

    /// <inheritdoc/>
    public void Fill(Span<byte> destination)
    {
        lock (_lock)
        {
            for (; destination.Length >= sizeof(ulong); destination = destination[sizeof(ulong)..])
                BinaryPrimitives.WriteUInt64LittleEndian(destination, Next());
            if (destination.IsEmpty)
                return;
            Span<byte> last = stackalloc byte[sizeof(ulong)];
            BinaryPrimitives.WriteUInt64LittleEndian(last, Next());
            last[..destination.Length].CopyTo(destination);
        }
    }

    private static ulong SplitMix(ref ulong state)
    {
        unchecked
        {
            state += 0x9e3779b97f4a7c15;
            ulong z = state;
            z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
            z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
            return z ^ (z >> 31);
        }
    }

    private ulong Next()
    {
        unchecked
        {
            ulong result = BitOperations.RotateLeft(_b * 5, 7) * 9;
            ulong shifted = _b << 17;
            _c ^= _a;
            _d ^= _b;
            _b ^= _c;
            _a ^= _d;
            _c ^= shifted;
            _d = BitOperations.RotateLeft(_d, 45);
            return result;
        }
    }
}
