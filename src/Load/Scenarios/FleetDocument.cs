using System.Globalization;
using System.Text.Json;
using FireproofBench.Conformance.Payloads;
using FireproofBench.Engine.Documents;

namespace FireproofBench.Load.Scenarios;

/// <summary>Documents that say of themselves who wrote them, and which of that device's puts it was.</summary>
internal static class FleetDocument
{
    /// <summary>The writer of what was there before the devices began.</summary>
    public const int Nobody = -1;

    /// <summary>Makes a document.</summary>
    /// <param name="seed">The seed of the run.</param>
    /// <param name="id">Its id.</param>
    /// <param name="writer">The device; <see cref="Nobody"/> for what is prepared.</param>
    /// <param name="number">The number of the put among those of the device.</param>
    /// <param name="size">About how long it is, in bytes; more where it could not describe itself.</param>
    /// <param name="count">A number that the devices count up in it; null for none.</param>
    public static Document Make(long seed, string id, int writer, long number, int size, long? count = null)
    {
        string filler = Convert.ToBase64String(Payload.Make(seed, id, Math.Max(size * 3 / 4, Payload.SmallestFor(id)), number, writer));
        string counted = count is { } value ? string.Create(CultureInfo.InvariantCulture, $"\"count\":{value},") : "";
        return Document.Parse($$"""{"_id":"{{id}}",{{counted}}"filler":"{{filler}}"}""");
    }

    /// <summary>What a document says of itself, and what is wrong with it; null when nothing is.</summary>
    public static (PayloadReading Reading, string? Fault) Read(Document document)
    {
        using JsonDocument json = JsonDocument.Parse(document.ToJson());
        PayloadReading reading = Payload.Read(json.RootElement.TryGetProperty("filler", out JsonElement filler) && filler.TryGetBytesFromBase64(out byte[]? bytes) ? bytes : []);
        return (reading, reading.FaultFor(document.Id!));
    }

    /// <summary>The number that the devices count up in it; 0 without one.</summary>
    public static long CountOf(Document document)
    {
        using JsonDocument json = JsonDocument.Parse(document.ToJson());
        return json.RootElement.TryGetProperty("count", out JsonElement count) ? count.GetInt64() : 0;
    }
}
