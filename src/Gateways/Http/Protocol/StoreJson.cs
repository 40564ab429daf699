using System.Text.Json;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Http.Protocol;

/// <summary>What an endpoint tells of its data store, as JSON.</summary>
internal static class StoreJson
{
    /// <summary>Longest document that is read, in bytes.</summary>
    public const int MaxLength = 16 * 1024;

    /// <summary>Writes traits: what is in them of the store's own (its name, its quirks) stays with the endpoint.</summary>
    public static byte[] Write(DataTraits traits) => HeadsJson.Write(json =>
    {
        json.WriteBoolean("conditionalCreate"u8, traits.ConditionalCreate);
        json.WriteBoolean("conditionalReplace"u8, traits.ConditionalReplace);
        json.WriteBoolean("conditionalDelete"u8, traits.ConditionalDelete);
        json.WriteBoolean("stronglyConsistent"u8, traits.StronglyConsistent);
        json.WriteNumber("maxObjectLength"u8, traits.MaxObjectLength);
        json.WriteNumber("maxKeyLength"u8, traits.MaxKeyLength);
    });

    /// <summary>Reads traits.</summary>
    /// <param name="json">The document.</param>
    /// <param name="traits">What is known without it.</param>
    /// <exception cref="FormatException">It is none. The message says what is missing.</exception>
    public static DataTraits Read(ReadOnlyMemory<byte> json, DataTraits traits)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            JsonElement root = document.RootElement;
            long length = root.GetProperty("maxObjectLength").GetInt64();
            int key = root.GetProperty("maxKeyLength").GetInt32();
            if (length < 0 || key < 1)
                throw new FormatException("a limit that is none");
            return traits with
            {
                ConditionalCreate = root.GetProperty("conditionalCreate").GetBoolean(),
                ConditionalReplace = root.GetProperty("conditionalReplace").GetBoolean(),
                ConditionalDelete = root.GetProperty("conditionalDelete").GetBoolean(),
                StronglyConsistent = root.GetProperty("stronglyConsistent").GetBoolean(),
                MaxObjectLength = length,
                MaxKeyLength = Math.Min(key, traits.MaxKeyLength),
            };
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new FormatException("what the store can do is not told", wrong);
        }
    }
}
