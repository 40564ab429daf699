namespace FireproofBench.Engine.Ports;

/// <summary>What a data gateway can do. Asked before a call, never found out by catching.</summary>
public sealed record DataTraits
{
    /// <summary>What the gateway speaks to, in one or two words for people: "folder", "memory", "S3".</summary>
    public required string Provider { get; init; }

    /// <summary>Whether <see cref="PutCondition.IfAbsent"/> is enforced. When false such a put fails as Unsupported.</summary>
    public bool ConditionalCreate { get; init; }

    /// <summary>Whether <see cref="PutCondition.IfMatches"/> is enforced. When false such a put fails as Unsupported.</summary>
    public bool ConditionalReplace { get; init; }

    /// <summary>Whether a delete with an expected version is enforced. When false such a delete fails as Unsupported.</summary>
    public bool ConditionalDelete { get; init; }

    /// <summary>The conditions that the store itself takes and does not keep. The gateway refuses them as Unsupported, so the traits above are false for them.</summary>
    public IgnoredConditions Ignored { get; init; }

    /// <summary>Oddities that the gateway found in the store and works around, each in one line for people.</summary>
    public IReadOnlyList<string> Quirks { get; init; } = [];

    /// <summary>Whether listings come in the order of the UTF-8 bytes of the keys, so that "after a key" is exact.</summary>
    public bool OrderedListing { get; init; }

    /// <summary>Whether a read that follows an acknowledged write, by anybody, sees it at once.</summary>
    public bool StronglyConsistent { get; init; }

    /// <summary>Largest object, in bytes. A put of a longer one fails as Unsupported before anything is written.</summary>
    public long MaxObjectLength { get; init; } = long.MaxValue;

    /// <summary>Longest key, in bytes of UTF-8. A longer one is refused as InvalidName, never cut (NAM-06).</summary>
    public int MaxKeyLength { get; init; } = 1024;
}
