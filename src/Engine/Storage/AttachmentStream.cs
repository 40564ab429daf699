using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Car;
using FireproofBench.Engine.Cbor;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Engine.Storage;

/// <summary>Reads a large attached file leaf by leaf: one is in memory, and only those are fetched that are read. Each is checked against its content id.</summary>
/// <remarks>Can be sought. Not for several callers at once. Reading without <c>await</c> is not supported: a leaf may be far away.</remarks>
internal sealed class AttachmentStream : Stream
{
    private readonly DataFiles _files;
    private readonly string _name;
    private readonly AttachmentTree _tree;
    private ReadOnlyMemory<byte> _leaf;
    private long _leafStart;
    private long _position;

    private AttachmentStream(DataFiles files, string name, AttachmentTree tree)
    {
        _files = files;
        _name = name;
        _tree = tree;
    }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => true;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <summary>Length of the file, in bytes.</summary>
    public override long Length => _tree.Length;

    /// <inheritdoc/>
    public override long Position
    {
        get => _position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _position = value;
        }
    }

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

    /// <summary>Reads on from the position, to the end of a leaf at the most.</summary>
    /// <exception cref="MissingBlockException">The leaf's file is nowhere, or does not hold it; leaves elsewhere can still be read.</exception>
    /// <exception cref="StorageException">Corrupt when the leaf's file is not what its name says; else as the store, or the last remote that was asked, fails.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_position >= Length || buffer.IsEmpty)
            return 0;
        if (_position < _leafStart || _position >= _leafStart + _leaf.Length)
            await FetchAsync(_tree.Find(_position), cancellationToken);
        ReadOnlyMemory<byte> ready = _leaf[(int)(_position - _leafStart)..];
        int count = Math.Min(ready.Length, buffer.Length);
        ready.Span[..count].CopyTo(buffer.Span);
        _position += count;
        return count;
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read with ReadAsync: the file may be far away.");

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _position + offset,
        _ => Length + offset,
    };

    /// <inheritdoc/>
    public override void Flush()
    {
        // Nothing is written.
    }

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException("The stream is for reading.");

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("The stream is for reading.");

    private async ValueTask FetchAsync(int index, CancellationToken cancellation)
    {
        AttachmentLeaf leaf = _tree.Leaves[index];
        long start = _tree.StartOf(index);
        string key = DataFiles.KeyOfAttachments(leaf.Car);
        ReadOnlyMemory<byte> content = await _files.FindAttachedAsync(leaf.Car, leaf.Cid, _name, cancellation)
            ?? throw new MissingBlockException(leaf.Cid, $"it is bytes {start} to {start + leaf.Length - 1} of the attached file '{_name}', and their file {key} is nowhere, or does not hold them");
        if (content.Length != leaf.Length)
            throw new StorageException(StorageErrorKind.Corrupt, "read attachment", key, $"it holds {content.Length} bytes of the attached file '{_name}' where {leaf.Length} belong");
        _leaf = content;
        _leafStart = start;
    }
}
