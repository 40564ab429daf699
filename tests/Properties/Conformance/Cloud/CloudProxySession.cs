using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using FireproofBench.Conformance.Cloud;

namespace FireproofBench.Properties.Conformance.Cloud;

/// <summary>One client at a proxy: a socket, or a request of its own.</summary>
internal sealed class CloudProxySession(CloudProxy proxy, WebSocket? socket) : IDisposable
{
    private readonly SemaphoreSlim _sending = new(1);

    /// <summary>Whether messages are requests of their own.</summary>
    public bool IsRequest => socket is null;

    /// <summary>Whether the client is gone.</summary>
    public bool IsGone { get; set; }

    /// <summary>When a message last came or went.</summary>
    public DateTime LastUse { get; private set; } = DateTime.UtcNow;

    /// <summary>All clients at the proxy.</summary>
    public IEnumerable<CloudProxySession> All => proxy.Sessions;

    /// <summary>What was bound on it: connection and question, by ledger.</summary>
    public ConcurrentDictionary<string, JsonObject> Bound { get; } = new(StringComparer.Ordinal);

    /// <summary>Things that a fault remembers of it.</summary>
    public ConcurrentDictionary<string, bool> Marks { get; } = new(StringComparer.Ordinal);

    /// <summary>The connection that was opened on it last.</summary>
    public string? Opened { get; set; }

    /// <summary>What a request of its own is answered with in place of the endpoint's answer.</summary>
    public JsonObject? Instead { get; private set; }

    /// <summary>Answers in the endpoint's stead.</summary>
    public JsonObject? Answer(JsonObject message)
    {
        if (socket is null)
            Instead = message;
        else
            _ = SendAsync(message);
        return null;
    }

    /// <summary>Sends something to the client, without waiting.</summary>
    public void Send(JsonObject message) => _ = SendAsync(message);

    /// <summary>Sends something to the client.</summary>
    public async Task SendAsync(JsonObject message)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(message.ToJsonString());
        await _sending.WaitAsync();
        try
        {
            LastUse = DateTime.UtcNow;
            await socket!.SendAsync(bytes, WebSocketMessageType.Binary, endOfMessage: true, CancellationToken.None);
        }
        catch (Exception gone) when (gone is WebSocketException or ObjectDisposedException or InvalidOperationException or IOException)
        {
            IsGone = true;
        }
        finally
        {
            _ = _sending.Release();
        }
    }

    /// <summary>Notes what a client asks for.</summary>
    public void Note(JsonObject message)
    {
        LastUse = DateTime.UtcNow;
        if (message.Text("type") == "bindGetMeta" && message["tenant"].Text("ledger") is { } ledger)
            Bound[ledger] = message.DeepClone().AsObject();
    }

    /// <summary>An event for this client, as if the endpoint told it.</summary>
    public static JsonObject EventOf(JsonObject bound, JsonNode? meta) => new()
    {
        ["tid"] = bound["tid"]?.DeepClone(),
        ["type"] = "eventGetMeta",
        ["version"] = "FP-MSG-1.0",
        ["auth"] = bound["auth"]?.DeepClone(),
        ["conn"] = bound["conn"]?.DeepClone(),
        ["tenant"] = bound["tenant"]?.DeepClone(),
        ["meta"] = meta?.DeepClone(),
    };

    public void Dispose() => _sending.Dispose();
}
