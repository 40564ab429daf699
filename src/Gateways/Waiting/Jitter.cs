using System.Buffers.Binary;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Waiting;

/// <summary>Spreads pauses, so that those who lost one server do not come back to it as one.</summary>
internal static class Jitter
{
    /// <summary>A pause between half of one and all of it.</summary>
    public static TimeSpan Of(TimeSpan pause, IEntropy entropy)
    {
        Span<byte> random = stackalloc byte[4];
        entropy.Fill(random);
        return pause * (0.5 + (BinaryPrimitives.ReadUInt32LittleEndian(random) / (2.0 * uint.MaxValue)));
    }
}
