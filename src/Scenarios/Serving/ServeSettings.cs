using System.Collections.Immutable;

namespace FireproofBench.Scenarios.Serving;

/// <summary>What an endpoint is run with.</summary>
internal sealed record ServeSettings
{
    /// <summary>Where to listen: scheme, address of this machine, port.</summary>
    public required Uri Listen { get; init; }

    /// <summary>Where objects are.</summary>
    public required string Data { get; init; }

    /// <summary>Where heads are.</summary>
    public required string Meta { get; init; }

    /// <summary>File of a JWK set; null for none.</summary>
    public string? Trust { get; init; }

    /// <summary>File of a policy; null for none.</summary>
    public string? Policy { get; init; }

    /// <summary>Pages of which origins may call.</summary>
    public ImmutableArray<string> Origins { get; init; } = [];

    /// <summary>File of the certificate chain; null without https.</summary>
    public string? Certificate { get; init; }

    /// <summary>File of its key; null when it is in the same file.</summary>
    public string? CertificateKey { get; init; }

    /// <summary>Longest object in bytes; null for the endpoint's own limit.</summary>
    public long? MaxObjectLength { get; init; }

    /// <summary>Longest headers of a request in bytes; null for the server's own limit.</summary>
    public int? MaxHeaderLength { get; init; }

    /// <summary>Bytes a second that a caller has to send or take; null for the server's own limit.</summary>
    public double? MinRate { get; init; }

    /// <summary>Requests a second of one caller; null for no limit.</summary>
    public double? RatePerSecond { get; init; }

    /// <summary>Requests at once before the rate holds; null for the endpoint's own.</summary>
    public int? RateBurst { get; init; }

    /// <summary>Whether logs are lines of JSON.</summary>
    public bool LogsAreForMachines { get; init; }
}
