using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Crypto;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Engine.Storage;

/// <summary>Stores the attached files of one put: small ones together in one file, each large one as leaves and a root. When it is done all of them are durable.</summary>
/// <param name="files">Where they go.</param>
/// <param name="document">The id of the document that they are for, for messages; may be empty.</param>
internal sealed class AttachmentWriter(DataFiles files, string document)
{
    /// <summary>Leaves that are stored at once; as many sealed leaves are in memory, and one more that is being read.</summary>
    public const int Parallelism = 3;

    /// <summary>Bytes of small files after which another file is begun, so that the memory that a put needs has a bound.</summary>
    public const int GroupLength = 64 << 20;

    /// <summary>Small files after which another file is begun: each is a root of its header, which has a longest length.</summary>
    public const int MaxGroup = 16_384;

    private readonly List<(int Index, Block Block)> _group = [];
    private readonly Dictionary<Cid, long> _written = [];
    private long _groupLength;

    /// <summary>The files that were stored, or were there, so far, with their length in the store.</summary>
    public IReadOnlyDictionary<Cid, long> Written => _written;

    /// <summary>Stores all.</summary>
    /// <returns>What the document has to say of each, in their order.</returns>
    /// <exception cref="InvalidDocumentException">A source has another length than it announced.</exception>
    public async ValueTask<IReadOnlyList<AttachmentInfo>> WriteAsync(IReadOnlyList<NewAttachment> attachments, CancellationToken cancellation)
    {
        var stored = new AttachmentInfo[attachments.Count];
        for (int i = 0; i < stored.Length; i++)
        {
            NewAttachment attachment = attachments[i];
            if (attachment.Length > NewAttachment.SingleBlockLength)
            {
                Block root = await WriteLeavesAsync(attachment, cancellation);
                Cid car = await WriteCarAsync([root], cancellation);
                stored[i] = Describe(attachment, car, car);
                continue;
            }

            if (_groupLength + attachment.Length > GroupLength || _group.Count == MaxGroup)
                await WriteGroupAsync(attachments, stored, cancellation);
            _groupLength += attachment.Length;
            _group.Add((i, Block.Of(CidCodec.Raw, await ReadAsync(attachment, cancellation))));
        }

        await WriteGroupAsync(attachments, stored, cancellation);
        return stored;
    }

    private async ValueTask WriteGroupAsync(IReadOnlyList<NewAttachment> attachments, AttachmentInfo[] stored, CancellationToken cancellation)
    {
        if (_group.Count == 0)
            return;
        Cid car = await WriteCarAsync([.. _group.Select(static file => file.Block)], cancellation);
        foreach ((int index, Block block) in _group)
            stored[index] = Describe(attachments[index], block.Cid, car);
        _group.Clear();
        _groupLength = 0;
    }

    private async ValueTask<Cid> WriteCarAsync(IReadOnlyList<Block> blocks, CancellationToken cancellation)
    {
        byte[] plain = FileSet.WriteCar(blocks);
        Cid car = SealedFile.NameOf(plain);
        int length = await files.WriteAsync(DataFiles.KeyOfAttachments(car), car, plain, cancellation);
        _written[car] = length;
        return car;
    }

    private async ValueTask<ReadOnlyMemory<byte>> ReadAsync(NewAttachment attachment, CancellationToken cancellation)
    {
        ReadOnlyMemory<byte> content = attachment.Content;
        if (attachment.Source is { } source)
        {
            byte[] bytes = new byte[source.Length];
            await using Stream stream = await source.OpenAsync(cancellation);
            await FillAsync(attachment, stream, bytes, cancellation);
            await DemandEndAsync(attachment, stream, cancellation);
            content = bytes;
        }

        attachment.Progress?.Invoke(content.Length);
        return content;
    }

    private async ValueTask<Block> WriteLeavesAsync(NewAttachment attachment, CancellationToken cancellation)
    {
        var leaves = new AttachmentLeaf[(attachment.Length + AttachmentTree.LeafLength - 1) / AttachmentTree.LeafLength];
        byte[] buffer = new byte[AttachmentTree.LeafLength];
        var underWay = new Queue<Task>(Parallelism);
        var begun = new HashSet<Cid>();
        await using Stream stream = await (attachment.Source ?? ContentSource.Of(attachment.Content)).OpenAsync(cancellation);
        try
        {
            for (int i = 0; i < leaves.Length; i++)
            {
                long start = (long)i * AttachmentTree.LeafLength;
                Memory<byte> content = buffer.AsMemory(0, (int)Math.Min(buffer.Length, attachment.Length - start));
                await FillAsync(attachment, stream, content, cancellation);
                if (underWay.Count == Parallelism)
                    await underWay.Dequeue();

                // Writing the plain file copies the bytes: the buffer is free for the next leaf.
                Block block = Block.Of(CidCodec.Raw, content);
                byte[] plain = FileSet.WriteCar([block]);
                leaves[i] = new AttachmentLeaf(SealedFile.NameOf(plain), block.Cid, content.Length);
                if (begun.Add(leaves[i].Car))
                    underWay.Enqueue(WriteLeafAsync(leaves[i].Car, plain, cancellation));
                attachment.Progress?.Invoke(start + content.Length);
            }

            await DemandEndAsync(attachment, stream, cancellation);
            while (underWay.TryDequeue(out Task? next))
                await next;
            return new AttachmentTree(leaves).ToBlock();
        }
        catch
        {
            // Nothing goes on behind the back of a caller who was told that it failed.
            await Task.WhenAll(underWay).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            throw;
        }
    }

    private async Task WriteLeafAsync(Cid car, byte[] plain, CancellationToken cancellation)
    {
        int length = await files.EnsureAsync(DataFiles.KeyOfAttachments(car), car, plain, cancellation);
        lock (_written)
            _written[car] = length;
    }

    private async ValueTask FillAsync(NewAttachment attachment, Stream stream, Memory<byte> content, CancellationToken cancellation)
    {
        if (await stream.ReadAtLeastAsync(content, content.Length, throwOnEndOfStream: false, cancellation) < content.Length)
            throw WrongLength(attachment);
    }

    private async ValueTask DemandEndAsync(NewAttachment attachment, Stream stream, CancellationToken cancellation)
    {
        if (await stream.ReadAsync(new byte[1], cancellation) > 0)
            throw WrongLength(attachment);
    }

    private InvalidDocumentException WrongLength(NewAttachment attachment) =>
        new(document, $"its file '{attachment.Name}' was announced with {attachment.Length} bytes and has another length");

    private static AttachmentInfo Describe(NewAttachment attachment, Cid cid, Cid car) =>
        new(attachment.Name, cid, [car], attachment.Length, attachment.ContentType, attachment.LastModified);
}
