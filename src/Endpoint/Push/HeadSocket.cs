using System.Net.WebSockets;
using FireproofBench.Endpoint.Heads;
using FireproofBench.Endpoint.Requests;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Http.Protocol;
using Microsoft.AspNetCore.Http;

namespace FireproofBench.Endpoint.Push;

/// <summary>Subscription over a WebSocket. It only speaks: what a subscriber says is not listened to, but the end.</summary>
internal sealed class HeadSocket(HeadHub hub, IHeadStore heads, EndpointOptions options, TimeProvider time)
{
    /// <summary>Close code: the token that the subscriber came with is no longer good.</summary>
    public const int TokenEnded = 4401;

    /// <summary>Close code: the subscriber took a message too slowly.</summary>
    public const int TooSlow = 4408;

    private const int MaxMessage = 4096;
    private static readonly TimeSpan _goodbye = TimeSpan.FromSeconds(2);

    /// <summary>Sends messages until one of both goes.</summary>
    public async Task RunAsync(EndpointRequest request)
    {
        HttpContext http = request.Http;
        if (!http.WebSockets.IsWebSocketRequest)
        {
            http.Response.Headers.Upgrade = "websocket";
            throw new RequestRefusedException(StatusCodes.Status426UpgradeRequired, nameof(StorageErrorKind.Unsupported), "this address speaks WebSocket; 'events' sends the same as server-sent events");
        }

        if (await hub.JoinAsync(request.Database) is not { } topic)
            throw new RequestRefusedException(StatusCodes.Status503ServiceUnavailable, nameof(StorageErrorKind.Throttled), "there are as many subscribers as this endpoint takes");
        try
        {
            using SubscriptionEnd end = new(request, hub, time);
            using CancellationTokenSource gone = CancellationTokenSource.CreateLinkedTokenSource(end.Token);
            using Subscription subscription = new(topic, heads, gone.Token);
            PushMessage first = await subscription.BeginAsync(http.Request.Query["since"].ToString());
            using WebSocket socket = await http.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext
            {
                SubProtocol = http.WebSockets.WebSocketRequestedProtocols.Contains(EndpointHeaders.SocketProtocol) ? EndpointHeaders.SocketProtocol : null,
                KeepAliveInterval = options.Heartbeat,
                KeepAliveTimeout = options.Heartbeat,
            });
            await TalkAsync(subscription, first, socket, end, gone);
        }
        finally
        {
            hub.Leave(topic);
        }
    }

    private async Task TalkAsync(Subscription subscription, PushMessage first, WebSocket socket, SubscriptionEnd end, CancellationTokenSource gone)
    {
#pragma warning disable CA2025 // It is awaited below, before either is disposed of.
        Task listening = ListenAsync(socket, gone);
#pragma warning restore CA2025
        try
        {
            await SendAsync(socket, first, gone.Token);
            while (true)
            {
                if (await subscription.NextAsync() is { } message)
                    await SendAsync(socket, message, gone.Token);
            }
        }
        catch (TimeoutException)
        {
            await CloseAsync(socket, (WebSocketCloseStatus)TooSlow, "messages are taken too slowly");
        }
        catch (Exception ended) when (ended is OperationCanceledException or WebSocketException)
        {
            if (end.IsExpired)
                await CloseAsync(socket, (WebSocketCloseStatus)TokenEnded, "the token has ended");
            else if (hub.Closing.IsCancellationRequested)
                await CloseAsync(socket, WebSocketCloseStatus.EndpointUnavailable, "the endpoint is closing");
            else
                await CloseAsync(socket, WebSocketCloseStatus.NormalClosure, null);
        }
        finally
        {
            // The other side answers a close with its own; whoever does not is cut off.
            _ = await Task.WhenAny(listening, Task.Delay(_goodbye, time, CancellationToken.None));
            socket.Abort();
            await listening;
        }
    }

    private async ValueTask SendAsync(WebSocket socket, PushMessage message, CancellationToken cancellation)
    {
        ValueTask sending = socket.SendAsync(message.Json, WebSocketMessageType.Text, WebSocketMessageFlags.EndOfMessage, CancellationToken.None);
        if (sending.IsCompletedSuccessfully)
            return;
        await sending.AsTask().WaitAsync(options.SendPatience, time, cancellation);
    }

    // A close or a broken connection ends the subscription; so does a subscriber that sends much.
    private static async Task ListenAsync(WebSocket socket, CancellationTokenSource gone)
    {
        byte[] buffer = new byte[256];
        int length = 0;
        try
        {
            while (!gone.IsCancellationRequested)
            {
                ValueWebSocketReceiveResult received = await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
                length = received.EndOfMessage ? 0 : length + received.Count;
                if (received.MessageType == WebSocketMessageType.Close || length > MaxMessage)
                    break;
            }
        }
        catch (Exception ended) when (ended is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // It is gone.
        }

        try
        {
            await gone.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // The other side of this class ended first.
        }
    }

    private async Task CloseAsync(WebSocket socket, WebSocketCloseStatus status, string? reason)
    {
        try
        {
            using CancellationTokenSource patience = new(_goodbye, time);
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
                await socket.CloseOutputAsync(status, reason, patience.Token);
        }
        catch (Exception failure) when (failure is WebSocketException or OperationCanceledException or InvalidOperationException)
        {
            // It does not listen.
        }
    }
}
