using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Simulation.World;

/// <summary>Seeded chance: the same seed and label give the same throws. Safe for several tasks at once (their order then decides who gets which).</summary>
internal sealed class Dice : IEntropy
{
    private long _state;

    /// <summary>Dice for one purpose within a run.</summary>
    /// <param name="seed">The seed of the run.</param>
    /// <param name="label">What they are for, such as a clause id.</param>
    public Dice(long seed, string label)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{seed}\n{label}"), digest);
        _state = BinaryPrimitives.ReadInt64LittleEndian(digest);
    }

    /// <summary>Dice from a number that is one of many already.</summary>
    /// <param name="state">The number.</param>
    public Dice(long state) => _state = state;

    /// <summary>The next 64 bits.</summary>
    // SplitMix64 (Steele, Lea, Flood 2014): one addition a step, so that it can be shared without a lock.
    public ulong Next()
    {
        ulong z = unchecked((ulong)Interlocked.Add(ref _state, unchecked((long)0x9E3779B97F4A7C15)));
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>A number from 0 up to, but not including, <paramref name="bound"/>.</summary>
    public int Below(int bound) => (int)(Next() % (ulong)bound);

    /// <summary>A number from 0 up to, but not including, 1.</summary>
    public double Fraction() => (Next() >> 11) / (double)(1UL << 53);

    /// <summary>True once in <paramref name="n"/> throws on average.</summary>
    public bool OneIn(int n) => Below(n) == 0;

    /// <summary>Lower-case hexadecimal digits.</summary>
    public string Hex(int digits) => Next().ToString("x16", System.Globalization.CultureInfo.InvariantCulture)[..digits];

    /// <inheritdoc/>
    public void Fill(Span<byte> destination)
    {
        Span<byte> word = stackalloc byte[8];
        while (destination.Length > 0)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(word, Next());
            int n = Math.Min(8, destination.Length);
            word[..n].CopyTo(destination);
            destination = destination[n..];
        }
    }

    /// <summary>Random bytes.</summary>
    public byte[] Bytes(int length)
    {
        byte[] bytes = new byte[length];
        Fill(bytes);
        return bytes;
    }
}
