using System.Buffers;
using System.Net.WebSockets;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Cloud.Protocol;
using FireproofBench.Gateways.Http;
using FireproofBench.Gateways.Http.Protocol;

namespace FireproofBench.Gateways.Cloud;

/// <summary>A WebSocket over which an endpoint of the cloud protocol tells of new heads.</summary>
internal sealed class CloudChannel : IAsyncDisposable
{
    private const int PieceLength = 4096;
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan _heartbeat = TimeSpan.FromSeconds(15);
    private static readonly HttpCall _call = new("subscribe", "", HttpEffect.Reads);

    private readonly ClientWebSocket _socket;
    private readonly Uri _address;
    private readonly TimeProvider _time;
    private readonly ArrayBufferWriter<byte> _message = new(PieceLength);

    private CloudChannel(ClientWebSocket socket, Uri address, TimeProvider time)
    {
        _socket = socket;
        _address = address;
        _time = time;
    }

    /// <summary>Opens a socket and asks to be told of heads.</summary>
    /// <returns>Null when the endpoint has no socket.</returns>
    /// <exception cref="StorageException">As the endpoint, or the connection, fails.</exception>
    public static async ValueTask<CloudChannel?> OpenAsync(CloudLine line, CancellationToken cancellation)
    {
        if (await line.FindSocketAsync(cancellation) is not { } address)
            return null;
        ClientWebSocket socket = new();
        socket.Options.Proxy = null;
        socket.Options.KeepAliveInterval = _heartbeat;
        socket.Options.KeepAliveTimeout = _heartbeat;
        CloudChannel channel = new(socket, address, line.Options.Time);
        try
        {
            using CancellationTokenSource patience = new(_patience, line.Options.Time);
            using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
            await socket.ConnectAsync(address, either.Token);
            await socket.SendAsync(line.ComposeOpening(line.Name + "s"), WebSocketMessageType.Binary, WebSocketMessageFlags.EndOfMessage, either.Token);
            if (await channel.ReadAsync(either.Token) is not { } answer)
                throw new StorageException(StorageErrorKind.Transient, "subscribe", "", "the endpoint closed the socket at once");
            if (answer.Type != CloudMessageType.OpenAnswer)
                throw CloudLine.RefusalOf(answer, _call);
            byte[] question = line.Compose(CloudMessageType.Bind, CloudLine.ReadOpening(answer), "GET", "meta", "main", static _ => { });
            await socket.SendAsync(question, WebSocketMessageType.Binary, WebSocketMessageFlags.EndOfMessage, either.Token);
            return channel;
        }
        catch (Exception failure)
        {
            await channel.DisposeAsync();
            cancellation.ThrowIfCancellationRequested();
            throw failure is StorageException ? failure : HttpFailures.OfConnection(_call, failure, HttpFailures.ServerOf(address), sentWhole: true);
        }
    }

    /// <summary>Waits for the next event.</summary>
    /// <returns>False when the endpoint ended the channel.</returns>
    /// <exception cref="StorageException">The connection broke, or the endpoint refuses.</exception>
    public async ValueTask<bool> NextAsync(CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                if (await ReadAsync(cancellation) is not { } message)
                    return false;
                if (message.Type == CloudMessageType.MetaEvent)
                    return true;
                if (message.Type == CloudMessageType.Error)
                    throw CloudLine.RefusalOf(message, _call);
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

    // Null at the end.
    private async ValueTask<CloudMessage?> ReadAsync(CancellationToken cancellation)
    {
        _message.ResetWrittenCount();
        while (true)
        {
            ValueWebSocketReceiveResult received = await _socket.ReceiveAsync(_message.GetMemory(PieceLength), cancellation);
            if (received.MessageType == WebSocketMessageType.Close)
                return null;
            _message.Advance(received.Count);
            if (_message.WrittenCount > HeadsJsonReader.MaxLength)
                throw new StorageException(StorageErrorKind.Unsupported, "subscribe", "", $"a message of more than {HeadsJsonReader.MaxLength} bytes");
            if (!received.EndOfMessage)
                continue;
            try
            {
                return CloudMessage.Read(_message.WrittenMemory, HeadsJsonReader.MaxLength);
            }
            catch (CloudMessageException wrong)
            {
                throw new StorageException(StorageErrorKind.Transient, "subscribe", "", $"what the endpoint tells cannot be read: {wrong.Message}", wrong);
            }
        }
    }
}
