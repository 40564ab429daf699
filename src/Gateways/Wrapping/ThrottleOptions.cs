namespace FireproofBench.Gateways.Wrapping;

/// <summary>How fast a gateway may be used.</summary>
public sealed record ThrottleOptions
{
    /// <summary>The clock of the pauses.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Calls a second in the long run, above 0; null for no limit.</summary>
    public double? RequestsPerSecond { get; init; }

    /// <summary>Calls that may be made at once after a rest, at least 1.</summary>
    public double RequestBurst { get; init; } = 1;

    /// <summary>Bytes of objects a second in the long run, both ways together, above 0; null for no limit.</summary>
    public double? BytesPerSecond { get; init; }

    /// <summary>Bytes that may move at once after a rest, at least 1. An object above it goes as one piece, and those behind it wait the longer.</summary>
    public double ByteBurst { get; init; } = 1 << 20;
}
