using FireproofBench.Gateways.Cloud.Protocol;
using Microsoft.AspNetCore.Http;

namespace FireproofBench.Endpoint.Cloud;

/// <summary>Where messages come in: a socket, or requests of their own.</summary>
internal sealed class CloudPlace
{
    /// <summary>The path of messages below the endpoint's own.</summary>
    public const string Messages = "/fp";

    /// <summary>The path of the WebSocket below the endpoint's own.</summary>
    public const string Socket = "/ws";

    private const int MaxOpen = 100;

    private readonly HashSet<CloudConnection>? _open;

    /// <summary>Where a request came in.</summary>
    /// <param name="http">The request.</param>
    /// <param name="path">The path that it matched, below the endpoint's own.</param>
    /// <param name="options">Where the endpoint is for those who are elsewhere.</param>
    public CloudPlace(HttpContext http, string path, CloudOptions options)
    {
        string own = http.Request.PathBase + http.Request.Path;
        own = own.EndsWith(path, StringComparison.OrdinalIgnoreCase) ? own[..^path.Length] : "";
        MessagePath = own + Messages;
        SocketPath = own + Socket;
        string host = options.PublicAddress is { } known ? known.GetLeftPart(UriPartial.Path).TrimEnd('/') : $"{http.Request.Scheme}://{http.Request.Host}{own}";
        Route = host + Messages;

        // On a socket only what was opened there is known. Requests of their own may follow an opening on another endpoint, or before a restart.
        _open = path == Socket ? [] : null;
    }

    /// <summary>The address of messages, without a slash at its end.</summary>
    public string Route { get; }

    /// <summary>The path of messages.</summary>
    public string MessagePath { get; }

    /// <summary>The path of the WebSocket.</summary>
    public string SocketPath { get; }

    /// <summary>Whether one more connection may be opened.</summary>
    public bool CanOpen => _open is null || _open.Count < MaxOpen;

    /// <summary>Whether a message may come from a connection.</summary>
    public bool Knows(CloudConnection connection) => _open is null || _open.Contains(connection);

    /// <summary>A connection is open from now on.</summary>
    public void Add(CloudConnection connection) => _ = _open?.Add(connection);

    /// <summary>A connection is closed.</summary>
    public void Remove(CloudConnection connection) => _ = _open?.Remove(connection);
}
