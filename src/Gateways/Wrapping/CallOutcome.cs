using System.Collections.Immutable;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Wrapping;

/// <summary>How a call returned.</summary>
public sealed record CallOutcome
{
    /// <summary>Place of the return among all calls and returns of the history. A call with a larger number than another's return came after it.</summary>
    public required long Sequence { get; init; }

    /// <summary>When it returned, since the history began.</summary>
    public required TimeSpan At { get; init; }

    /// <summary>How it failed; null when it did not, or was cancelled, or threw what the port does not know.</summary>
    public StorageErrorKind? Error { get; init; }

    /// <summary>Whether it was cancelled.</summary>
    public bool Cancelled { get; init; }

    /// <summary>What was thrown that is neither a storage failure nor a cancellation: the type's name; null when nothing was.</summary>
    public string? Thrown { get; init; }

    /// <summary>Whether a get or head found the object, or a delete removed one; null for other calls and for failures.</summary>
    public bool? Found { get; init; }

    /// <summary>The version that a put made or that a get or head saw, or the token of a reading of heads; null when there is none.</summary>
    public string? Version { get; init; }

    /// <summary>What a get gave, as the content id of raw bytes; null for other calls.</summary>
    public Cid? Content { get; init; }

    /// <summary>Length of the whole object that a get or head saw, in bytes; null for other calls.</summary>
    public long? Length { get; init; }

    /// <summary>The keys of a page, or the content ids of the heads, in the order in which they came.</summary>
    public ImmutableArray<string> Names { get; init; } = [];

    /// <summary>Where the next page starts; null when the listing is complete, and for other calls.</summary>
    public string? Next { get; init; }

    /// <summary>Whether the call did what it was asked to.</summary>
    public bool Succeeded => Error is null && !Cancelled && Thrown is null;
}
