namespace FireproofBench.Properties.Reference;

/// <summary>An attached file as the reference engine reads it.</summary>
/// <param name="Bytes">Its bytes; null when it cannot be read.</param>
/// <param name="Failure">Why it cannot; null when it can.</param>
public sealed record ReferenceFile(byte[]? Bytes, string? Failure);
