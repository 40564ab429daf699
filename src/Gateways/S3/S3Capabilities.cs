using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.S3;

/// <summary>What a store was found to do when it was asked.</summary>
internal sealed record S3Capabilities
{
    /// <summary>Before anything was asked: nothing can be relied on.</summary>
    public static S3Capabilities Unknown { get; } = new();

    /// <summary>If-None-Match on a put.</summary>
    public S3Support Create { get; init; } = S3Support.Refused;

    /// <summary>If-Match on a put.</summary>
    public S3Support Replace { get; init; } = S3Support.Refused;

    /// <summary>If-Match on a delete.</summary>
    public S3Support Delete { get; init; } = S3Support.Refused;

    /// <summary>If-None-Match at the end of an upload in parts.</summary>
    public S3Support CompleteCreate { get; init; } = S3Support.Refused;

    /// <summary>Whether If-Match takes an entity tag with its quotes, as the standard has it; else only without.</summary>
    public bool QuotedTags { get; init; } = true;

    /// <summary>Whether a put may come in signed chunks (aws-chunked): the way to sign bytes that can be read only once.</summary>
    public bool Chunks { get; init; }

    /// <summary>Whether a listing may lag behind acknowledged writes.</summary>
    public bool LaggingLists { get; init; }

    /// <summary>Oddities, each in one line for people.</summary>
    public IReadOnlyList<string> Quirks { get; init; } = [];

    /// <summary>The conditions that the store takes and does not keep.</summary>
    public IgnoredConditions Ignored =>
        (Create == S3Support.Ignored ? IgnoredConditions.Create : IgnoredConditions.None)
        | (Replace == S3Support.Ignored ? IgnoredConditions.Replace : IgnoredConditions.None)
        | (Delete == S3Support.Ignored ? IgnoredConditions.Delete : IgnoredConditions.None);

    /// <summary>A version as the store takes it in If-Match.</summary>
    public string TagOf(string version) => QuotedTags ? $"\"{version}\"" : version;
}
