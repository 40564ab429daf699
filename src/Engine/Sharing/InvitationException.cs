namespace FireproofBench.Engine.Sharing;

/// <summary>An invitation that cannot be made or opened. Never tells a key or a passphrase.</summary>
/// <param name="fault">Why.</param>
/// <param name="reason">What is wrong and what to do.</param>
/// <param name="cause">The fault inside, when there is one.</param>
public sealed class InvitationException(InvitationFault fault, string reason, Exception? cause = null) : Exception(reason, cause)
{
    /// <summary>Why.</summary>
    public InvitationFault Fault { get; } = fault;
}
