using System.Buffers;
using System.Buffers.Text;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Layout;

/// <summary>The meta file: the entries of a database as JSON, byte for byte as the reference engine writes them.</summary>
/// <remarks>
/// <c>[{"cid":"…","parents":["…"],"data":"M…"}]</c>, no white space, keys in this order; data is multibase base64 with padding (M). The content id is taken
/// from the data, as the reference does: the one in the file is not looked at.
/// <para>Keys beside entries are read in the reference's forms: V1, <c>"key":"z…"</c> or a list in an entry, and V2, an object <c>{"metas":[…],"keys":["z…"]}</c>,
/// whose keys are given with its first entry. Written is V1, <c>"key":["z…"]</c> behind the data: the reference's file gateway opens such a file, and passes over the
/// keys (only its cloud gateway takes them); a file in the form V2 it does not open at all. What is no key is passed over, and so is what is beyond
/// <see cref="PublishedKey.MaxKeys"/>.</para>
/// </remarks>
internal static class MetaFile
{
    /// <summary>Longest file that is read or written, in bytes.</summary>
    public const int MaxLength = 16 * 1024 * 1024;

    /// <summary>Most entries in one file: far more than devices that write at once.</summary>
    public const int MaxEntries = 65_536;

    /// <summary>Most parents of one entry.</summary>
    public const int MaxParents = 65_536;

    /// <summary>Reads a file.</summary>
    /// <exception cref="FormatException">It is no meta file; the message says where.</exception>
    public static ImmutableArray<MetaEntry> Read(ReadOnlySpan<byte> file)
    {
        Utf8JsonReader json = new(file);
        try
        {
            _ = json.Read();
            ImmutableArray<MetaEntry> entries = json.TokenType == JsonTokenType.StartObject ? ReadWithKeys(ref json) : ReadEntries(ref json);

            // Throws when something follows.
            while (json.Read())
                ;
            return entries;
        }
        catch (JsonException exception)
        {
            throw new FormatException($"not JSON at byte {json.TokenStartIndex} of {file.Length}", exception);
        }
        catch (InvalidOperationException exception)
        {
            // A string with an escape that stands for no character.
            throw new FormatException($"a string without a meaning at byte {json.TokenStartIndex}", exception);
        }
    }

    /// <summary>Writes a file.</summary>
    /// <exception cref="FormatException">It would be beyond the limits.</exception>
    public static byte[] Write(ReadOnlySpan<MetaEntry> entries)
    {
        if (entries.Length > MaxEntries)
            throw new FormatException($"{entries.Length} entries, and {MaxEntries} is the limit");
        long length = 2 + Math.Max(0, entries.Length - 1);
        foreach (MetaEntry entry in entries)
        {
            if (entry.Parents.Length > MaxParents)
                throw new FormatException($"{entry.Parents.Length} parents of an entry, and {MaxParents} is the limit");

            // 34 bytes of {"cid":"","parents":[],"data":"M"}, and for each parent its quotes and all commas but one.
            length += 34 + Cid.TextLength + Base64.GetMaxEncodedToUtf8Length(entry.Data.Length)
                + (entry.Parents.Length * (Cid.TextLength + 2L)) + Math.Max(0, entry.Parents.Length - 1) + KeysLength(entry);
        }

        if (length > MaxLength)
            throw new FormatException($"{length} bytes, and {MaxLength} is the limit");
        byte[] file = new byte[length];
        Span<byte> rest = file;
        Append(ref rest, "["u8);
        for (int i = 0; i < entries.Length; i++)
        {
            if (i > 0)
                Append(ref rest, ","u8);
            WriteEntry(ref rest, entries[i]);
        }

        Append(ref rest, "]"u8);
        return file;
    }

    private static void WriteEntry(ref Span<byte> rest, MetaEntry entry)
    {
        Append(ref rest, "{\"cid\":\""u8);
        Append(ref rest, entry.Cid);
        Append(ref rest, "\",\"parents\":["u8);
        for (int i = 0; i < entry.Parents.Length; i++)
        {
            Append(ref rest, i > 0 ? ",\""u8 : "\""u8);
            Append(ref rest, entry.Parents[i]);
            Append(ref rest, "\""u8);
        }

        Append(ref rest, "],\"data\":\"M"u8);
        _ = Base64.EncodeToUtf8(entry.Data.Span, rest, out _, out int written);
        rest = rest[written..];
        Append(ref rest, "\""u8);
        WriteKeys(ref rest, entry);
        Append(ref rest, "}"u8);
    }

    private static int KeysLength(MetaEntry entry)
    {
        if (entry.Keys.IsEmpty)
            return 0;

        // 9 bytes of ,"key":[], and for each key its quotes and all commas but one.
        Span<char> text = stackalloc char[PublishedKey.MaxTextLength];
        int length = 9 - 1;
        foreach (PublishedKey key in entry.Keys)
            length += 3 + key.WriteText(text);
        text.Clear();
        return length;
    }

    private static void WriteKeys(ref Span<byte> rest, MetaEntry entry)
    {
        if (entry.Keys.IsEmpty)
            return;
        Span<char> text = stackalloc char[PublishedKey.MaxTextLength];
        Append(ref rest, ",\"key\":["u8);
        for (int i = 0; i < entry.Keys.Length; i++)
        {
            Append(ref rest, i > 0 ? ",\""u8 : "\""u8);
            rest = rest[Encoding.ASCII.GetBytes(text[..entry.Keys[i].WriteText(text)], rest)..];
            Append(ref rest, "\""u8);
        }

        Append(ref rest, "]"u8);
        text.Clear();
    }

    private static void Append(ref Span<byte> rest, ReadOnlySpan<byte> text)
    {
        text.CopyTo(rest);
        rest = rest[text.Length..];
    }

    private static void Append(ref Span<byte> rest, Cid cid)
    {
        Span<char> text = stackalloc char[Cid.TextLength];
        cid.WriteText(text);
        rest = rest[Encoding.ASCII.GetBytes(text, rest)..];
    }

    private static ImmutableArray<MetaEntry> ReadWithKeys(ref Utf8JsonReader json)
    {
        ImmutableArray<MetaEntry>? entries = null;
        List<PublishedKey> keys = [];
        while (NextProperty(ref json))
        {
            bool isEntries = json.ValueTextEquals("metas"u8);
            bool areKeys = json.ValueTextEquals("keys"u8);
            _ = json.Read();
            if (isEntries)
                entries = ReadEntries(ref json);
            else if (areKeys)
                ReadKeys(ref json, keys);
            else
                json.Skip();
        }

        return entries switch
        {
            null => throw new FormatException("an object without 'metas'"),
            [var first, .. var others] when keys.Count > 0 => [first with { Keys = [.. first.Keys, .. keys] }, .. others],
            { } all => all,
        };
    }

    private static ImmutableArray<MetaEntry> ReadEntries(ref Utf8JsonReader json)
    {
        if (json.TokenType != JsonTokenType.StartArray)
            throw new FormatException("not a list of entries");
        ImmutableArray<MetaEntry>.Builder entries = ImmutableArray.CreateBuilder<MetaEntry>(1);
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (entries.Count == MaxEntries)
                throw new FormatException($"more than {MaxEntries} entries");
            entries.Add(ReadEntry(ref json, entries.Count));
        }

        return entries.DrainToImmutable();
    }

    private static MetaEntry ReadEntry(ref Utf8JsonReader json, int index)
    {
        if (json.TokenType != JsonTokenType.StartObject)
            throw new FormatException($"entry {index} is not an object");
        byte[]? data = null;
        ImmutableArray<Cid>? parents = null;
        List<PublishedKey>? keys = null;
        while (NextProperty(ref json))
        {
            if (json.ValueTextEquals("data"u8))
            {
                _ = json.Read();
                data = ReadData(ref json, index);
            }
            else if (json.ValueTextEquals("parents"u8))
            {
                _ = json.Read();
                parents = ReadParents(ref json, index);
            }
            else if (json.ValueTextEquals("key"u8) || json.ValueTextEquals("keys"u8))
            {
                _ = json.Read();
                ReadKeys(ref json, keys ??= []);
            }
            else
            {
                _ = json.Read();
                json.Skip();
            }
        }

        if (data is null || parents is null)
            throw new FormatException($"entry {index} lacks {(data is null ? "'data'" : "'parents'")}");
        return new MetaEntry(Cid.Of(CidCodec.DagCbor, data), parents.Value, data) { Keys = keys is null ? [] : [.. keys] };
    }

    // One key, or a list of them.
    private static void ReadKeys(ref Utf8JsonReader json, List<PublishedKey> keys)
    {
        if (json.TokenType != JsonTokenType.StartArray)
        {
            ReadKey(ref json, keys);
            return;
        }

        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
            ReadKey(ref json, keys);
    }

    private static void ReadKey(ref Utf8JsonReader json, List<PublishedKey> keys)
    {
        Span<char> text = stackalloc char[PublishedKey.MaxTextLength];
        if (json.TokenType == JsonTokenType.String && json.ValueSpan.Length <= text.Length && keys.Count < PublishedKey.MaxKeys
            && PublishedKey.TryParse(text[..json.CopyString(text)], out PublishedKey? key))
            keys.Add(key);
        else
            json.Skip();
        text.Clear();
    }

    private static bool NextProperty(ref Utf8JsonReader json) => json.Read() && json.TokenType == JsonTokenType.PropertyName;

    private static ImmutableArray<Cid> ReadParents(ref Utf8JsonReader json, int index)
    {
        if (json.TokenType != JsonTokenType.StartArray)
            throw new FormatException($"the parents of entry {index} are not a list");
        ImmutableArray<Cid>.Builder parents = ImmutableArray.CreateBuilder<Cid>(1);
        Span<char> text = stackalloc char[Cid.TextLength];
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (json.TokenType != JsonTokenType.String || json.ValueSpan.Length != Cid.TextLength
                || json.CopyString(text) != Cid.TextLength || !Cid.TryParse(text, out Cid parent))
                throw new FormatException($"parent {parents.Count} of entry {index} is not a content id");
            if (parents.Count == MaxParents)
                throw new FormatException($"entry {index} has more than {MaxParents} parents");
            parents.Add(parent);
        }

        return parents.DrainToImmutable();
    }

    private static byte[] ReadData(ref Utf8JsonReader json, int index)
    {
        if (json.TokenType == JsonTokenType.String && json.ValueSpan is [(byte)'M', ..] && !json.ValueIsEscaped)
        {
            ReadOnlySpan<byte> text = json.ValueSpan[1..];
            byte[] data = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
            if (!text.ContainsAny(" \t\r\n"u8) && Base64.DecodeFromUtf8(text, data, out _, out int written) == OperationStatus.Done)
                return data.AsSpan(0, written).ToArray();
        }

        throw new FormatException($"the data of entry {index} is not multibase base64 (M)");
    }
}
