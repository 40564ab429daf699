using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Simulated;

/// <summary>Parts of objects that are kept whole.</summary>
internal static class RangedContent
{
    /// <summary>The part that a get asks for; all for null.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A range that starts before the object, or has no length.</exception>
    public static ObjectContent Within(this ObjectContent whole, ByteRange? range)
    {
        if (range is not { } part)
            return whole;
        ArgumentOutOfRangeException.ThrowIfNegative(part.Offset, nameof(range));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(part.Length, nameof(range));
        int offset = (int)Math.Min(part.Offset, whole.Bytes.Length);
        return whole with { Bytes = whole.Bytes.Slice(offset, (int)Math.Min(part.Length, whole.Bytes.Length - offset)) };
    }
}
