namespace FireproofBench.Load.Recording;

/// <summary>What a step did in one interval.</summary>
/// <param name="Step">Its name.</param>
/// <param name="Failed">Calls that failed; they are in no latency.</param>
/// <param name="Bytes">Bytes of content that successful calls moved.</param>
/// <param name="Intended">Latencies from the intended start of the iteration.</param>
/// <param name="Actual">Latencies from the actual start of the call.</param>
internal sealed record StepRow(string Step, long Failed, long Bytes, LatencySummary Intended, LatencySummary Actual)
{
    /// <summary>Calls that succeeded.</summary>
    public long Succeeded => Actual.Count;
}
