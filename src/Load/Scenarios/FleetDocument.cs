using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FireproofBench.Conformance.Payloads;
using FireproofBench.Engine.Documents;

namespace FireproofBench.Load.Scenarios;

/// <summary>Documents that say of themselves who wrote them, and which of that device's puts it was.</summary>
internal static class FleetDocument
{
    /// <summary>The writer of what was there before the devices began.</summary>
    public const int Nobody = -1;

    private const string Filler = "filler";
    private const string Count = "count";

    // Enough to tell rows apart.
    private const int DigestLength = 16;

    /// <summary>Whether a field is one that stands in each document, or that the engine keeps for itself.</summary>
    public static bool IsOwn(string field) => field is Filler or Count || field.StartsWith('_');

    /// <summary>The fields of a stored document that are its own by no rule of load's or the engine's, as the members of a JSON object without braces.</summary>
    public static string FieldsOf(JsonElement document) =>
        string.Join(',', document.EnumerateObject().Where(static field => !IsOwn(field.Name)).Select(static field => $"{JsonSerializer.Serialize(field.Name)}:{field.Value.GetRawText()}"));

    /// <summary>Makes a document.</summary>
    /// <param name="seed">The seed of the run.</param>
    /// <param name="id">Its id.</param>
    /// <param name="writer">The device; <see cref="Nobody"/> for what is prepared.</param>
    /// <param name="number">The number of the put among those of the device.</param>
    /// <param name="size">About how long it is, in bytes; more where it could not describe itself.</param>
    /// <param name="count">A number that the devices count up in it; null for none.</param>
    /// <param name="row">Fields that it has besides; null for none. They are part of what it says of itself: others in their place are seen.</param>
    public static Document Make(long seed, string id, int writer, long number, int size, long? count = null, FeedRow? row = null)
    {
        string key = KeyOf(id, row?.Fields ?? "");
        int length = Math.Max((size - (row?.Fields.Length ?? 0)) * 3 / 4, Payload.SmallestFor(key));
        string filler = Convert.ToBase64String(Payload.Make(seed, key, length, number, writer));
        string counted = count is { } value ? string.Create(CultureInfo.InvariantCulture, $"\"{Count}\":{value},") : "";
        string fields = row is null ? "" : row.Fields + ",";
        return Document.Parse($$"""{"_id":"{{id}}",{{counted}}{{fields}}"{{Filler}}":"{{filler}}"}""");
    }

    /// <summary>What a document says of itself, and what is wrong with it; null when nothing is.</summary>
    public static (PayloadReading Reading, string? Fault) Read(Document document)
    {
        using JsonDocument json = JsonDocument.Parse(document.ToJson());
        PayloadReading reading = Payload.Read(json.RootElement.TryGetProperty(Filler, out JsonElement filler) && filler.TryGetBytesFromBase64(out byte[]? bytes) ? bytes : []);
        string key = KeyOf(document.Id!, FieldsOf(json.RootElement));
        bool isOfOtherFields = reading.Key != key && (reading.Key == document.Id || reading.Key.StartsWith(document.Id! + '\n', StringComparison.Ordinal));
        return (reading, isOfOtherFields && reading.State == PayloadState.Whole ? "fields that were not written with the rest of it" : reading.FaultFor(key));
    }

    /// <summary>The number that the devices count up in it; 0 without one.</summary>
    public static long CountOf(Document document)
    {
        using JsonDocument json = JsonDocument.Parse(document.ToJson());
        return json.RootElement.TryGetProperty(Count, out JsonElement count) ? count.GetInt64() : 0;
    }

    // What the filler is made for. An id has no line break.
    private static string KeyOf(string id, string fields) =>
        fields.Length == 0 ? id : $"{id}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(fields)))[..DigestLength]}";
}
