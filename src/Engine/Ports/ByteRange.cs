namespace FireproofBench.Engine.Ports;

/// <summary>A part of an object.</summary>
/// <param name="Offset">First byte, counted from 0.</param>
/// <param name="Length">How many bytes at the most, at least 1. A range that starts inside the object and ends beyond it is cut at its end.</param>
public readonly record struct ByteRange(long Offset, long Length);
