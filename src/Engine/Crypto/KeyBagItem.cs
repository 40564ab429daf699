using System.Buffers;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
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
    public static byte[] Write(string keyName, FileKey key) => Write(keyName, [key], key);

    /// <summary>The item for all keys of a ring, in their order; the one that seals is the default.</summary>
    /// <param name="keyName">The key name.</param>
    /// <param name="keys">The keys.</param>
    /// <returns>The bytes. They hold the keys: the caller erases them.</returns>
    /// <exception cref="KeyBagException">There are more than <see cref="KeyRing.MaxKeys"/>.</exception>
    public static byte[] Write(string keyName, KeyRing keys) => Write(keyName, keys.Keys.AsSpan(), keys.Sealing);

    private static byte[] Write(string keyName, ReadOnlySpan<FileKey> keys, FileKey sealing)
    {
        if (keys.Length > KeyRing.MaxKeys)
            throw new KeyBagException(keyName, $"{keys.Length} keys, and {KeyRing.MaxKeys} is the limit of one database");

        // Large enough from the start, so that the key material is in one place only.
        var buffer = new ArrayBufferWriter<byte>(1024 + (8 * keyName.Length) + (512 * keys.Length));
        using (var json = new Utf8JsonWriter(buffer, _indented))
        {
            json.WriteStartObject();
            json.WriteString("id", keyName);
            json.WriteString("clazz", Class);
            json.WriteStartObject("item");
            json.WriteString("name", keyName);
            json.WriteStartObject("keys");
            foreach (FileKey key in keys)
                WriteKey(json, key, isDefault: key == sealing);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
        }

        byte[] item = buffer.WrittenSpan.ToArray();
        buffer.Clear();
        return item;
    }

    private static void WriteKey(Utf8JsonWriter json, FileKey key, bool isDefault)
    {
        byte[] raw = key.ExportBytes();
        string fingerprint = key.Fingerprint.ToString();
        Span<char> text = stackalloc char[1 + Base58.MaxLengthOf(raw.Length)];
        text[0] = 'z';
        json.WriteStartObject(fingerprint);
        json.WriteString("key", text[..(1 + Base58.Encode(raw, text[1..]))]);
        json.WriteString("fingerPrint", fingerprint);
        json.WriteBoolean("default", isDefault);
        json.WriteEndObject();
        CryptographicOperations.ZeroMemory(raw);
        text.Clear();
    }

    /// <summary>Erases an item that was read from a bag or written for one.</summary>
    public static void Erase(ReadOnlyMemory<byte> item)
    {
        if (MemoryMarshal.TryGetArray(item, out ArraySegment<byte> bytes))
            CryptographicOperations.ZeroMemory(bytes);
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
                : new KeyRing(ReadKey(keyName, body.GetProperty("key")));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new KeyBagException(keyName, "the item is not a key item in JSON", e);
        }
    }

    private static KeyRing ReadKeys(string keyName, JsonElement keys)
    {
        FileKey? sealing = null;
        ImmutableArray<FileKey>.Builder all = ImmutableArray.CreateBuilder<FileKey>();
        foreach (JsonProperty property in keys.EnumerateObject())
        {
            FileKey key = ReadKey(keyName, property.Value.GetProperty("key"));
            all.Add(key);
            if (key.Fingerprint.ToString() != property.Name)
                throw new KeyBagException(keyName, $"the key under {property.Name} has another fingerprint, {key.Fingerprint}");
            bool isDefault = property.Value.TryGetProperty("default", out JsonElement mark) && mark.ValueKind == JsonValueKind.True;
            if (!isDefault)
                continue;
            if (sealing is null)
                sealing = key;
            else
                throw new KeyBagException(keyName, "two keys are marked as the default: keep the mark at one of them");
        }

        if (sealing is null)
            throw new KeyBagException(keyName, "no key is marked as the default: mark the one that seals new files");
        return new KeyRing(all.DrainToImmutable(), sealing);
    }

    private static FileKey ReadKey(string keyName, JsonElement value)
    {
        // Read from the bytes themselves: text, once made, cannot be erased.
        ReadOnlySpan<byte> text = value.ValueKind == JsonValueKind.String ? JsonMarshal.GetRawUtf8Value(value)[1..^1] : [];
        Span<char> digits = stackalloc char[Base58.MaxTextLength];
        byte[] raw = [];
        if (text is not [(byte)'z', .. var encoded] || encoded.Length > digits.Length || !Base58.TryDecode(digits[..Encoding.Latin1.GetChars(encoded, digits)], out raw))
            throw new KeyBagException(keyName, "a key is not in base58btc with the prefix z");
        digits.Clear();
        if (raw.Length is not (16 or 24 or 32))
            throw new KeyBagException(keyName, $"a key has {raw.Length} bytes, an AES key has 16, 24 or 32");
        FileKey key = FileKey.FromBytes(raw);
        CryptographicOperations.ZeroMemory(raw);
        return key;
    }
}
