using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using FireproofBench.Gateways.Entropy;

namespace FireproofBench.Gateways.Simulated;

/// <summary>How often a fault strikes, how long it lasts, and the chance that decides.</summary>
/// <param name="rate">The part of the occasions at which it strikes: above 0, at most 1.</param>
/// <param name="lag">How long what is late is late.</param>
/// <param name="time">The clock of the store.</param>
/// <param name="seed">Decides everything left to chance.</param>
internal sealed class FaultSetting(double rate, TimeSpan lag, TimeProvider time, long seed)
{
    private readonly SeededEntropy _chance = new((ulong)seed);

    public TimeSpan Lag => lag;

    public TimeProvider Time => time;

    /// <summary>Whether it strikes this time.</summary>
    public bool Strikes() => rate >= 1 || Fraction() < rate;

    /// <summary>Whether it strikes at a place: the same answer each time.</summary>
    public bool StrikesAt(string place) => rate >= 1 || FractionAt(place) < rate;

    /// <summary>From 0 to below 1: the same number for a place each time, whatever was drawn before.</summary>
    public double FractionAt(string place)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        _ = SHA256.HashData(Encoding.UTF8.GetBytes($"{seed} {place}"), digest);
        return FractionOf(digest);
    }

    /// <summary>A time in the ticks of the clock.</summary>
    public long Ticks(TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);

    /// <summary>A number from 0 to below a bound.</summary>
    public int Below(int bound) => (int)(Fraction() * bound);

    /// <summary>Waits as long as the fault lasts.</summary>
    public Task WaitAsync(CancellationToken cancellation) => Task.Delay(lag, time, cancellation);

    /// <summary>From 0 to below 1.</summary>
    public double Fraction()
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        _chance.Fill(bytes);
        return FractionOf(bytes);
    }

    private static double FractionOf(ReadOnlySpan<byte> bytes) => (BinaryPrimitives.ReadUInt64LittleEndian(bytes) >> 11) / (double)(1UL << 53);
}
