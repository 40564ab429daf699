using System.Buffers;
using System.Text.Json;
using FireproofBench.Engine.Blocks;

namespace FireproofBench.Engine.Crypto;

/// <summary>One item of a key bag as JSON: the keys of one key name, exactly one of them the default.</summary>
/// <remarks>
/// Written as the reference engine writes it: class <c>V2StorageKeyItem</c>, indented by two spaces, keys as <c>z</c> and base58btc, each under its
/// fingerprint. Its older forms (<c>{name, key}</c>, and <c>{name, keys}</c> without a class) are read as well.
/// </remarks>
public static class KeyBagItem
{
    /// <summary>Largest item that is read, in bytes: some hundred keys.</summary>
    public const int MaxLength = 64 * 1024;

    private const string Class = "V2StorageKeyItem";

    private static readonly JsonWriterOptions _indented = new() { Indented = true, IndentSize = 2, NewLine = "\n", Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The item for one new key.</summary>
    public static byte[] Write(string keyName, FileKey key)
    {
        byte[] raw = key.ExportBytes();
        string fingerprint = key.Fingerprint.ToString();
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, _indented))
        {
            json.WriteStartObject();
            json.WriteString("id", keyName);
            json.WriteString("clazz", Class);
            json.WriteStartObject("item");
            json.WriteString("name", keyName);
            json.WriteStartObject("keys");
            json.WriteStartObject(fingerprint);
            json.WriteString("key", "z" + Base58.Encode(raw));
            json.WriteString("fingerPrint", fingerprint);
            json.WriteBoolean("default", true);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
        }

        System.Security.Cryptography.CryptographicOperations.ZeroMemory(raw);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Reads an item into the keys of a database.</summary>
    /// <param name="keyName">The key name that was asked for; the item must be its own.</param>
    /// <param name="item">The bytes.</param>
    /// <exception cref="KeyBagException">Malformed, another name's, a key that does not match its fingerprint, no default key or several.</exception>
    public static KeyRing Read(string keyName, ReadOnlyMemory<byte> item)
    {
        if (item.Length > MaxLength)
            throw new KeyBagException(keyName, $"the item of {item.Length} bytes is larger than {MaxLength}");
        try
        {
            using var document = JsonDocument.Parse(item, new JsonDocumentOptions { MaxDepth = 16 });
            JsonElement body = document.RootElement;
            if (body.TryGetProperty("clazz", out JsonElement @class))
            {
                if (@class.GetString() != Class)
                    throw new KeyBagException(keyName, $"the item is a {@class.GetString()}, not a {Class}");
                body = body.GetProperty("item");
            }

            string? name = body.GetProperty("name").GetString();
            if (name != keyName)
                throw new KeyBagException(keyName, $"the item belongs to '{name}': two key names share one file name, give one of the databases another name");
            return body.TryGetProperty("keys", out JsonElement keys)
                ? ReadKeys(keyName, keys)
                : new KeyRing(ReadKey(keyName, body.GetProperty("key").GetString()));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new KeyBagException(keyName, "the item is not a key item in JSON", e);
        }
    }

    private static KeyRing ReadKeys(string keyName, JsonElement keys)
    {
        FileKey? sealing = null;
        var others = new List<FileKey>();
        foreach (JsonProperty property in keys.EnumerateObject())
        {
            FileKey key = ReadKey(keyName, property.Value.GetProperty("key").GetString());
            if (key.Fingerprint.ToString() != property.Name)
                throw new KeyBagException(keyName, $"the key under {property.Name} has another fingerprint, {key.Fingerprint}");
            bool isDefault = property.Value.TryGetProperty("default", out JsonElement mark) && mark.ValueKind == JsonValueKind.True;
            if (!isDefault)
                others.Add(key);
            else if (sealing is null)
                sealing = key;
            else
                throw new KeyBagException(keyName, "two keys are marked as the default: keep the mark at one of them");
        }

        if (sealing is null)
            throw new KeyBagException(keyName, "no key is marked as the default: mark the one that seals new files");
        return new KeyRing(sealing, [.. others]);
    }

    private static FileKey ReadKey(string keyName, string? text)
    {
        if (text is not ['z', .. var digits] || !Base58.TryDecode(digits, out byte[] raw))
            throw new KeyBagException(keyName, "a key is not in base58btc with the prefix z");
        if (raw.Length is not (16 or 24 or 32))
            throw new KeyBagException(keyName, $"a key has {raw.Length} bytes, an AES key has 16, 24 or 32");
        return FileKey.FromBytes(raw);
    }
}
