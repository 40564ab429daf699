using System.Buffers;
using System.Net;
using System.Net.WebSockets;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Http.Protocol;

namespace FireproofBench.Gateways.Http.Push;

/// <summary>A subscription over a WebSocket.</summary>
internal sealed class SocketChannel : IPushChannel
{
    private const int PieceLength = 4096;
    private const int TokenEnded = 4401;
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan _heartbeat = TimeSpan.FromSeconds(15);
    private static readonly HttpCall _call = new("subscribe", "", HttpEffect.Reads);

    private readonly ClientWebSocket _socket;
    private readonly ArrayBufferWriter<byte> _message = new(PieceLength);
    private readonly Uri _address;
    private readonly TimeProvider _time;

    private SocketChannel(ClientWebSocket socket, Uri address, TimeProvider time)
    {
        _time = time;
        _socket = socket;
        _address = address;
    }

    /// <summary>Opens a socket.</summary>
    /// <exception cref="StorageException">NotAuthorized, or as the connection fails.</exception>
    public static async ValueTask<SocketChannel> OpenAsync(HttpEndpoint endpoint, Uri address, CancellationToken cancellation)
    {
        ClientWebSocket socket = new();
        socket.Options.Proxy = null;
        socket.Options.CollectHttpResponseDetails = true;
        socket.Options.KeepAliveInterval = _heartbeat;
        socket.Options.KeepAliveTimeout = _heartbeat;
        socket.Options.AddSubProtocol(EndpointHeaders.SocketProtocol);
        if (endpoint.Authorization is { } token)
            socket.Options.SetRequestHeader("Authorization", token.ToString());
        using CancellationTokenSource patience = new(_patience, endpoint.Options.Time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        try
        {
            await socket.ConnectAsync(WithScheme(address), either.Token);
            return new SocketChannel(socket, address, endpoint.Options.Time);
        }
        catch (Exception failure)
        {
            HttpStatusCode status = socket.HttpStatusCode;
            bool isMarked = socket.HttpResponseHeaders?.ContainsKey(EndpointHeaders.Marker) ?? false;
            socket.Dispose();
            cancellation.ThrowIfCancellationRequested();
            throw status != 0 ? OfStatus(status, isMarked, failure) : HttpFailures.OfConnection(_call, failure, HttpFailures.ServerOf(address), sentWhole: true);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<ReadOnlyMemory<byte>?> NextAsync(CancellationToken cancellation)
    {
        _message.ResetWrittenCount();
        try
        {
            while (true)
            {
                ValueWebSocketReceiveResult received = await _socket.ReceiveAsync(_message.GetMemory(PieceLength), cancellation);
                if (received.MessageType == WebSocketMessageType.Close)
                    return Closed();
                _message.Advance(received.Count);
                if (_message.WrittenCount > HeadsJsonReader.MaxLength)
                    throw new StorageException(StorageErrorKind.Unsupported, "subscribe", "", $"a message of more than {HeadsJsonReader.MaxLength} bytes");
                if (received.EndOfMessage)
                    return _message.WrittenMemory;
            }
        }
        catch (Exception failure) when (failure is not StorageException)
        {
            cancellation.ThrowIfCancellationRequested();
            throw HttpFailures.OfConnection(_call, failure, HttpFailures.ServerOf(_address), sentWhole: true);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        try
        {
            // One word of goodbye where it can be said at once; nobody waits for the answer.
            if (_socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            {
                using CancellationTokenSource patience = new(TimeSpan.FromSeconds(1), _time);
                await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, patience.Token);
            }
        }
        catch (Exception failure) when (failure is WebSocketException or OperationCanceledException or InvalidOperationException or IOException)
        {
            // It is gone.
        }

        _socket.Dispose();
    }

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

    private ReadOnlyMemory<byte>? Closed() => (int?)_socket.CloseStatus == TokenEnded
        ? throw new StorageException(StorageErrorKind.NotAuthorized, "subscribe", "", "the token has ended; take a new one")
        : null;
}
