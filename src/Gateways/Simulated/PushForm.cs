namespace FireproofBench.Gateways.Simulated;

/// <summary>What the service of the heads tells its subscribers.</summary>
internal enum PushForm
{
    /// <summary>Every change, in order.</summary>
    Sound,

    /// <summary>Nothing, and it says so.</summary>
    None,

    /// <summary>Every message twice.</summary>
    Twice,

    /// <summary>Every message, some of them after the next one.</summary>
    Reordered,

    /// <summary>Some messages are lost.</summary>
    Dropped,
}
