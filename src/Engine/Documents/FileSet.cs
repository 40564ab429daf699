using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Car;
using FireproofBench.Engine.Cbor;

namespace FireproofBench.Engine.Documents;

/// <summary>The attached files of a document: the field <c>_files</c>, and the CAR file that carries new ones.</summary>
/// <remarks>
/// Each file is one raw block; the files that are attached at once share a CAR whose roots and blocks are the files in the order given.
/// A field entry: <c>{car: [link], cid: link, size, type, lastModified}</c>. Source: the format of the reference engine 0.24.19. Of a large file
/// <c>cid</c> is the same link as <c>car</c>: a CAR whose root is an <see cref="AttachmentTree"/>.
/// </remarks>
internal static class FileSet
{
    /// <summary>The name of the field.</summary>
    public static ReadOnlySpan<byte> Field => "_files"u8;

    /// <summary>The reference engine's second field of files: stored in the same way, meant to be linked to from outside.</summary>
    public static ReadOnlySpan<byte> PublicField => "_publicFiles"u8;

    /// <summary>Writes the CAR file of new attachments, plain.</summary>
    /// <param name="files">Their blocks, in order; equal ones are stored once.</param>
    public static byte[] WriteCar(IReadOnlyList<Block> files) =>
        CarWriter.Write([.. files.Select(static file => file.Cid)], [.. files.DistinctBy(static file => file.Cid)]);

    /// <summary>Encodes the field with new attachments beside those that the document has.</summary>
    public static byte[] WriteField(IReadOnlyList<AttachmentInfo> existing, IReadOnlyList<AttachmentInfo> added)
    {
        var files = existing.ToDictionary(static file => file.Name, StringComparer.Ordinal);
        foreach (AttachmentInfo file in added)
            files[file.Name] = file;
        var entries = files.Values.Select(static file => (Key: Encoding.UTF8.GetBytes(file.Name), File: file)).ToList();
        entries.Sort(static (left, right) => DagCborValidator.CompareKeys(left.Key, right.Key));
        var writer = new DagCborWriter(entries.Count * 192);
        writer.WriteMapHeader(entries.Count);
        foreach ((byte[] key, AttachmentInfo file) in entries)
        {
            writer.WriteText(key);
            WriteEntry(writer, file);
        }

        return writer.ToArray();
    }

    /// <summary>Reads the field of a document's map.</summary>
    /// <exception cref="DagCborException">The field is not of this form.</exception>
    public static ImmutableArray<AttachmentInfo> Read(ReadOnlySpan<byte> body) => Read(body, Field);

    /// <summary>Reads one of the two fields of a document's map.</summary>
    /// <exception cref="DagCborException">The field is not of this form.</exception>
    public static ImmutableArray<AttachmentInfo> Read(ReadOnlySpan<byte> body, ReadOnlySpan<byte> name)
    {
        ReadOnlySpan<byte> field = DocumentBody.Find(body, name);
        if (field.IsEmpty)
            return [];
        var reader = new DagCborReader(field);
        if (reader.Peek() != DagCborKind.Map)
            return [];
        int count = reader.ReadMapHeader();
        var files = ImmutableArray.CreateBuilder<AttachmentInfo>(Math.Min(count, 1024));
        for (int i = 0; i < count; i++)
            files.Add(ReadEntry(Encoding.UTF8.GetString(reader.ReadText()), ref reader));
        return files.ToImmutable();
    }

    private static void WriteEntry(DagCborWriter writer, AttachmentInfo file)
    {
        writer.WriteMapHeader(file.LastModified is null ? 4 : 5);
        writer.WriteText("car"u8);
        writer.WriteLinks(file.Cars.AsSpan());
        writer.WriteText("cid"u8);
        writer.WriteLink(file.Cid);
        writer.WriteText("size"u8);
        writer.WriteInteger(file.Length);
        writer.WriteText("type"u8);
        writer.WriteText(file.ContentType);
        if (file.LastModified is not { } modified)
            return;
        writer.WriteText("lastModified"u8);
        writer.WriteInteger(modified.ToUnixTimeMilliseconds());
    }

    private static AttachmentInfo ReadEntry(string name, ref DagCborReader reader)
    {
        var file = new AttachmentInfo(name, default, [], 0, "", null);
        int fields = reader.ReadMapHeader();
        for (int i = 0; i < fields; i++)
        {
            ReadOnlySpan<byte> key = reader.ReadText();
            if (key.SequenceEqual("car"u8))
                file = file with { Cars = ReadCars(ref reader) };
            else if (key.SequenceEqual("cid"u8))
                file = file with { Cid = reader.ReadLink() };
            else if (key.SequenceEqual("size"u8))
                file = file with { Length = (long)reader.ReadInteger() };
            else if (key.SequenceEqual("type"u8))
                file = file with { ContentType = Encoding.UTF8.GetString(reader.ReadText()) };
            else if (key.SequenceEqual("lastModified"u8) && reader.Peek() == DagCborKind.Integer)
                file = file with { LastModified = ReadTime(ref reader) };
            else
                reader.Skip();
        }

        return file;
    }

    // The reference writes a list; older writers a single link.
    private static ImmutableArray<Cid> ReadCars(ref DagCborReader reader) =>
        ImmutableCollectionsMarshal.AsImmutableArray(reader.Peek() == DagCborKind.Link ? [reader.ReadLink()] : reader.ReadLinks());

    private static DateTimeOffset? ReadTime(ref DagCborReader reader)
    {
        Int128 milliseconds = reader.ReadInteger();
        return milliseconds >= DateTimeOffset.MinValue.ToUnixTimeMilliseconds() && milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds((long)milliseconds)
            : null;
    }
}
