namespace FireproofBench.Conformance.Payloads;

/// <summary>Whether a body is what was written.</summary>
internal enum PayloadState
{
    /// <summary>Every byte as written.</summary>
    Whole,

    /// <summary>Shorter than it says.</summary>
    Truncated,

    /// <summary>Longer than it says.</summary>
    Extended,

    /// <summary>As long as it says, with other bytes.</summary>
    Mixed,

    /// <summary>No body of ours.</summary>
    Unrecognised,
}
