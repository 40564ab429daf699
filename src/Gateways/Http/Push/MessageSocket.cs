using System.Buffers;
using System.Net.WebSockets;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Http.Protocol;

namespace FireproofBench.Gateways.Http.Push;

/// <summary>A WebSocket by which a server tells of heads: kept alive, opened within a while, and never taking more than a message may hold.</summary>
/// <param name="time">The clock.</param>
internal sealed class MessageSocket(TimeProvider time) : IAsyncDisposable
{
    private const int PieceLength = 4096;
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan _heartbeat = TimeSpan.FromSeconds(15);
    private static readonly HttpCall _call = new("subscribe", "", HttpEffect.Reads);

    private readonly ArrayBufferWriter<byte> _message = new(PieceLength);
    private Uri? _address;

    /// <summary>The socket, to be set up before it is opened, and to be asked how it ended.</summary>
    public ClientWebSocket Socket { get; } = new();

    /// <summary>Opens it, and says what is to be said first.</summary>
    /// <param name="address">Where; ws or wss.</param>
    /// <param name="greet">Says it; within the same while.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <exception cref="StorageException">As the connection fails, or the greeting.</exception>
    public async ValueTask OpenAsync(Uri address, Func<CancellationToken, ValueTask> greet, CancellationToken cancellation)
    {
        _address = address;
        Socket.Options.Proxy = null;
        Socket.Options.KeepAliveInterval = _heartbeat;
        Socket.Options.KeepAliveTimeout = _heartbeat;
        using CancellationTokenSource patience = new(_patience, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        try
        {
            await Socket.ConnectAsync(address, either.Token);
            await greet(either.Token);
        }
        catch (Exception failure) when (failure is not StorageException)
        {
            throw Failed(failure, cancellation);
        }
    }

    /// <summary>Sends a message.</summary>
    public ValueTask SendAsync(ReadOnlyMemory<byte> message, CancellationToken cancellation) => Socket.SendAsync(message, WebSocketMessageType.Binary, WebSocketMessageFlags.EndOfMessage, cancellation);

    /// <summary>Waits for the next message. Its bytes are good until the one after it.</summary>
    /// <returns>Null at the end.</returns>
    /// <exception cref="StorageException">The connection broke; Unsupported for a message that is too long.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> NextAsync(CancellationToken cancellation)
    {
        _message.ResetWrittenCount();
        try
        {
            while (true)
            {
                ValueWebSocketReceiveResult received = await Socket.ReceiveAsync(_message.GetMemory(PieceLength), cancellation);
                if (received.MessageType == WebSocketMessageType.Close)
                    return null;
                _message.Advance(received.Count);
                if (_message.WrittenCount > HeadsJsonReader.MaxLength)
                    throw new StorageException(StorageErrorKind.Unsupported, "subscribe", "", $"a message of more than {HeadsJsonReader.MaxLength} bytes");
                if (received.EndOfMessage)
                    return _message.WrittenMemory;
            }
        }
        catch (Exception failure) when (failure is not StorageException)
        {
            throw Failed(failure, cancellation);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        try
        {
            // One word of goodbye where it can be said at once; nobody waits for the answer.
            if (Socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            {
                using CancellationTokenSource patience = new(TimeSpan.FromSeconds(1), time);
                await Socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, patience.Token);
            }
        }
        catch (Exception failure) when (failure is WebSocketException or OperationCanceledException or InvalidOperationException or IOException)
        {
            // It is gone.
        }

        Socket.Dispose();
    }

    private StorageException Failed(Exception failure, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return HttpFailures.OfConnection(_call, failure, HttpFailures.ServerOf(_address!), sentWhole: true);
    }
}
