using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;

namespace FireproofBench.Properties.Endpoint.Cloud;

/// <summary>Commands to a page in a browser, and events from it, by the Chrome DevTools Protocol.</summary>
internal sealed class DevToolsSocket : IAsyncDisposable
{
    private const int BufferLength = 64 * 1024;

    private readonly ClientWebSocket _socket = new();
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonObject>> _asked = new();
    private readonly Action<string, JsonObject> _heard;
    private Task _hearing = Task.CompletedTask;
    private int _last;

    private DevToolsSocket(Action<string, JsonObject> heard) => _heard = heard;

    /// <summary>Connects to a page.</summary>
    /// <param name="page">The address that the browser gave it.</param>
    /// <param name="heard">Takes the events, each with its method and parameters.</param>
    /// <param name="cancellation">Ends the call.</param>
    public static async Task<DevToolsSocket> ConnectAsync(Uri page, Action<string, JsonObject> heard, CancellationToken cancellation)
    {
        DevToolsSocket socket = new(heard);
        await socket._socket.ConnectAsync(page, cancellation);
        socket._hearing = socket.HearAsync();
        return socket;
    }

    /// <summary>Sends a command, and gives its result.</summary>
    /// <exception cref="InvalidOperationException">The browser refused it.</exception>
    /// <exception cref="IOException">The browser is gone.</exception>
    public async Task<JsonObject> SendAsync(string method, JsonObject? parameters, CancellationToken cancellation)
    {
        int id = Interlocked.Increment(ref _last);
        TaskCompletionSource<JsonObject> asked = _asked[id] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        JsonObject command = new() { ["id"] = id, ["method"] = method, ["params"] = parameters ?? [] };

        // A socket sends one message after another.
        await _turn.WaitAsync(cancellation);
        try
        {
            await _socket.SendAsync(Encoding.UTF8.GetBytes(command.ToJsonString()), WebSocketMessageType.Text, endOfMessage: true, cancellation);
        }
        finally
        {
            _turn.Release();
        }

        // Nobody would answer what was asked after the last message came.
        if (_hearing.IsCompleted)
            Leave();
        JsonObject answer = await asked.Task.WaitAsync(cancellation);
        return answer["result"] as JsonObject ?? throw new InvalidOperationException($"{method}: {answer["error"]?.ToJsonString()}");
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        await _hearing;
        _socket.Dispose();
        _turn.Dispose();
    }

    private async Task HearAsync()
    {
        try
        {
            while (await ReceiveAsync() is { } message)
            {
                if (message["id"] is { } id && _asked.TryRemove((int)id, out TaskCompletionSource<JsonObject>? asked))
                    asked.SetResult(message);
                else if (message["method"] is { } method)
                    _heard((string)method!, message["params"]!.AsObject());
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
        }

        Leave();
    }

    private async Task<JsonObject?> ReceiveAsync()
    {
        using MemoryStream message = new();
        byte[] buffer = new byte[BufferLength];
        while (true)
        {
            ValueWebSocketReceiveResult part = await _socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
            if (part.MessageType == WebSocketMessageType.Close)
                return null;
            message.Write(buffer, 0, part.Count);
            if (part.EndOfMessage)
                return JsonNode.Parse(message.ToArray())!.AsObject();
        }
    }

    private void Leave()
    {
        foreach (TaskCompletionSource<JsonObject> asked in _asked.Values)
            asked.TrySetException(new IOException("the browser is gone"));
    }
}
