namespace FireproofBench.Gateways.Http;

/// <summary>What a call does on the server: it decides what a lost answer means.</summary>
internal enum HttpEffect
{
    /// <summary>Changes nothing. A lost answer is a fault that may pass.</summary>
    Reads,

    /// <summary>Changes something, and the same change twice is the same as once: a put in any case, a delete in any case. A lost answer is a fault that may pass.</summary>
    Repeatable,

    /// <summary>Changes something under a condition, or counts: the second time has another outcome. A lost answer is ambiguous, and the call is never sent again by itself.</summary>
    Once,
}
