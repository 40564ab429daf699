namespace FireproofBench.Conformance;

/// <summary>When a clause runs within the run.</summary>
internal enum ClauseSlot
{
    /// <summary>Beside others: it looks only at keys of its own.</summary>
    Shared,

    /// <summary>With nothing beside it: it needs the store's whole attention to provoke races.</summary>
    Alone,

    /// <summary>After all others, with nothing beside it: it looks back over the run.</summary>
    Closing,
}
