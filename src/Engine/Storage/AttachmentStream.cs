using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Car;
using FireproofBench.Engine.Cbor;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Engine.Storage;

/// <summary>Reads a large attached file leaf by leaf: one is in memory, and only those are fetched that are read. Each is checked against its content id.</summary>
/// <remarks>
/// A read fails with a <see cref="MissingBlockException"/> when the leaf's file is nowhere, or does not hold it; leaves elsewhere can still be read. With a
/// <see cref="StorageException"/>: Corrupt when the leaf's file is not what its name says; else as the store, or the last remote that was asked, fails.
/// </remarks>
internal sealed class AttachmentStream : PieceStream
{
    private readonly DataFiles _files;
    private readonly string _name;
    private readonly AttachmentTree _tree;

    private AttachmentStream(DataFiles files, string name, AttachmentTree tree)
    {
        _files = files;
        _name = name;
        _tree = tree;
    }

    /// <summary>Length of the file, in bytes.</summary>
    public override long Length => _tree.Length;

    /// <summary>Opens a file.</summary>
    /// <param name="files">Where the leaves are.</param>
    /// <param name="attachment">What the document says of it.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <exception cref="MissingBlockException">The file with the root is nowhere.</exception>
    /// <exception cref="StorageException">Corrupt when the root is none, or of another length than the document says; else as the store fails.</exception>
    public static async ValueTask<AttachmentStream> OpenAsync(DataFiles files, AttachmentInfo attachment, CancellationToken cancellation)
    {
        string key = DataFiles.KeyOfAttachments(attachment.Cid);
        CarFile file = await files.ReadAsync(key, attachment.Cid, cancellation)
            ?? throw new MissingBlockException(attachment.Cid, $"it is the list of the pieces of the attached file '{attachment.Name}', and its file {key} is nowhere");
        AttachmentTree tree;
        try
        {
            tree = AttachmentTree.Read(file);
        }
        catch (DagCborException e)
        {
            throw Corrupt($"the root of the attached file '{attachment.Name}' cannot be read: {e.Message}", e);
        }

        if (tree.Length != attachment.Length)
            throw Corrupt($"the root of the attached file '{attachment.Name}' lists {tree.Length} bytes, and the document says {attachment.Length}", null);
        return new AttachmentStream(files, attachment.Name, tree);

        StorageException Corrupt(string reason, Exception? cause) =>
            new(StorageErrorKind.Corrupt, "open attachment", key, reason, cause);
    }

    private protected override async ValueTask<(ReadOnlyMemory<byte> Piece, long Start)> FetchAsync(long position, CancellationToken cancellation)
    {
        int index = _tree.Find(position);
        AttachmentLeaf leaf = _tree.Leaves[index];
        long start = _tree.StartOf(index);
        string key = DataFiles.KeyOfAttachments(leaf.Car);
        ReadOnlyMemory<byte> content = await _files.FindAttachedAsync(leaf.Car, leaf.Cid, _name, cancellation)
            ?? throw new MissingBlockException(leaf.Cid, $"it is bytes {start} to {start + leaf.Length - 1} of the attached file '{_name}', and their file {key} is nowhere, or does not hold them");
        if (content.Length != leaf.Length)
            throw new StorageException(StorageErrorKind.Corrupt, "read attachment", key, $"it holds {content.Length} bytes of the attached file '{_name}' where {leaf.Length} belong");
        return (content, start);
    }
}
