namespace FireproofBench.Engine.Crypto;

/// <summary>A sealed file that cannot be opened.</summary>
/// <param name="fault">Why.</param>
/// <param name="reason">What is wrong, without any secret.</param>
/// <param name="cause">The fault inside, when there is one.</param>
public sealed class SealException(SealFault fault, string reason, Exception? cause = null) : Exception(reason, cause)
{
    /// <summary>Why the file cannot be opened.</summary>
    public SealFault Fault { get; } = fault;

    /// <summary>The key that would open the file, when it is <see cref="SealFault.UnknownKey"/>; else null.</summary>
    public KeyFingerprint? Key { get; init; }
}
