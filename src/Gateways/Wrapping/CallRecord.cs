using System.Collections.Immutable;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Wrapping;

/// <summary>One call of a history: who called what with which arguments, when, and what became of it.</summary>
/// <remarks>Contents are kept as content ids, so a history of large objects stays small; equal ids mean equal bytes.</remarks>
public sealed record CallRecord
{
    /// <summary>Who called. Calls of one client may overlap.</summary>
    public required string Client { get; init; }

    /// <summary>The call.</summary>
    public required GatewayOperation Operation { get; init; }

    /// <summary>The key; the prefix of a list; the content id of the entry of a publication; empty for a reading of heads.</summary>
    public required string Key { get; init; }

    /// <summary>Place of the call among all calls and returns of the history, from 0 on.</summary>
    public required long Sequence { get; init; }

    /// <summary>When it was called, since the history began.</summary>
    public required TimeSpan At { get; init; }

    /// <summary>What had to hold for a put.</summary>
    public PutCondition Condition { get; init; }

    /// <summary>What a put stores, as the content id of raw bytes; null for other calls, and while nobody has read its source to the end.</summary>
    public Cid? Content { get; init; }

    /// <summary>Length of what a put stores, in bytes; null for other calls.</summary>
    public long? Length { get; init; }

    /// <summary>The part that a get asks for; null for all.</summary>
    public ByteRange? Range { get; init; }

    /// <summary>The version that a delete expects; null for any.</summary>
    public string? Version { get; init; }

    /// <summary>The key behind which a list starts; null for the start.</summary>
    public string? After { get; init; }

    /// <summary>The longest page of a list; null for other calls.</summary>
    public int? Limit { get; init; }

    /// <summary>What a publication drops: content ids.</summary>
    public ImmutableArray<string> Superseded { get; init; } = [];

    /// <summary>How it returned; null while it has not.</summary>
    public CallOutcome? Outcome { get; init; }

    /// <summary>What is known of its effect on the store.</summary>
    public CallEffect Effect
    {
        get
        {
            if (Operation is not (GatewayOperation.Put or GatewayOperation.Delete or GatewayOperation.Publish))
                return CallEffect.None;
            if (Outcome is not { } outcome)
                return CallEffect.Unknown;
            if (outcome.Succeeded)
                return Operation == GatewayOperation.Delete && outcome.Found == false ? CallEffect.None : CallEffect.Happened;
            bool refused = outcome.Error is StorageErrorKind.NotAuthorized or StorageErrorKind.PreconditionFailed or StorageErrorKind.Throttled
                or StorageErrorKind.MissingContainer or StorageErrorKind.InvalidName or StorageErrorKind.NoSpace or StorageErrorKind.Unsupported;
            return refused ? CallEffect.None : CallEffect.Unknown;
        }
    }

    /// <summary>Whether this call had returned before another was made. Two calls of which neither precedes the other overlap.</summary>
    public bool Precedes(CallRecord other) => Outcome is { } outcome && outcome.Sequence < other.Sequence;
}
