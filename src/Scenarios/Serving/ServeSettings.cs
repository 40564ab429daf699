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

    /// <summary>File of the keys that sign tokens of the cloud protocol; null when it is not spoken.</summary>
    public string? Cloud { get; init; }

    /// <summary>Whether clients of that protocol are to send requests instead of using a WebSocket.</summary>
    public bool CloudSendsRequests { get; init; }

    /// <summary>Whether writes of theirs are refused, instead of thrown away, when the token may only read.</summary>
    public bool CloudRefusesWrites { get; init; }

    /// <summary>The address by which such clients reach the endpoint; null for the one that they use.</summary>
    public Uri? PublicAddress { get; init; }

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
