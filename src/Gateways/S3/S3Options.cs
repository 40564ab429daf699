using Amazon.Runtime;

namespace FireproofBench.Gateways.S3;

/// <summary>Which bucket, at which S3-compatible store, and how it is to be used.</summary>
public sealed record S3Options
{
    /// <summary>The threshold of <see cref="MultipartThreshold"/> when none is given: 16 MiB.</summary>
    public const long DefaultMultipartThreshold = 16 << 20;

    /// <summary>The length of a part when none is given: 8 MiB.</summary>
    public const int DefaultPartLength = 8 << 20;

    /// <summary>Shortest part that the protocol allows (the last one excepted): 5 MiB.</summary>
    public const int MinPartLength = 5 << 20;

    /// <summary>The bucket.</summary>
    public required string Bucket { get; init; }

    /// <summary>
    /// Stands before every key, with a <c>/</c> between; empty for none. Under the rules of a key. Keys are the paths of the folder layout, so that a folder
    /// which any S3 tool copies below the prefix opens, and the other way round.
    /// </summary>
    public string Prefix { get; init; } = "";

    /// <summary>The store, <c>http://host:port</c> or <c>https://…</c>; null for Amazon's own.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>The region that requests are signed for; null for that of the AWS standard chain, and <c>us-east-1</c> where an endpoint is given.</summary>
    public string? Region { get; init; }

    /// <summary>Whether the bucket is named in the path (<c>host/bucket/key</c>) and not in the host (<c>bucket.host/key</c>).</summary>
    public bool PathStyle { get; init; }

    /// <summary>Whether a bucket that is missing is made before the first call. Else it is an error.</summary>
    public bool CreateBucket { get; init; }

    /// <summary>Content longer than this, in bytes, goes up in parts. A conditional put does so only where the store enforces its condition at the end.</summary>
    public long MultipartThreshold { get; init; } = DefaultMultipartThreshold;

    /// <summary>Length of a part in bytes, at least <see cref="MinPartLength"/>; longer where an object would need more than 10,000 of them.</summary>
    public int PartLength { get; init; } = DefaultPartLength;

    /// <summary>How many parts of one object are under way at once, at least 1. Each is in memory.</summary>
    public int ParallelParts { get; init; } = 4;

    /// <summary>How long one request may take: this, and a second for every 100 kB that it carries.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The credentials; null for the AWS standard chain (environment, profile, container, instance), which is asked at the first call.</summary>
    public AWSCredentials? Credentials { get; init; }

    /// <summary>
    /// A profile of the AWS shared files, whose credentials are used where <see cref="Credentials"/> are not given; null for the standard chain. Two stores of different
    /// owners in one process each have their own.
    /// </summary>
    public string? Profile { get; init; }

    /// <summary>Makes connections; null for the usual way. Tests lead the names of hosts to a server of theirs.</summary>
    internal Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>>? Connect { get; init; }
}
