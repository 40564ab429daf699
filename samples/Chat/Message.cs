using System.Text.Json;
using FireproofBench.Engine.Documents;

namespace FireproofBench.Chat;

/// <summary>A message, which is one document from its first letter on: while it is composed it is put again and again, and when it is sent it is put once more.</summary>
/// <param name="Id">The document's id: the time at which it was begun, then the author, so that ids sort by time.</param>
/// <param name="From">Who writes.</param>
/// <param name="Text">What is written so far.</param>
/// <param name="IsSent">False while it is composed.</param>
internal sealed record Message(string Id, string From, string Text, bool IsSent)
{
    /// <summary>Begins a message.</summary>
    public static Message Begin(string from, DateTimeOffset now) =>
        new(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"message-{now.ToUnixTimeMilliseconds():d14}-{from}"), from, "", IsSent: false);

    /// <summary>Reads a message; null when the document is another.</summary>
    public static Message? Read(Document document)
    {
        using JsonDocument json = JsonDocument.Parse(document.ToUtf8Json());
        JsonElement root = json.RootElement;
        return document.Id is { } id && id.StartsWith("message-", StringComparison.Ordinal)
            && root.TryGetProperty("from", out JsonElement from) && root.TryGetProperty("text", out JsonElement text) && root.TryGetProperty("state", out JsonElement state)
            ? new Message(id, from.GetString() ?? "", text.GetString() ?? "", state.GetString() == "sent")
            : null;
    }

    /// <summary>The document of the message.</summary>
    public Document ToDocument() => Document.Parse(JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string>
    {
        ["_id"] = Id,
        ["from"] = From,
        ["text"] = Text,
        ["state"] = IsSent ? "sent" : "composing",
    }));
}
