using FireproofBench.Engine.Ports;

namespace FireproofBench.Engine.Documents;

/// <summary>A file to attach to a document: from memory, or read piece by piece while it is stored.</summary>
/// <remarks>
/// A file of up to <see cref="SingleBlockLength"/> is stored as one block, as the reference engine does it. A larger one is stored in leaves, each in a sealed file of
/// its own, of which a few are in memory at a time; the reference engine cannot read those.
/// </remarks>
public sealed record NewAttachment
{
    /// <summary>Longest file that is stored as one block, in bytes: the form that the reference engine reads.</summary>
    public const int SingleBlockLength = 8 << 20;

    /// <summary>Largest file, in bytes: 64 GiB.</summary>
    public const long MaxLength = 1L << 36;

    /// <summary>A file from memory.</summary>
    /// <param name="name">The file's name in the document; a file with the same name is replaced.</param>
    /// <param name="content">The bytes; not to be changed before the put is done.</param>
    /// <param name="contentType">Media type; may be empty.</param>
    /// <param name="lastModified">Stored with it, in milliseconds.</param>
    public NewAttachment(string name, ReadOnlyMemory<byte> content, string contentType, DateTimeOffset lastModified)
        : this(name, contentType, lastModified)
    {
        Content = content;
        Length = content.Length;
    }

    /// <summary>A file that is opened and read once, from its start, while it is stored.</summary>
    /// <param name="name">The file's name in the document; a file with the same name is replaced.</param>
    /// <param name="source">The bytes; at most <see cref="MaxLength"/>.</param>
    /// <param name="contentType">Media type; may be empty.</param>
    /// <param name="lastModified">Stored with it, in milliseconds.</param>
    public NewAttachment(string name, ContentSource source, string contentType, DateTimeOffset lastModified)
        : this(name, contentType, lastModified)
    {
        Source = source;
        Length = source.Length;
    }

    private NewAttachment(string name, string contentType, DateTimeOffset lastModified)
    {
        Name = name;
        ContentType = contentType;
        LastModified = lastModified;
    }

    /// <summary>The file's name in the document.</summary>
    public string Name { get; }

    /// <summary>Length in bytes.</summary>
    public long Length { get; }

    /// <summary>Media type; may be empty.</summary>
    public string ContentType { get; }

    /// <summary>Stored with it, in milliseconds.</summary>
    public DateTimeOffset LastModified { get; }

    /// <summary>The bytes of a file from memory; empty for one that is read from a source.</summary>
    public ReadOnlyMemory<byte> Content { get; }

    /// <summary>Where a file is read from; null for one from memory.</summary>
    public ContentSource? Source { get; }

    /// <summary>Is told after each piece how many bytes of the file were taken in; null for nobody.</summary>
    public Action<long>? Progress { get; init; }
}
