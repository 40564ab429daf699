using System.Buffers;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Cbor;
using FireproofBench.Engine.Pail;

namespace FireproofBench.Engine.Documents;

/// <summary>
/// A document: a map with an <c>_id</c>, kept in its canonical DAG-CBOR form, read and written as JSON or as a typed object. Immutable.
/// </summary>
/// <remarks>
/// In JSON, byte strings are <c>{"/": {"bytes": "base64"}}</c> and links <c>{"/": "cid"}</c> (DAG-JSON); integers to 64 bits stay exact.
/// Fields come back in the order of their keys, not in the order in which they were written.
/// </remarks>
public sealed class Document
{
    private readonly Block _block;

    private Document(string? id, Block block, ReadOnlyMemory<byte> body)
    {
        Id = id;
        _block = block;
        Body = body;
    }

    /// <summary>The id, 1 to 4,096 printable ASCII characters; null for a new document that gets one when it is put.</summary>
    public string? Id { get; }

    /// <summary>The document as canonical DAG-CBOR: one map.</summary>
    public ReadOnlyMemory<byte> Body { get; }

    /// <summary>The attached files, as the document lists them.</summary>
    /// <exception cref="DagCborException">The field <c>_files</c> is not of the format.</exception>
    public ImmutableArray<AttachmentInfo> Attachments => FileSet.Read(Body.Span);

    internal Block Block => _block.Cid.IsDefined ? _block : Block.Of(CidCodec.DagCbor, _block.Bytes);

    /// <summary>Reads a document from JSON text.</summary>
    /// <exception cref="InvalidDocumentException">Not a JSON object, an id that is not allowed, or a value that has no stored form.</exception>
    public static Document Parse(string json)
    {
        byte[] utf8 = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetByteCount(json));
        try
        {
            return Parse(utf8.AsMemory(0, Encoding.UTF8.GetBytes(json, utf8)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(utf8);
        }
    }

    /// <summary>Reads a document from JSON in UTF-8.</summary>
    /// <exception cref="InvalidDocumentException">Not a JSON object, an id that is not allowed, or a value that has no stored form.</exception>
    public static Document Parse(ReadOnlyMemory<byte> utf8Json)
    {
        try
        {
            using var parsed = JsonDocument.Parse(utf8Json, JsonToDagCbor.Options);
            return From(parsed.RootElement);
        }
        catch (JsonException e)
        {
            throw new InvalidDocumentException("", $"it is not JSON ({e.Message})", e);
        }
    }

    /// <summary>Reads a document from parsed JSON.</summary>
    /// <exception cref="InvalidDocumentException">Not an object, an id that is not allowed, or a value that has no stored form.</exception>
    public static Document From(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
            throw new InvalidDocumentException("", $"it is a JSON {json.ValueKind}, not an object");
        ReadOnlySpan<byte> text = JsonMarshal.GetRawUtf8Value(json);
        if (!Utf8.IsValid(text))
            throw new InvalidDocumentException("", "its JSON is not UTF-8 throughout");
        (JsonElement given, bool isMostlyOneText) = LookThrough(json, text.Length);
        string? id = null;
        if (given.ValueKind != JsonValueKind.Undefined)
        {
            if (given.ValueKind != JsonValueKind.String)
                throw new InvalidDocumentException("", $"its _id is a JSON {given.ValueKind}, not a string");
            id = JsonText.Unescape(JsonMarshal.GetRawUtf8Value(given)[1..^1]);
            CheckId(id);
        }

        // JSON is nearly always the longer form, so that the writer need not grow. Where most of it is one text both are alike, and the document stays where it was written.
        int capacity = text.Length + DocumentBlock.Head.Length;
        using DagCborWriter writer = isMostlyOneText ? new DagCborWriter(capacity) : DagCborWriter.Borrow(capacity);
        writer.WriteEncoded(DocumentBlock.Head);
        return JsonToDagCbor.TryWriteMap(writer, json) is { } refusal
            ? throw new InvalidDocumentException(id ?? "", refusal.Message)
            : FromEncoded(id, writer);
    }

    /// <summary>Makes a document of an object, by its JSON form.</summary>
    /// <param name="value">The object; its property <c>_id</c> is the id, a new one is given when it is absent.</param>
    /// <param name="options">How the object becomes JSON; null for the platform's defaults.</param>
    /// <exception cref="InvalidDocumentException">The object has no JSON form (NaN or an infinity, for instance), or as for <see cref="From(JsonElement)"/>.</exception>
    public static Document FromObject<T>(T value, JsonSerializerOptions? options = null)
    {
        try
        {
            return From(JsonSerializer.SerializeToElement(value, options));
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException or JsonException)
        {
            throw new InvalidDocumentException("", $"the object has no JSON form ({e.Message})", e);
        }
    }

    /// <summary>The document as DAG-JSON text.</summary>
    public string ToJson() => Encoding.UTF8.GetString(ToUtf8Json());

    /// <summary>The document as DAG-JSON in UTF-8: keys sorted, no white space.</summary>
    public byte[] ToUtf8Json() => DagCborToJson.Convert(Body.Span);

    /// <summary>Writes the document as DAG-JSON.</summary>
    public void WriteTo(Utf8JsonWriter json) => DagCborToJson.Write(json, Body.Span);

    /// <summary>The document as an object, by its JSON form.</summary>
    /// <param name="options">How JSON becomes the object; null for the platform's defaults.</param>
    /// <exception cref="JsonException">The JSON does not fit the type.</exception>
    public T ToObject<T>(JsonSerializerOptions? options = null) =>
        JsonSerializer.Deserialize<T>(ToUtf8Json(), options) ?? throw new JsonException($"The document is null as a {typeof(T).Name}.");

    /// <inheritdoc/>
    public override string ToString() => ToJson();

    internal static void CheckId(string id)
    {
        if (PailKey.Refusal(id) is { } refusal)
            throw new InvalidDocumentException(id, $"its _id is not allowed: {refusal}");
    }

    /// <summary>The document in a block that was read; null for a tombstone. Copied, so that who keeps a document does not keep its whole file.</summary>
    internal static Document? FromBlock(string id, Block block)
    {
        var own = new Block(block.Cid, block.Bytes.ToArray());
        return DocumentBlock.TryReadBody(own, out ReadOnlyMemory<byte> body) ? new Document(id, own, body) : null;
    }

    /// <summary>The document with an id.</summary>
    internal Document WithId(string id)
    {
        var value = new DagCborWriter(id.Length + 4);
        value.WriteText(id);
        return With(id, "_id"u8, value.Written);
    }

    /// <summary>The document with its field of attached files replaced.</summary>
    internal Document WithFiles(ReadOnlySpan<byte> field) => With(Id, FileSet.Field, field);

    // The id, when it has one, and whether one text makes up nearly all of it.
    private static (JsonElement Id, bool IsMostlyOneText) LookThrough(JsonElement json, int length)
    {
        JsonElement id = default;
        bool isMostlyOneText = false;
        foreach (JsonProperty property in json.EnumerateObject())
        {
            if (JsonText.IsNamed(property, "_id"u8))
                id = property.Value;
            int own = JsonMarshal.GetRawUtf8Value(property.Value).Length;
            isMostlyOneText |= property.Value.ValueKind == JsonValueKind.String && DagCborWriter.IsSlack(length - own, own);
        }

        return (id, isMostlyOneText);
    }

    private static Document FromEncoded(string? id, DagCborWriter writer)
    {
        ReadOnlyMemory<byte> bytes = writer.ToMemory();

        // The hash is taken when the block is wanted: a document without an id changes before it is stored.
        Block block = id is null ? new Block(default, bytes) : Block.Of(CidCodec.DagCbor, bytes);
        return new Document(id, block, bytes[DocumentBlock.Head.Length..]);
    }

    private Document With(string? id, ReadOnlySpan<byte> field, ReadOnlySpan<byte> value)
    {
        using var writer = DagCborWriter.Borrow(Body.Length + value.Length + 64);
        writer.WriteEncoded(DocumentBlock.Head);
        DocumentBody.WriteWith(writer, Body.Span, field, value);
        return FromEncoded(id, writer);
    }
}
