using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Clock;
using FireproofBench.Engine.Crdt;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Pail;
using FireproofBench.Engine.Storage;

namespace FireproofBench.Engine.Inspection;

/// <content>The pointers: from heads to events, from the root to shards and documents, from documents to attached files.</content>
internal sealed partial class Verification
{
    private readonly HashSet<Cid> _reached = [];
    private long _events;
    private long _shards;
    private long _documents;
    private long _tombstones;
    private long _live;
    private long _compactedAway;

    /// <returns>The root; not defined when it cannot be found.</returns>
    private async ValueTask<Cid> CheckPointersAsync(Ledger ledger, LedgerState state, CancellationToken cancellation)
    {
        CheckEvents(state.Heads);
        Cid root = state.Heads.Length == 1 ? _graph.FindEvent(state.Heads[0])?.Root ?? default : await ResolveAsync(ledger, state, cancellation);
        if (root.IsDefined)
            CheckPail(root);
        CheckChanges(state.Heads);
        return root;
    }

    private void CheckEvents(IReadOnlyCollection<Cid> heads)
    {
        var open = new Stack<(Cid Event, Cid Child)>(heads.Select(static head => (head, default(Cid))));
        while (open.TryPop(out (Cid Event, Cid Child) next))
        {
            if (!_reached.Add(next.Event))
                continue;
            if (_graph.FindEvent(next.Event) is not { } found)
            {
                string child = next.Child.IsDefined ? $"the event {next.Child} follows it" : "it is a head";
                _findings.Add(FindingKind.MissingBlock, next.Event.ToString(), $"an event that no file holds; {child}");
                continue;
            }

            _events++;
            NoteReplaced(next.Event, "an event");
            foreach (Cid parent in found.Parents)
                open.Push((parent, next.Event));
        }
    }

    // Several heads are resolved from events and shards in the files, as a reader does it.
    private async ValueTask<Cid> ResolveAsync(Ledger ledger, LedgerState state, CancellationToken cancellation)
    {
        Cid root = default;
        await TryAsync(async () =>
        {
            try
            {
                PailChange pail = await ledger.ResolveAsync(state, cancellation);
                foreach (Shard made in pail.Additions.Concat(pail.Recurring))
                    _graph.Add(made);
                root = pail.Root;
            }
            catch (MissingBlockException e)
            {
                _findings.Add(FindingKind.MissingBlock, e.Cid.ToString(), $"needed to put the {state.Heads.Length} heads together, and no file holds it");
            }
        });
        return root;
    }

    private void CheckPail(Cid root)
    {
        var open = new Stack<(Cid Shard, string Prefix)>([(root, "")]);
        while (open.TryPop(out (Cid Shard, string Prefix) next))
        {
            if (!_reached.Add(next.Shard))
                continue;
            if (_graph.FindShard(next.Shard) is not { } shard)
            {
                _findings.Add(FindingKind.MissingBlock, next.Shard.ToString(), $"the shard of the documents whose ids start with '{next.Prefix}', and no file holds it");
                continue;
            }

            if (shard.Prefix != next.Prefix)
                _findings.Add(FindingKind.CorruptBlock, next.Shard.ToString(), $"a shard of the prefix '{shard.Prefix}' stands where '{next.Prefix}' belongs");
            _shards++;
            NoteReplaced(next.Shard, "a shard of the present state");
            foreach (ShardEntry entry in shard.Entries)
            {
                if (entry.IsLink)
                    open.Push((entry.Link, shard.Prefix + entry.Key));
                if (entry.Value.IsDefined && shard.Prefix + entry.Key != Genesis.Key)
                    CheckDocument(shard.Prefix + entry.Key, entry.Value);
            }
        }
    }

    private void CheckDocument(string id, Cid value)
    {
        if (_graph.FindDocument(value) is not { } document)
        {
            _findings.Add(FindingKind.MissingBlock, value.ToString(), $"the document '{id}', and no file holds it");
            return;
        }

        NoteReplaced(value, "a document of the present state");
        if (document.IsDeleted)
        {
            _tombstones++;
            return;
        }

        _documents++;
        foreach (AttachmentInfo attachment in document.Attachments)
        {
            _live++;
            if (_trees.TryGetValue(attachment.Cid, out AttachmentTree? tree))
                CheckLeaves(id, attachment, tree);
            if (tree is not null || attachment.Cars.Any(car => _attached.ContainsKey((car, attachment.Cid))))
                continue;

            string subject = attachment.Cars.Length > 0 ? DataFiles.KeyOfAttachments(attachment.Cars[0]) : attachment.Cid.ToString();
            _findings.Add(FindingKind.MissingAttachment, subject, $"it should hold the file '{attachment.Name}' of the document '{id}', and is not there, or is not whole");
        }
    }

    private void CheckLeaves(string id, AttachmentInfo attachment, AttachmentTree tree)
    {
        if (tree.Length != attachment.Length)
            _findings.Add(FindingKind.CorruptFile, DataFiles.KeyOfAttachments(attachment.Cid), $"it lists {tree.Length} bytes, and the document '{id}' says that its file '{attachment.Name}' has {attachment.Length}");
        foreach (AttachmentLeaf leaf in tree.Leaves)
        {
            if (!_attached.TryGetValue((leaf.Car, leaf.Cid), out int length) || length != leaf.Length)
                _findings.Add(FindingKind.MissingAttachment, DataFiles.KeyOfAttachments(leaf.Car), $"it should hold a part of the file '{attachment.Name}' of the document '{id}', and is not there, or is not whole");
        }
    }

    // What the walk over changes meets first for a key has to be there; it is not always the document of the present state where branches met. All older
    // versions may be compacted away.
    private void CheckChanges(IEnumerable<Cid> heads)
    {
        var visited = new HashSet<Cid>();
        var keys = new HashSet<string>(StringComparer.Ordinal);
        var lost = new HashSet<Cid>();
        var open = new Stack<Cid>(heads.Reverse());
        while (open.TryPop(out Cid cid))
        {
            if (!visited.Add(cid) || _graph.FindEvent(cid) is not { } next)
                continue;
            foreach (KeyValue operation in next.Operations.Reverse())
            {
                if (!operation.Value.IsDefined || operation.Key == Genesis.Key)
                    continue;
                bool isNewest = keys.Add(operation.Key);
                if (_graph.FindDocument(operation.Value) is not null)
                    continue;
                if (isNewest)
                    _findings.Add(FindingKind.MissingBlock, operation.Value.ToString(), $"the newest change of the document '{operation.Key}', and no file holds it");
                else if (lost.Add(operation.Value))
                    _compactedAway++;
            }

            for (int i = next.Parents.Length - 1; i >= 0; i--)
                open.Push(next.Parents[i]);
        }
    }

    private void NoteReplaced(Cid block, string what)
    {
        if (_graph.IsOnlyInReplaced(block))
            _findings.Add(FindingKind.OnlyInReplaced, block.ToString(), $"{what} that only a replaced file holds; compact the database to take it over");
    }
}
