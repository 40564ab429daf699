using System.Runtime.InteropServices;
using System.Text.Json;
using FireproofBench.Gateways.Http.Protocol;

namespace FireproofBench.Gateways.Cloud.Protocol;

/// <summary>One message of the cloud protocol: a JSON object with a type, a number of the exchange (<c>tid</c>) and credentials of its own.</summary>
/// <remarks>
/// What is not known is passed over, so that the protocol can grow; <c>version</c> is never looked at, since clients send two of them. Source: the protocol as the reference
/// engine 0.24.19 speaks it.
/// </remarks>
internal sealed class CloudMessage
{
    /// <summary>Longest message, in bytes. The client's own are of two thousand, with all its keys.</summary>
    public const int MaxLength = 1 << 20;

    /// <summary>Longest name in a message, in characters: of an exchange, a connection, a tenant, a ledger, a key.</summary>
    public const int MaxNameLength = 200;

    /// <summary>Longest token, in characters.</summary>
    public const int MaxTokenLength = 16 * 1024;

    private const int MaxDepth = 16;
    private readonly JsonElement _root;

    private CloudMessage(JsonElement root, string type)
    {
        _root = root;
        Type = type;
        Exchange = NameOf(root, "tid") ?? "";
    }

    /// <summary>The type, such as <c>reqOpen</c>.</summary>
    public string Type { get; }

    /// <summary>The number of the exchange: an answer has that of its request.</summary>
    public string Exchange { get; }

    /// <summary>The credentials as they came, to be repeated in the answer; undefined when there were none.</summary>
    public JsonElement Auth => Find("auth");

    /// <summary>The token; null when there are no credentials of the one kind that is known.</summary>
    public string? Token =>
        Auth is { ValueKind: JsonValueKind.Object } auth && auth.TryGetProperty("type"u8, out JsonElement kind) && kind.ValueKind == JsonValueKind.String && kind.ValueEquals("fp-cloud-jwk"u8)
        && auth.TryGetProperty("params"u8, out JsonElement parameters) && parameters.ValueKind == JsonValueKind.Object
            ? TextOf(parameters, "jwk", MaxTokenLength)
            : null;

    /// <summary>The connection; without its second half where the server is to choose it. Null when the message has none.</summary>
    public (string RequestId, string? ResponseId)? Connection =>
        Find("conn") is { ValueKind: JsonValueKind.Object } connection && NameOf(connection, "reqId") is { } request ? (request, NameOf(connection, "resId")) : null;

    /// <summary>The ledger; null when the message names none.</summary>
    public CloudLedgerName? Ledger =>
        Find("tenant") is { ValueKind: JsonValueKind.Object } tenant && NameOf(tenant, "tenant") is { } name && NameOf(tenant, "ledger") is { } ledger ? new CloudLedgerName(name, ledger) : null;

    /// <summary>What the client calls the object, to be repeated in the answer; undefined when there was none.</summary>
    public JsonElement UrlParam => Find("urlParam");

    /// <summary>The key of the object: the content id of a CAR, or <c>main</c>. Null when there is none.</summary>
    public string? Key => UrlParam is { ValueKind: JsonValueKind.Object } url ? NameOf(url, "key") : null;

    /// <summary>Method and store, to be repeated in the answer; undefined when there was none.</summary>
    public JsonElement MethodParam => Find("methodParam");

    /// <summary>A text of the message; null when it has none of that name.</summary>
    public string? Text(string name, int longest) => TextOf(_root, name, longest);

    /// <summary>A part of the message; undefined when it has none of that name.</summary>
    public JsonElement Find(string name) => _root.TryGetProperty(name, out JsonElement found) ? found : default;

    /// <summary>The heads and keys that the message carries.</summary>
    /// <exception cref="CloudMessageException">There are none, or they are not of the form.</exception>
    public CloudMeta ReadMeta()
    {
        if (Find("meta") is not { ValueKind: JsonValueKind.Object } meta)
            throw new CloudMessageException("the message has no meta", this);
        try
        {
            return CloudMeta.Read(JsonMarshal.GetRawUtf8Value(meta));
        }
        catch (FormatException wrong)
        {
            throw new CloudMessageException($"meta: {wrong.Message}", this, wrong);
        }
    }

    /// <summary>Reads a message.</summary>
    /// <param name="utf8">The message.</param>
    /// <param name="longest">Longest message that is taken, in bytes: an endpoint has more to tell than a client.</param>
    /// <exception cref="CloudMessageException">It is too long, no JSON, or has no type.</exception>
    public static CloudMessage Read(ReadOnlyMemory<byte> utf8, int longest = MaxLength)
    {
        if (utf8.Length > longest)
            throw new CloudMessageException($"a message of {utf8.Length} bytes; {longest} are the most");
        try
        {
            using JsonDocument document = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = MaxDepth });
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new CloudMessageException("a message is a JSON object");
            JsonElement root = document.RootElement.Clone();
            return new CloudMessage(root, NameOf(root, "type") ?? throw new CloudMessageException("a message has a type"));
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException)
        {
            // The second: a text with an escape that stands for no character.
            throw new CloudMessageException("the message is not JSON", null, wrong);
        }
    }

    /// <summary>The name of the store that a request for a file is about; null when it names none.</summary>
    public string? StoreName =>
        (MethodParam is { ValueKind: JsonValueKind.Object } method ? NameOf(method, "store") : null) ?? (UrlParam is { ValueKind: JsonValueKind.Object } url ? NameOf(url, "store") : null);

    /// <summary>Writes a message that answers this one: its number, its credentials, its connection, what it asked about, and then what is new.</summary>
    /// <param name="type">The type of the answer.</param>
    /// <param name="content">Writes the rest.</param>
    /// <param name="ledger">The ledger that the answer is about; null for the one that the message names.</param>
    public byte[] Answer(string type, Action<Utf8JsonWriter> content, CloudLedgerName? ledger = null) => HeadsJson.Write(json =>
    {
        WriteBegin(json, type);
        Repeat(json, "auth", Auth);
        if (Connection is { ResponseId: { } response } connection)
            CloudMessages.WriteConnection(json, new CloudConnection(connection.RequestId, response));
        if ((ledger ?? Ledger) is { } about)
            CloudMessages.WriteLedger(json, about);
        Repeat(json, "methodParam", MethodParam);
        Repeat(json, "urlParam", UrlParam);
        content(json);
    });

    /// <summary>Writes a message for somebody else than who sent this one: nothing of the sender's credentials is in it.</summary>
    public byte[] AnswerTo(CloudConnection connection, string type, Action<Utf8JsonWriter> content) => HeadsJson.Write(json =>
    {
        WriteBegin(json, type);
        CloudMessages.WriteConnection(json, connection);
        content(json);
    });

    /// <summary>Writes an error in answer to this message. It has no connection: a client takes an error with its connection for the end of its subscription.</summary>
    public byte[] Refuse(string reason) => HeadsJson.Write(json =>
    {
        WriteBegin(json, CloudMessageType.Error);
        Repeat(json, "auth", Auth);
        json.WriteString("message"u8, reason);
        json.WriteString("src"u8, Type);
    });

    private void WriteBegin(Utf8JsonWriter json, string type)
    {
        json.WriteString("tid"u8, Exchange);
        json.WriteString("type"u8, type);
        json.WriteString("version"u8, CloudMessages.Version);
    }

    /// <summary>Writes a part of a message as it came; nothing when it was not there.</summary>
    public static void Repeat(Utf8JsonWriter json, string name, JsonElement part)
    {
        if (part.ValueKind == JsonValueKind.Undefined)
            return;
        json.WritePropertyName(name);
        part.WriteTo(json);
    }

    private static string? NameOf(JsonElement element, string name) => TextOf(element, name, MaxNameLength);

    private static string? TextOf(JsonElement element, string name, int longest) =>
        element.TryGetProperty(name, out JsonElement text) && text.ValueKind == JsonValueKind.String && text.GetString() is { Length: > 0 } value && value.Length <= longest ? value : null;
}
