namespace FireproofBench.Gateways.Wrapping;

/// <summary>The ways in which a faulty gateway can be wrong.</summary>
public enum FaultKind
{
    /// <summary>The call fails and is not made below.</summary>
    FailBefore,

    /// <summary>The call is made below, and then fails: its answer is lost.</summary>
    FailAfter,

    /// <summary>The call is not made below and never returns, until it is cancelled.</summary>
    HangBefore,

    /// <summary>The call is made below and never returns, until it is cancelled.</summary>
    HangAfter,

    /// <summary>The call is made late.</summary>
    Delay,

    /// <summary>A get gives fewer bytes than there are, and says nothing of it.</summary>
    ShortRead,

    /// <summary>A get gives as many bytes as there are, one bit of them wrong.</summary>
    CorruptRead,

    /// <summary>A get or head tells of the object as it was before its last change through this gateway; a list leaves out keys that such a change made.</summary>
    StaleRead,
}
