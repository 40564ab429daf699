namespace FireproofBench.Conformance.Payloads;

/// <summary>What a body says of itself, and whether that is true.</summary>
/// <param name="State">Whether it is whole.</param>
/// <param name="Key">The key that it was written for.</param>
/// <param name="Version">The version that it was written as.</param>
/// <param name="Writer">Who wrote it.</param>
/// <param name="SaidLength">The length that it says, in bytes.</param>
/// <param name="Length">The length that it has, in bytes.</param>
internal sealed record PayloadReading(PayloadState State, string Key, long Version, int Writer, int SaidLength, int Length)
{
    /// <summary>What is wrong with it as a body of <paramref name="key"/>; null when nothing is.</summary>
    public string? FaultFor(string key) => State switch
    {
        PayloadState.Whole when string.Equals(Key, key, StringComparison.Ordinal) => null,
        PayloadState.Whole => $"the bytes of another key, {Printable.Key(Key)}",
        PayloadState.Truncated => $"{Length} of {SaidLength} bytes",
        PayloadState.Extended => $"{Length} bytes where {SaidLength} were written",
        PayloadState.Mixed => $"{Length} bytes that no writer wrote as a whole (version {Version} at their start)",
        _ => $"{Length} bytes that are none of ours",
    };
}
