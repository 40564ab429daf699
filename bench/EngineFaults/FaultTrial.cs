namespace FireproofBench.EngineFaults;

/// <summary>One build, judged by the clauses that have to tell its fault.</summary>
/// <param name="Id">The fault; <see cref="Sound"/> for the sources as they are.</param>
/// <param name="Store">What it was judged on.</param>
/// <param name="Clauses">The clauses that were run, with what became of each.</param>
/// <param name="Failed">Those that failed, with their evidence.</param>
/// <param name="Trouble">Why there is no report: it does not build, or the run did not end; null when there is one.</param>
internal sealed record FaultTrial(
    string Id, string Store, IReadOnlyDictionary<string, string> Clauses, IReadOnlyDictionary<string, string> Failed, string? Trouble)
{
    /// <summary>The id of the sources without a fault.</summary>
    public const string Sound = "sound";

    /// <summary>Whether a clause failed that was asked because of the fault.</summary>
    public bool IsCaught => Failed.Count > 0;
}
