using System.Collections.Immutable;
using FireproofBench.Engine.Blocks;

namespace FireproofBench.Engine.Documents;

/// <summary>What a document says of one attached file; the bytes are elsewhere.</summary>
/// <param name="Name">The file's name in the document.</param>
/// <param name="Cid">The content id of the file's bytes (raw); of a large file, that of the data file with the list of its leaves (CAR).</param>
/// <param name="Cars">The attachment files that hold that block, or that list; one in what this engine and the reference write.</param>
/// <param name="Length">Length in bytes.</param>
/// <param name="ContentType">Media type as the writer gave it; may be empty.</param>
/// <param name="LastModified">As the writer gave it; null when absent.</param>
public sealed record AttachmentInfo(
    string Name, Cid Cid, ImmutableArray<Cid> Cars, long Length, string ContentType, DateTimeOffset? LastModified);
