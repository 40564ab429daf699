using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace FireproofBench.Properties.Endpoint.Cloud;

/// <summary>A client of the cloud protocol that says exactly what it is told to, and shows all that it hears.</summary>
internal sealed class CloudWire : IAsyncDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);
    private static readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false });

    private readonly ClientWebSocket _socket = new();
    private readonly Uri _endpoint;
    private int _exchanges;

    private CloudWire(Uri endpoint, string token)
    {
        _endpoint = endpoint;
        Token = token;
    }

    private static CancellationToken Ending => TestContext.Current.CancellationToken;

    /// <summary>What it says in each message.</summary>
    public string Token { get; set; }

    /// <summary>Its connection, as the endpoint named it.</summary>
    public JsonObject Connection { get; private set; } = [];

    /// <summary>Opens a socket and a connection on it.</summary>
    public static async Task<CloudWire> OpenAsync(Uri endpoint, string token, JsonObject? connection = null)
    {
        CloudWire wire = await ConnectAsync(endpoint, token);
        JsonObject opening = wire.Message("reqOpen");
        opening["conn"] = connection?.DeepClone() ?? new JsonObject { ["reqId"] = "z" + Guid.NewGuid().ToString("n")[..8] };
        wire.Connection = (await wire.AskAsync(opening))["conn"]!.DeepClone().AsObject();
        return wire;
    }

    /// <summary>Opens a socket and says nothing.</summary>
    public static async Task<CloudWire> ConnectAsync(Uri endpoint, string token)
    {
        CloudWire wire = new(endpoint, token);
        await wire._socket.ConnectAsync(new UriBuilder(endpoint) { Scheme = "ws", Path = "/ws", Query = "random=1" }.Uri, Ending);
        return wire;
    }

    /// <summary>Sends a message as a request of its own.</summary>
    public static async Task<(int Status, JsonObject Body, HttpResponseMessage Answer)> PutAsync(Uri endpoint, JsonNode message)
    {
        using StringContent body = new(message.ToJsonString(), Encoding.UTF8, "application/json");
        HttpResponseMessage answer = await _http.PutAsync(new Uri(endpoint, "/fp"), body, Ending);
        return ((int)answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync(Ending))!.AsObject(), answer);
    }

    /// <summary>Sends a request for a file, or for what a page asks first.</summary>
    public static async Task<HttpResponseMessage> SendAsync(HttpMethod method, string address, byte[]? body = null)
    {
        using HttpRequestMessage request = new(method, address) { Content = body is null ? null : new ByteArrayContent(body) };
        return await _http.SendAsync(request, Ending);
    }

    /// <summary>A message, without a connection.</summary>
    public static JsonObject Message(string type, string token, int exchange = 1) => new()
    {
        ["tid"] = "t" + exchange,
        ["auth"] = new JsonObject { ["type"] = "fp-cloud-jwk", ["params"] = new JsonObject { ["jwk"] = token } },
        ["type"] = type,
        ["version"] = "FP-MSG-1.0",
    };

    /// <summary>A message about a ledger.</summary>
    public static JsonObject About(JsonObject message, string tenant, string ledger, string method, string store, string key)
    {
        message["tenant"] = new JsonObject { ["tenant"] = tenant, ["ledger"] = ledger };
        message["methodParam"] = new JsonObject { ["method"] = method, ["store"] = store };
        message["urlParam"] = new JsonObject { ["key"] = key, ["store"] = store, ["tenant"] = tenant, ["ledger"] = ledger, ["name"] = "toCloud" };
        return message;
    }

    /// <summary>A message of this connection.</summary>
    public JsonObject Message(string type)
    {
        JsonObject message = Message(type, Token, ++_exchanges);
        if (Connection.Count > 0)
            message["conn"] = Connection.DeepClone();
        return message;
    }

    /// <summary>A message of this connection about a ledger.</summary>
    public JsonObject About(string type, string ledger, string method, string store, string key) => About(Message(type), "acme", ledger, method, store, key);

    /// <summary>Asks to be told of heads.</summary>
    public Task BindAsync(string ledger) => SayAsync(About("bindGetMeta", ledger, "GET", "meta", "main"));

    /// <summary>The address of a file.</summary>
    public async Task<string> AddressAsync(string type, string ledger, string key, string store = "car")
    {
        JsonObject answer = await AskAsync(About(type, ledger, type[3..6].ToUpperInvariant() switch { "DEL" => "DELETE", var method => method }, store, key));
        Assert.Equal("res" + type[3..], (string?)answer["type"]);
        return (string)answer["signedUrl"]!;
    }

    /// <summary>Says something.</summary>
    public Task SayAsync(JsonNode message) => SayAsync(Encoding.UTF8.GetBytes(message.ToJsonString()));

    /// <summary>Says some bytes.</summary>
    public Task SayAsync(byte[] bytes, WebSocketMessageType type = WebSocketMessageType.Binary) => _socket.SendAsync(bytes, type, endOfMessage: true, Ending);

    /// <summary>Says something and takes the next message that answers it.</summary>
    public async Task<JsonObject> AskAsync(JsonObject message)
    {
        await SayAsync(message);
        while (true)
        {
            JsonObject heard = await HearAsync();
            if ((string?)heard["tid"] == (string?)message["tid"])
                return heard;
        }
    }

    /// <summary>Takes the next message.</summary>
    public async Task<JsonObject> HearAsync()
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(Ending);
        patience.CancelAfter(_patience);
        using MemoryStream message = new();
        byte[] piece = new byte[16 * 1024];
        WebSocketReceiveResult received;
        do
        {
            received = await _socket.ReceiveAsync(new ArraySegment<byte>(piece), patience.Token);
            Assert.NotEqual(WebSocketMessageType.Close, received.MessageType);
            message.Write(piece, 0, received.Count);
        }
        while (!received.EndOfMessage);
        return JsonNode.Parse(message.ToArray())!.AsObject();
    }

    /// <summary>Waits whether anything is said.</summary>
    public async Task<bool> IsSilentAsync(TimeSpan time)
    {
        // A receive that is given up ends the socket: so another message is asked for, and is to be the next that comes.
        await Task.Delay(time, Ending);
        JsonObject question = Message("reqNothing");
        await SayAsync(question);
        return (string?)(await HearAsync())["tid"] == (string?)question["tid"];
    }

    /// <summary>Whether the endpoint closes the socket.</summary>
    public async Task<bool> IsClosedAsync()
    {
        try
        {
            using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(Ending);
            patience.CancelAfter(_patience);
            byte[] piece = new byte[16 * 1024];
            while ((await _socket.ReceiveAsync(new ArraySegment<byte>(piece), patience.Token)).MessageType != WebSocketMessageType.Close)
            {
            }

            return true;
        }
        catch (WebSocketException)
        {
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
