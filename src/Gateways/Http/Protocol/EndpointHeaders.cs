namespace FireproofBench.Gateways.Http.Protocol;

/// <summary>Headers of the endpoint's protocol beyond those of HTTP, and the values that both sides know.</summary>
internal static class EndpointHeaders
{
    /// <summary>On every answer of an endpoint: what comes without it comes from somebody else on the way, whatever its status.</summary>
    public const string Marker = "Fireproof-Endpoint";

    /// <summary>The value of <see cref="Marker"/>: the version of the protocol.</summary>
    public const string Version = "1";

    /// <summary>On every refusal: the name of a <see cref="Engine.Ports.StorageErrorKind"/>, or <see cref="Absent"/>.</summary>
    public const string Error = "Fireproof-Error";

    /// <summary>The value of <see cref="Error"/> when there is no such object: only so marked is a 404 an absence.</summary>
    public const string Absent = "Absent";

    /// <summary>On a conditional write: an id that no other write has. On an answer to GET and HEAD: the id of the write that made the object, when the endpoint remembers.</summary>
    public const string WriteId = "Fireproof-Write-Id";

    /// <summary>The endpoint's name for a request that it refused.</summary>
    public const string RequestId = "X-Request-Id";

    /// <summary>Longest id of a write, in characters.</summary>
    public const int MaxWriteIdLength = 64;

    /// <summary>The name that the endpoint gives its sockets.</summary>
    public const string SocketProtocol = "fireproof.v1";

    /// <summary>What comes before a token that is offered as the name of a sub-protocol, by those who cannot set headers.</summary>
    public const string SocketToken = "fireproof.token.";
}
