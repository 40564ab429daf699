using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Wrapping;

/// <summary>One call of the data connector with its arguments.</summary>
/// <param name="Operation">Put, get, head, delete or list.</param>
/// <param name="Key">The key; the prefix of a list.</param>
public sealed record DataCall(GatewayOperation Operation, string Key)
{
    /// <summary>What has to hold for a put.</summary>
    public PutCondition Condition { get; init; }

    /// <summary>The bytes of a put from memory; null for other calls and for a put from a source.</summary>
    public ReadOnlyMemory<byte>? Content { get; init; }

    /// <summary>Length of what a put stores, in bytes; 0 for other calls.</summary>
    public long Length { get; init; }

    /// <summary>The part that a get asks for; null for all.</summary>
    public ByteRange? Range { get; init; }

    /// <summary>The version that a delete expects; null for any.</summary>
    public string? Version { get; init; }

    /// <summary>The key behind which a list starts; null for the start.</summary>
    public string? After { get; init; }

    /// <summary>The longest page of a list; 0 for other calls.</summary>
    public int Limit { get; init; }

    /// <summary>Whether the second time may have another outcome than the first: a put under a condition, a delete of a version.</summary>
    public bool IsConditional => Condition.IsIfAbsent || Condition.Version is not null || Version is not null;

    /// <summary>Whether the call can change what is stored.</summary>
    public bool Changes => Operation is GatewayOperation.Put or GatewayOperation.Delete;
}
