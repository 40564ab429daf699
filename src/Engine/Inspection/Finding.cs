namespace FireproofBench.Engine.Inspection;

/// <summary>One thing that an inspection found.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Subject">The object's key or the block's content id; <c>heads</c> for the heads as a whole.</param>
/// <param name="Reason">What is wrong, or what refers to it, in one sentence without a full stop.</param>
public sealed record Finding(FindingKind Kind, string Subject, string Reason)
{
    /// <summary>Whether something is lost or broken; the other kinds do no harm by themselves.</summary>
    public bool IsDamage => Kind <= FindingKind.MissingAttachment;
}
