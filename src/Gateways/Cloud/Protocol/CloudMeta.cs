using System.Collections.Immutable;
using System.Text.Json;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Http.Protocol;

namespace FireproofBench.Gateways.Cloud.Protocol;

/// <summary>Heads of a ledger, and the keys that open its files.</summary>
/// <param name="Entries">The heads.</param>
/// <param name="Keys">The keys, in the clear.</param>
internal sealed record CloudMeta(ImmutableArray<MetaEntry> Entries, ImmutableArray<PublishedKey> Keys)
{
    /// <summary>No heads, and no keys.</summary>
    public static CloudMeta Empty { get; } = new([], []);

    /// <summary>Reads <c>{"metas":[{"cid":…,"parents":[…],"data":"M…"}],"keys":["z…"]}</c>.</summary>
    /// <exception cref="FormatException">It is not of this form; the message says why, and quotes no key.</exception>
    public static CloudMeta Read(ReadOnlySpan<byte> utf8) => HeadsJsonReader.ReadMeta(utf8);

    /// <summary>Writes it as the property <c>meta</c>.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject("meta"u8);
        HeadsJson.WriteEntries(json, "metas"u8, Entries);
        json.WriteStartArray("keys"u8);
        Span<char> text = stackalloc char[PublishedKey.MaxTextLength];
        foreach (PublishedKey key in Keys)
            json.WriteStringValue(text[..key.WriteText(text)]);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
