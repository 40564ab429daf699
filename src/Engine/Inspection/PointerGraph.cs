using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Cbor;
using FireproofBench.Engine.Clock;
using FireproofBench.Engine.Compaction;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Pail;

namespace FireproofBench.Engine.Inspection;

/// <summary>Who points at whom among the blocks of a database: content ids and document ids only, no content.</summary>
/// <remarks>Filled in one pass over the files, so that the walks that follow read nothing again.</remarks>
internal sealed class PointerGraph
{
    private readonly Dictionary<Cid, EventNote> _events = [];
    private readonly Dictionary<Cid, ShardNote> _shards = [];
    private readonly Dictionary<Cid, DocumentNote> _documents = [];
    private readonly HashSet<Cid> _replaced = [];

    // Keys come back in event after event: one string for each.
    private readonly Dictionary<string, string> _keys = new(StringComparer.Ordinal);

    /// <summary>Files with attachments that any document names, also one of the past.</summary>
    public HashSet<Cid> AttachmentFiles { get; } = [];

    /// <summary>Those among them that list the leaves of a large attached file.</summary>
    public HashSet<Cid> AttachmentTrees { get; } = [];

    /// <summary>All documents, present and past, by their blocks.</summary>
    public IReadOnlyDictionary<Cid, DocumentNote> Documents => _documents;

    public EventNote? FindEvent(Cid cid) => _events.GetValueOrDefault(cid);

    public ShardNote? FindShard(Cid cid) => _shards.GetValueOrDefault(cid);

    public DocumentNote? FindDocument(Cid cid) => _documents.GetValueOrDefault(cid);

    /// <summary>Whether the block was found in replaced files only.</summary>
    public bool IsOnlyInReplaced(Cid cid) => _replaced.Contains(cid);

    /// <summary>Notes what a block points at.</summary>
    /// <param name="block">The block; its bytes are not kept.</param>
    /// <param name="isReplaced">Whether it is in a file that a compaction replaced; files of the log are noted before.</param>
    /// <exception cref="MalformedBlockException">It starts as one of the forms and is none.</exception>
    public void Add(Block block, bool isReplaced)
    {
        if (block.Cid.Codec != CidCodec.DagCbor || _events.ContainsKey(block.Cid) || _shards.ContainsKey(block.Cid) || _documents.ContainsKey(block.Cid))
            return;
        switch (BlockForms.Of(block.Bytes.Span))
        {
            case BlockForm.Event:
                ClockEvent clockEvent = ClockEvent.Read(block);
                _events.Add(block.Cid, new EventNote(clockEvent.Parents.ToArray(), clockEvent.Root, Share(clockEvent.Operations)));
                break;
            case BlockForm.Shard:
                Add(Shard.Read(block));
                break;
            case BlockForm.Document:
                _documents.Add(block.Cid, Read(block));
                break;
            default:
                return;
        }

        if (isReplaced)
            _replaced.Add(block.Cid);
    }

    /// <summary>Notes a shard that is in no file: the resolution of several heads makes some.</summary>
    public void Add(Shard shard) => _shards.TryAdd(shard.Cid, new ShardNote(shard.Prefix, shard.Entries.ToArray()));

    private KeyValue[] Share(ReadOnlySpan<KeyValue> operations)
    {
        var shared = new KeyValue[operations.Length];
        for (int i = 0; i < shared.Length; i++)
        {
            string key = operations[i].Key;
            if (!_keys.TryGetValue(key, out string? known))
                _keys.Add(key, known = key);
            shared[i] = new KeyValue(known, operations[i].Value);
        }

        return shared;
    }

    private DocumentNote Read(Block block)
    {
        if (!DocumentBlock.TryReadBody(block, out ReadOnlyMemory<byte> body))
            return DocumentNote.Tombstone;
        List<AttachmentInfo> attachments = [];
        AddAttachments(attachments, body.Span, FileSet.Field);
        AddAttachments(attachments, body.Span, FileSet.PublicField);
        return attachments.Count == 0 ? DocumentNote.Plain : new DocumentNote(false, [.. attachments]);
    }

    private void AddAttachments(List<AttachmentInfo> attachments, ReadOnlySpan<byte> body, ReadOnlySpan<byte> field)
    {
        try
        {
            foreach (AttachmentInfo attachment in FileSet.Read(body, field))
            {
                if (!attachment.Cid.IsDefined)
                    continue;
                attachments.Add(attachment);
                AttachmentFiles.UnionWith(attachment.Cars);
                if (attachment.Cid.Codec == CidCodec.Car && AttachmentTrees.Add(attachment.Cid))
                    AttachmentFiles.Add(attachment.Cid);
            }
        }
        catch (DagCborException)
        {
            // The document's writer put something else under this name: no files of ours.
        }
    }
}
