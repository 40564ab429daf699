using System.Buffers.Text;
using System.Collections.Immutable;
using System.Text.Json;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Cloud.Protocol;
using FireproofBench.Gateways.Layout;

namespace FireproofBench.Gateways.Http.Protocol;

/// <summary>Reads what <see cref="HeadsJson"/> writes. Properties that it does not know are skipped, so that the protocol can grow.</summary>
internal static class HeadsJsonReader
{
    /// <summary>Longest message that is read, in bytes: a full set of heads.</summary>
    public const int MaxLength = 64 * 1024 * 1024;

    /// <summary>Longest data of one entry, in bytes. The engine's are some hundred.</summary>
    public const int MaxEntryLength = 1024 * 1024;

    /// <summary>Longest cursor, in characters.</summary>
    public const int MaxCursorLength = 100;

    /// <summary>Reads a snapshot, a change or a bare cursor.</summary>
    /// <exception cref="FormatException">It is none of them; the message says why.</exception>
    public static HeadsMessage ReadMessage(ReadOnlySpan<byte> utf8) => Guard(utf8, static (ref reader) =>
    {
        string? type = null;
        string? cursor = null;
        string? since = null;
        ImmutableArray<MetaEntry>? heads = null;
        ImmutableArray<MetaEntry>? added = null;
        ImmutableArray<Cid>? removed = null;
        while (NextProperty(ref reader))
        {
            if (Take(ref reader, "type"u8))
                type = ReadText(ref reader, "type");
            else if (Take(ref reader, "cursor"u8))
                cursor = ReadText(ref reader, "cursor");
            else if (Take(ref reader, "since"u8))
                since = ReadText(ref reader, "since");
            else if (Take(ref reader, "heads"u8))
                heads = ReadEntries(ref reader);
            else if (Take(ref reader, "added"u8))
                added = ReadEntries(ref reader);
            else if (Take(ref reader, "removed"u8))
                removed = ReadCids(ref reader, "removed");
            else
                SkipProperty(ref reader);
        }

        return (type, cursor, since, heads, added, removed) switch
        {
            ("snapshot", { } now, _, { } all, _, _) => new HeadsMessage(now, new HeadsSnapshot(now, all), null),
            ("change", { } now, { } then, _, { } came, { } went) => new HeadsMessage(now, null, new HeadsChange(now, then, came, went)),
            ("cursor", { } now, _, _, _, _) => new HeadsMessage(now, null, null),
            (null, _, _, _, _, _) => throw new FormatException("a message without a type"),
            _ => throw new FormatException($"a message of the type '{type}' that lacks something, or of an unknown type"),
        };
    });

    /// <summary>Reads a publication.</summary>
    /// <exception cref="FormatException">It is none, or its content id is not that of its data; the message says why.</exception>
    public static Publication ReadPublication(ReadOnlySpan<byte> utf8) => Guard(utf8, static (ref reader) =>
    {
        MetaEntry? entry = null;
        ImmutableArray<Cid> superseded = [];
        while (NextProperty(ref reader))
        {
            if (Take(ref reader, "entry"u8))
                entry = ReadEntry(ref reader);
            else if (Take(ref reader, "superseded"u8))
                superseded = ReadCids(ref reader, "superseded");
            else
                SkipProperty(ref reader);
        }

        return new Publication(entry ?? throw new FormatException("a publication without an entry"), superseded);
    });

    /// <summary>Reads heads with keys, as messages of the cloud protocol carry them.</summary>
    /// <exception cref="FormatException">They are of another form; the message says why, and quotes no key.</exception>
    public static CloudMeta ReadMeta(ReadOnlySpan<byte> utf8) => Guard(utf8, static (ref reader) =>
    {
        ImmutableArray<MetaEntry> entries = [];
        ImmutableArray<PublishedKey> keys = [];
        while (NextProperty(ref reader))
        {
            if (Take(ref reader, "metas"u8))
                entries = ReadEntries(ref reader);
            else if (Take(ref reader, "keys"u8))
                keys = ReadKeys(ref reader);
            else
                SkipProperty(ref reader);
        }

        return new CloudMeta(entries, keys);
    });

    private delegate T Reading<T>(ref Utf8JsonReader reader);

    private static T Guard<T>(ReadOnlySpan<byte> utf8, Reading<T> read)
    {
        Utf8JsonReader reader = new(utf8, new JsonReaderOptions { MaxDepth = 8 });
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                throw new FormatException("not an object");
            T result = read(ref reader);
            if (reader.Read())
                throw new FormatException("something follows the object");
            return result;
        }
        catch (JsonException exception)
        {
            throw new FormatException($"not JSON at byte {reader.TokenStartIndex}", exception);
        }
        catch (InvalidOperationException exception)
        {
            // A string with an escape that stands for no character.
            throw new FormatException($"a string without a meaning at byte {reader.TokenStartIndex}", exception);
        }
    }

    private static bool NextProperty(ref Utf8JsonReader reader) => reader.Read() && reader.TokenType == JsonTokenType.PropertyName;

    private static bool Take(ref Utf8JsonReader reader, ReadOnlySpan<byte> name) =>
        reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals(name) && reader.Read();

    private static void SkipProperty(ref Utf8JsonReader reader)
    {
        _ = reader.Read();
        reader.Skip();
    }

    private static string ReadText(ref Utf8JsonReader reader, string what)
    {
        if (reader.TokenType != JsonTokenType.String || reader.ValueSpan.Length > MaxCursorLength)
            throw new FormatException($"'{what}' is not a text of at most {MaxCursorLength} characters");
        return reader.GetString()!;
    }

    private static ImmutableArray<MetaEntry> ReadEntries(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new FormatException("entries are not a list");
        ImmutableArray<MetaEntry>.Builder entries = ImmutableArray.CreateBuilder<MetaEntry>(1);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (entries.Count == MetaFile.MaxEntries)
                throw new FormatException($"more than {MetaFile.MaxEntries} entries");
            entries.Add(ReadEntry(ref reader));
        }

        return entries.DrainToImmutable();
    }

    private static MetaEntry ReadEntry(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new FormatException("an entry is not an object");
        Cid cid = default;
        byte[]? data = null;
        ImmutableArray<Cid>? parents = null;
        while (NextProperty(ref reader))
        {
            if (Take(ref reader, "cid"u8))
                cid = ReadCid(ref reader, "the content id of an entry");
            else if (Take(ref reader, "parents"u8))
                parents = ReadCids(ref reader, "parents");
            else if (Take(ref reader, "data"u8))
                data = ReadData(ref reader);
            else
                SkipProperty(ref reader);
        }

        if (data is null || parents is null || !cid.IsDefined)
            throw new FormatException($"an entry lacks {(data is null ? "'data'" : parents is null ? "'parents'" : "'cid'")}");
        if (cid.Codec != CidCodec.DagCbor || !cid.Names(data))
            throw new FormatException($"the data of entry {cid} is not what its content id names");
        return new MetaEntry(cid, parents.Value, data);
    }

    private static ImmutableArray<Cid> ReadCids(ref Utf8JsonReader reader, string what)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new FormatException($"'{what}' is not a list");
        ImmutableArray<Cid>.Builder cids = ImmutableArray.CreateBuilder<Cid>(1);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (cids.Count == MetaFile.MaxParents)
                throw new FormatException($"more than {MetaFile.MaxParents} in '{what}'");
            cids.Add(ReadCid(ref reader, $"an item of '{what}'"));
        }

        return cids.DrainToImmutable();
    }

    private static ImmutableArray<PublishedKey> ReadKeys(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new FormatException("keys are not a list");
        ImmutableArray<PublishedKey>.Builder keys = ImmutableArray.CreateBuilder<PublishedKey>(1);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (keys.Count == PublishedKey.MaxKeys)
                throw new FormatException($"more than {PublishedKey.MaxKeys} keys");
            if (reader.TokenType != JsonTokenType.String || !PublishedKey.TryParse(reader.GetString(), out PublishedKey? key))
                throw new FormatException("a key is not multibase base58btc (z) of 16, 24 or 32 bytes");
            keys.Add(key);
        }

        return keys.DrainToImmutable();
    }

    private static Cid ReadCid(ref Utf8JsonReader reader, string what)
    {
        Span<char> text = stackalloc char[Cid.TextLength];
        if (reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length == Cid.TextLength
            && reader.CopyString(text) == Cid.TextLength && Cid.TryParse(text, out Cid cid))
            return cid;
        throw new FormatException($"{what} is not a content id");
    }

    private static byte[] ReadData(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length <= 2 * MaxEntryLength)
        {
            // Some writers escape the slashes of base64.
            ReadOnlySpan<byte> text = reader.ValueIsEscaped ? System.Text.Encoding.UTF8.GetBytes(reader.GetString()!) : reader.ValueSpan;
            byte[] data = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
            if (text is [(byte)'M', .. var base64] && !base64.ContainsAny(" \t\r\n"u8)
                && Base64.DecodeFromUtf8(base64, data, out _, out int written) == System.Buffers.OperationStatus.Done && written <= MaxEntryLength)
                return data[..written];
        }

        throw new FormatException($"the data of an entry is not multibase base64 (M) of at most {MaxEntryLength} bytes");
    }
}
