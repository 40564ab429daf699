using System.Text;
using FireproofBench.Engine.Cbor;

namespace FireproofBench.Engine.Documents;

/// <summary>A document's map as encoded bytes: its fields are found and replaced without decoding the others.</summary>
internal static class DocumentBody
{
    /// <summary>Finds the encoded value of a field; empty when the map lacks it.</summary>
    public static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> body, ReadOnlySpan<byte> field)
    {
        var reader = new DagCborReader(body);
        int fields = reader.ReadMapHeader();
        for (int i = 0; i < fields; i++)
        {
            bool found = reader.ReadText().SequenceEqual(field);
            int start = reader.Position;
            reader.Skip();
            if (found)
                return body[start..reader.Position];
        }

        return [];
    }

    /// <summary>The text of a field; null when the map lacks it or it is not text.</summary>
    public static string? FindText(ReadOnlySpan<byte> body, ReadOnlySpan<byte> field)
    {
        ReadOnlySpan<byte> value = Find(body, field);
        if (value.IsEmpty)
            return null;
        var reader = new DagCborReader(value);
        return reader.Peek() == DagCborKind.Text ? Encoding.UTF8.GetString(reader.ReadText()) : null;
    }

    /// <summary>Writes the map with one field set to an encoded value.</summary>
    public static void WriteWith(DagCborWriter writer, ReadOnlySpan<byte> body, ReadOnlySpan<byte> field, ReadOnlySpan<byte> value)
    {
        bool exists = !Find(body, field).IsEmpty;
        var reader = new DagCborReader(body);
        int fields = reader.ReadMapHeader();
        writer.WriteMapHeader(exists ? fields : fields + 1);
        bool written = false;
        for (int i = 0; i < fields; i++)
        {
            ReadOnlySpan<byte> key = reader.ReadText();
            int start = reader.Position;
            reader.Skip();
            bool same = key.SequenceEqual(field);
            if (!written && (same || (!exists && DagCborValidator.CompareKeys(field, key) < 0)))
            {
                writer.WriteText(field);
                writer.WriteEncoded(value);
                written = true;
            }

            if (same)
                continue;
            writer.WriteText(key);
            writer.WriteEncoded(body[start..reader.Position]);
        }

        if (written)
            return;
        writer.WriteText(field);
        writer.WriteEncoded(value);
    }
}
