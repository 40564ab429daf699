namespace FireproofBench.Load.Recording;

/// <summary>Something of the engine's that explains a change of the latencies, such as a compaction.</summary>
/// <param name="At">When it ended, from the start of the measured part.</param>
/// <param name="Name">What it was, such as <see cref="Compaction"/>.</param>
/// <param name="Duration">How long it took; zero for what has no length, or none that is known.</param>
internal sealed record EngineEvent(TimeSpan At, string Name, TimeSpan Duration)
{
    /// <summary>A device wrote.</summary>
    public const string Commit = "commit";

    /// <summary>A device took in what others wrote.</summary>
    public const string Merge = "merge";

    /// <summary>A device merged files of its log.</summary>
    public const string Compaction = "compaction";

    /// <summary>A merge of files of the log failed; writes go on without it.</summary>
    public const string CompactionFailure = "compaction failure";

    /// <summary>A round with the store failed; the device tries again.</summary>
    public const string SyncFailure = "sync failure";

    /// <summary>The store showed an older state than before, and was given the newer one again.</summary>
    public const string Regression = "regression";

    /// <summary>A device was away from the store, and came back.</summary>
    public const string Offline = "offline";

    /// <summary>All devices came back at once with what they wrote apart.</summary>
    public const string Storm = "storm";
}
