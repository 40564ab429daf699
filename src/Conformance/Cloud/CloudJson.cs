using System.Text.Json;
using System.Text.Json.Nodes;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Conformance.Cloud;

/// <summary>Messages as they are on the wire: written with what a check wants in them, and read without believing that they are of any form.</summary>
internal static class CloudJson
{
    private const int LongestQuote = 120;

    // A name that stands twice would else be an exception of whoever looks at it first.
    private static readonly JsonDocumentOptions s_options = new() { AllowDuplicateProperties = false, MaxDepth = 32 };

    /// <summary>Reads a message.</summary>
    /// <exception cref="ClauseViolation">It is no JSON object.</exception>
    public static JsonObject Read(ReadOnlySpan<byte> utf8, string what)
    {
        try
        {
            return JsonNode.Parse(utf8, documentOptions: s_options) as JsonObject ?? throw new ClauseViolation($"{what} is no JSON object");
        }
        catch (JsonException)
        {
            throw new ClauseViolation($"{what} is no JSON: {utf8.Length} bytes");
        }
    }

    /// <summary>A text; null when the message has none of that name.</summary>
    public static string? Text(this JsonNode? message, string name) => message is JsonObject of && of[name] is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    /// <summary>A list of texts; empty when the message has none of that name.</summary>
    public static IReadOnlyList<string> Texts(this JsonNode? message, string name) =>
        message is JsonObject of && of[name] is JsonArray list ? [.. list.OfType<JsonValue>().Select(static value => value.TryGetValue(out string? text) ? text : null).OfType<string>()] : [];

    /// <summary>The type of a message and, of an error, its reason: for people. A token in it is left out.</summary>
    public static string Told(this JsonObject message)
    {
        string type = message.Text("type") ?? "no type";
        string reason = string.Join(' ', (message.Text("message") ?? "").Split(' ').Select(static word => word.Contains("eyJ", StringComparison.Ordinal) ? "…" : word));
        string text = type == "error" ? $"error ({reason})" : type;
        return Printable.Escape(text.Length <= LongestQuote ? text : text[..LongestQuote] + "…");
    }

    /// <summary>The content ids of the heads in a message.</summary>
    public static IReadOnlyList<string> Heads(this JsonObject message) =>
        message["meta"] is JsonObject meta && meta["metas"] is JsonArray metas ? [.. metas.Select(static head => head.Text("cid")).OfType<string>()] : [];

    /// <summary>The keys in a message.</summary>
    public static IReadOnlyList<string> Keys(this JsonObject message) => message["meta"].Texts("keys");

    /// <summary>A head as it stands in messages.</summary>
    public static JsonObject OfHead(MetaEntry head) => new()
    {
        ["cid"] = head.Cid.ToString(),
        ["parents"] = new JsonArray([.. head.Parents.Select(static parent => JsonValue.Create(parent.ToString()))]),
        ["data"] = "M" + Convert.ToBase64String(head.Data.Span),
    };

    /// <summary>Heads and keys as they stand in messages.</summary>
    public static JsonObject OfMeta(IEnumerable<MetaEntry> heads, IEnumerable<string> keys) => new()
    {
        ["metas"] = new JsonArray([.. heads.Select(OfHead)]),
        ["keys"] = new JsonArray([.. keys.Select(static key => JsonValue.Create(key))]),
    };
}
