namespace FireproofBench.Engine.Documents;

/// <summary>A file to attach to a document.</summary>
/// <param name="Name">The file's name in the document; a file with the same name is replaced.</param>
/// <param name="Content">The bytes; at most <see cref="MaxLength"/>.</param>
/// <param name="ContentType">Media type; may be empty.</param>
/// <param name="LastModified">Stored with it, in milliseconds.</param>
public sealed record NewAttachment(string Name, ReadOnlyMemory<byte> Content, string ContentType, DateTimeOffset LastModified)
{
    /// <summary>Largest file, in bytes: it is stored as one block in one sealed file, held in memory while it is sealed.</summary>
    public const int MaxLength = 1 << 29;
}
