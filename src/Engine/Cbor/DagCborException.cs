namespace FireproofBench.Engine.Cbor;

/// <summary>Bytes that are not strict DAG-CBOR, or go beyond a named limit.</summary>
/// <param name="offset">Where, counted in bytes from the start of the block.</param>
/// <param name="reason">What is wrong there.</param>
public sealed class DagCborException(int offset, string reason) : FormatException($"DAG-CBOR at byte {offset}: {reason}")
{
    /// <summary>Where the fault was found, in bytes from the start.</summary>
    public int Offset { get; } = offset;
}
