using System.Net;
using System.Net.WebSockets;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Http.Protocol;

namespace FireproofBench.Gateways.Http.Push;

/// <summary>A subscription over a WebSocket.</summary>
internal sealed class SocketChannel : IPushChannel
{
    private const int TokenEnded = 4401;

    private readonly MessageSocket _socket;

    private SocketChannel(MessageSocket socket) => _socket = socket;

    /// <summary>Opens a socket.</summary>
    /// <exception cref="StorageException">NotAuthorized, or as the connection fails.</exception>
    public static async ValueTask<SocketChannel> OpenAsync(HttpEndpoint endpoint, Uri address, CancellationToken cancellation)
    {
        MessageSocket socket = new(endpoint.Options.Time);
        ClientWebSocketOptions options = socket.Socket.Options;
        options.CollectHttpResponseDetails = true;
        options.AddSubProtocol(EndpointHeaders.SocketProtocol);
        if (endpoint.Authorization is { } token)
            options.SetRequestHeader("Authorization", token.ToString());
        try
        {
            await socket.OpenAsync(WithScheme(address), static _ => ValueTask.CompletedTask, cancellation);
            return new SocketChannel(socket);
        }
        catch (Exception failure)
        {
            HttpStatusCode status = socket.Socket.HttpStatusCode;
            bool isMarked = socket.Socket.HttpResponseHeaders?.ContainsKey(EndpointHeaders.Marker) ?? false;
            await socket.DisposeAsync();
            if (status != 0 && failure is StorageException)
                throw OfStatus(status, isMarked, failure);
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<ReadOnlyMemory<byte>?> NextAsync(CancellationToken cancellation) => await _socket.NextAsync(cancellation) ?? Closed();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _socket.DisposeAsync();

    private static Uri WithScheme(Uri address) => new(
        (address.Scheme == Uri.UriSchemeHttps ? "wss" : "ws") + address.OriginalString[address.Scheme.Length..],
        new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });

    private static StorageException OfStatus(HttpStatusCode status, bool isMarked, Exception failure)
    {
        StorageErrorKind kind = (status, isMarked) switch
        {
            (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden, true) => StorageErrorKind.NotAuthorized,
            (HttpStatusCode.BadRequest, true) => StorageErrorKind.InvalidName,
            (HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable, _) => StorageErrorKind.Throttled,
            _ => StorageErrorKind.Unsupported,
        };
        return new StorageException(kind, "subscribe", "", $"the server answers {(int)status} instead of opening a socket", failure);
    }

    private ReadOnlyMemory<byte>? Closed() => (int?)_socket.Socket.CloseStatus == TokenEnded
        ? throw new StorageException(StorageErrorKind.NotAuthorized, "subscribe", "", "the token has ended; take a new one")
        : null;
}
