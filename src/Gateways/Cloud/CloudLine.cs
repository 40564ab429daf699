using System.Net;
using System.Text.Json;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Cloud.Protocol;
using FireproofBench.Gateways.Http;
using FireproofBench.Gateways.Http.Protocol;
using FireproofBench.Gateways.Layout;

namespace FireproofBench.Gateways.Cloud;

/// <summary>Speaks with an endpoint of the cloud protocol about one ledger: a request for each message, over HTTP.</summary>
/// <remarks>What is pushed comes over a WebSocket (<see cref="CloudChannel"/>). Source: the protocol as the reference engine 0.24.19 speaks it.</remarks>
internal sealed class CloudLine : IDisposable
{
    // What the endpoint of the reference says of tokens and of what they do not give.
    private static readonly string[] s_refusals = ["token", "auth", "signature", "claim", "JWT", "JWS", "ensureTen", "may only read", "permission"];

    private readonly HttpTransport _transport;
    private readonly Uri _address;
    private readonly Secret? _token;
    private long _exchanges;
    private volatile CloudConnection? _open;

    /// <summary>A line to an endpoint. Nothing is sent yet.</summary>
    /// <param name="url">Where it is.</param>
    /// <param name="options">Clock, chance and token.</param>
    /// <exception cref="StorageException">NotAuthorized when nothing says which ledger.</exception>
    public CloudLine(CloudUrl url, GatewayOptions options)
    {
        _address = url.Address;
        _token = options.Token;
        Url = url;
        Options = options;
        Ledger = url.LedgerFor(options.Token);
        _transport = new HttpTransport(new HttpTransportOptions { Time = options.Time, Wire = options.Wire });
        Span<byte> name = stackalloc byte[10];
        options.Entropy.Fill(name);
        Name = "z" + Convert.ToHexStringLower(name);
    }

    /// <summary>Where the endpoint is.</summary>
    public CloudUrl Url { get; }

    /// <summary>Clock, chance and token.</summary>
    public GatewayOptions Options { get; }

    /// <summary>The ledger.</summary>
    public CloudLedgerName Ledger { get; }

    /// <summary>What this client calls itself.</summary>
    public string Name { get; }

    /// <summary>Whether a sealed file passed: then heads without keys are of no use to other clients.</summary>
    public bool IsSealed { get; set; }

    /// <summary>Asks what the endpoint is.</summary>
    /// <returns>The address of its WebSocket; null when it has none.</returns>
    public async ValueTask<Uri?> FindSocketAsync(CancellationToken cancellation)
    {
        CloudMessage answer = await ExchangeAsync(Begin(CloudMessageType.Gestalt, null, static json =>
        {
            json.WriteStartObject("gestalt"u8);
            json.WriteString("id"u8, "fireproofbench"u8);
            foreach ((string name, string[] texts) in ((string, string[])[])[
                ("storeTypes", ["meta", "car", "file", "wal"]), ("httpEndpoints", ["/fp"]), ("wsEndpoints", ["/ws"]), ("encodings", ["JSON"]), ("protocolCapabilities", ["reqRes", "stream"]),
                ("auth", []), ("reqTypes", []), ("resTypes", []), ("eventTypes", [])])
            {
                json.WriteStartArray(name);
                foreach (string text in texts)
                    json.WriteStringValue(text);
                json.WriteEndArray();
            }

            json.WriteBoolean("requiresAuth"u8, false);
            json.WriteEndObject();
        }), CloudMessageType.GestaltAnswer, new HttpCall("open", "", HttpEffect.Reads), cancellation);
        JsonElement gestalt = answer.Find("gestalt");
        if (gestalt.ValueKind != JsonValueKind.Object || !Texts(gestalt, "protocolCapabilities").Contains("stream"))
            return null;
        return Texts(gestalt, "wsEndpoints").FirstOrDefault() is { } place && CloudPlaces.SocketOf(_address, place) is { } socket
            ? new UriBuilder(socket) { Query = socket.Query + (socket.Query.Length > 0 ? "&" : "?") + "random=" + Name }.Uri
            : null;
    }

    /// <summary>Asks for the heads and keys.</summary>
    public async ValueTask<CloudMeta> ReadMetaAsync(CancellationToken cancellation)
    {
        HttpCall call = new("read heads", Ledger.Ledger, HttpEffect.Reads);
        return ReadMeta(await AskAsync(CloudMessageType.Bind, CloudMessageType.MetaEvent, "GET", "meta", "main", static _ => { }, call, cancellation), call);
    }

    /// <summary>Sends a head with keys.</summary>
    public async ValueTask PutMetaAsync(CloudMeta meta, CancellationToken cancellation) => await AskAsync(
        CloudMessageType.PutMeta, CloudMessageType.PutMetaAnswer, "PUT", "meta", "main", meta.Write, new HttpCall("publish", Ledger.Ledger, HttpEffect.Repeatable), cancellation);

    /// <summary>Asks for the address of a file.</summary>
    /// <param name="type">The type of the request.</param>
    /// <param name="store">The store, <c>car</c> or <c>file</c>.</param>
    /// <param name="key">The content id.</param>
    /// <param name="call">The call that it is for.</param>
    /// <param name="cancellation">Ends the call.</param>
    public async ValueTask<Uri> FindFileAsync(string type, string store, string key, HttpCall call, CancellationToken cancellation)
    {
        (string method, _, string answerType) = CloudMessageType.FileRequestOf(type)!.Value;
        CloudMessage answer = await AskAsync(type, answerType, method, store, key, static _ => { }, call, cancellation);
        return answer.Text("signedUrl", CloudMessage.MaxTokenLength) is { } text && Uri.TryCreate(text, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }, out Uri? address)
            && address.Scheme is "http" or "https"
            ? address
            : throw new StorageException(StorageErrorKind.Permanent, call.Operation, call.Key, "the endpoint names no http or https address for the file");
    }

    /// <summary>Sends a request to an address that the endpoint named. No credentials go with it.</summary>
    public ValueTask<HttpAnswer> SendAsync(HttpRequestMessage request, HttpCall call, CancellationToken cancellation) => _transport.SendAsync(request, call, cancellation);

    /// <summary>A message about the ledger, for a connection.</summary>
    public byte[] Compose(string type, CloudConnection connection, string method, string store, string key, Action<Utf8JsonWriter> more) => Begin(type, connection, json =>
    {
        CloudMessages.WriteLedger(json, Ledger);
        json.WriteStartObject("methodParam"u8);
        json.WriteString("method"u8, method);
        json.WriteString("store"u8, store);
        json.WriteEndObject();
        json.WriteStartObject("urlParam"u8);
        json.WriteString("key"u8, key);
        json.WriteString("store"u8, store);
        json.WriteString("tenant"u8, Ledger.Tenant);
        json.WriteString("ledger"u8, Ledger.Ledger);
        json.WriteString("name"u8, "fireproofbench"u8);
        json.WriteEndObject();
        more(json);
    });

    /// <summary>A message that opens a connection.</summary>
    /// <param name="name">The client's half of its name.</param>
    public byte[] ComposeOpening(string name) => Begin(CloudMessageType.Open, null, json =>
    {
        json.WriteStartObject("conn"u8);
        json.WriteString("reqId"u8, name);
        json.WriteEndObject();
    });

    /// <summary>The connection that an answer opened.</summary>
    /// <exception cref="StorageException">Permanent when it names none.</exception>
    public static CloudConnection ReadOpening(CloudMessage answer) => answer.Connection is { ResponseId: { } response } connection
        ? new CloudConnection(connection.RequestId, response)
        : throw new StorageException(StorageErrorKind.Permanent, "open", "", "the endpoint opens a connection and does not name it");

    /// <summary>The heads and keys in an answer.</summary>
    /// <exception cref="StorageException">Corrupt when they cannot be read.</exception>
    public static CloudMeta ReadMeta(CloudMessage answer, HttpCall call)
    {
        try
        {
            return answer.ReadMeta();
        }
        catch (CloudMessageException wrong)
        {
            throw new StorageException(StorageErrorKind.Corrupt, call.Operation, call.Key, $"the heads cannot be read: {wrong.Message}", wrong);
        }
    }

    /// <summary>What an error of the endpoint means.</summary>
    public static StorageException RefusalOf(CloudMessage error, HttpCall call)
    {
        string reason = ObjectKey.Printable(error.Text("message", HttpLimits.RefusalBody) ?? "no reason");
        StorageErrorKind kind = Array.Exists(s_refusals, word => reason.Contains(word, StringComparison.OrdinalIgnoreCase)) ? StorageErrorKind.NotAuthorized
            : reason.StartsWith("unexpected message", StringComparison.Ordinal) ? StorageErrorKind.Unsupported
            : StorageErrorKind.Transient;
        return new StorageException(kind, call.Operation, call.Key, $"the endpoint refuses: {reason}");
    }

    /// <inheritdoc/>
    public void Dispose() => _transport.Dispose();

    private static IEnumerable<string> Texts(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray().Where(static text => text.ValueKind == JsonValueKind.String).Select(static text => text.GetString()!)
            : [];

    private byte[] Begin(string type, CloudConnection? connection, Action<Utf8JsonWriter> more) => HeadsJson.Write(json =>
    {
        json.WriteString("tid"u8, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Name}{Interlocked.Increment(ref _exchanges)}"));
        json.WriteStartObject("auth"u8);
        json.WriteString("type"u8, "fp-cloud-jwk"u8);
        json.WriteStartObject("params"u8);
        json.WriteString("jwk"u8, _token?.Reveal() ?? "");
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteString("type"u8, type);
        json.WriteString("version"u8, CloudMessages.Version);
        if (connection is { } from)
            CloudMessages.WriteConnection(json, from);
        more(json);
    });

    // An endpoint may have forgotten a connection, as after a restart: it is opened anew, once.
    private async ValueTask<CloudMessage> AskAsync(
        string type, string answerType, string method, string store, string key, Action<Utf8JsonWriter> more, HttpCall call, CancellationToken cancellation)
    {
        CloudConnection? former = _open;
        CloudConnection connection = former ?? await OpenAsync(call, cancellation);
        try
        {
            return await ExchangeAsync(Compose(type, connection, method, store, key, more), answerType, call, cancellation);
        }
        catch (StorageException forgotten) when (former is not null && forgotten.Message.Contains("connection", StringComparison.Ordinal) && forgotten.Kind == StorageErrorKind.Transient)
        {
            return await ExchangeAsync(Compose(type, await OpenAsync(call, cancellation), method, store, key, more), answerType, call, cancellation);
        }
    }

    private async ValueTask<CloudConnection> OpenAsync(HttpCall call, CancellationToken cancellation)
    {
        CloudConnection opened = ReadOpening(await ExchangeAsync(ComposeOpening(Name), CloudMessageType.OpenAnswer, call, cancellation));
        _open = opened;
        return opened;
    }

    private async ValueTask<CloudMessage> ExchangeAsync(byte[] message, string answerType, HttpCall call, CancellationToken cancellation)
    {
        HttpRequestMessage request = new(HttpMethod.Put, _address) { Content = new HttpUpload(message, "application/json") };
        using HttpAnswer answer = await _transport.SendAsync(request, call, cancellation);
        if (answer.IsHtml || answer.Status is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed)
            throw answer.Refusal("that is no endpoint of the cloud protocol: check the address and the path");
        byte[] body = await answer.ReadAsync(HeadsJsonReader.MaxLength);
        CloudMessage said;
        try
        {
            said = CloudMessage.Read(body, HeadsJsonReader.MaxLength);
        }
        catch (CloudMessageException wrong)
        {
            throw answer.Status == HttpStatusCode.OK ? answer.Wrong(StorageErrorKind.Permanent, wrong.Message) : answer.Refusal();
        }

        return said.Type == CloudMessageType.Error ? throw RefusalOf(said, call)
            : answer.Status != HttpStatusCode.OK ? throw answer.Refusal()
            : said.Type == answerType ? said
            : throw answer.Wrong(StorageErrorKind.Permanent, $"the endpoint answers with a message of the type '{ObjectKey.Printable(said.Type)}'");
    }
}
