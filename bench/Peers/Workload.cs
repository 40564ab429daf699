namespace FireproofBench.Peers;

/// <summary>Something that both sides do.</summary>
/// <param name="Name">As reference.mjs knows it.</param>
/// <param name="Meaning">What one operation is, for the table.</param>
/// <param name="Target">How many times faster than the reference engine it has to be; null where only a report is wanted.</param>
/// <param name="Run">Our side of one round: prepared databases and an empty folder are given.</param>
/// <param name="Rounds">How many rounds at the most; the reference engine takes minutes for some.</param>
internal sealed record Workload(string Name, string Meaning, double? Target, Func<Stage, Task<Round>> Run, int Rounds = int.MaxValue);
