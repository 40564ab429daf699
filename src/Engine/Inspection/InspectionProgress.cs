namespace FireproofBench.Engine.Inspection;

/// <summary>How far an inspection is.</summary>
/// <param name="Files">Files read.</param>
/// <param name="Total">Files to read, as far as is known.</param>
/// <param name="Bytes">Bytes read, as they are stored.</param>
public readonly record struct InspectionProgress(long Files, long Total, long Bytes);
