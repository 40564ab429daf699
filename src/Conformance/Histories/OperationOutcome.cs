namespace FireproofBench.Conformance.Histories;

/// <summary>What is known of an operation when the history ends.</summary>
internal enum OperationOutcome
{
    /// <summary>It was answered, and did what it was asked to.</summary>
    Ok,

    /// <summary>It was refused, and certainly had no effect.</summary>
    Failed,

    /// <summary>It never returned, or nobody knows what came of it: its effect may come at any time after the call, or never.</summary>
    Unknown,
}
