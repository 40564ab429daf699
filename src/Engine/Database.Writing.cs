using System.Collections.Immutable;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Cbor;
using FireproofBench.Engine.Clock;
using FireproofBench.Engine.Crdt;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Storage;
using FireproofBench.Engine.Sync;
using FireproofBench.Engine.Threading;

namespace FireproofBench.Engine;

/// <content>Puts and deletes: encoded at once, committed in the order of the calls, those that wait together as one commit.</content>
public sealed partial class Database
{
    /// <summary>Most puts that become one commit when they wait together, so that a commit's event stays small.</summary>
    private const int MaxJoined = 1024;

    private readonly AsyncLock _writing = new();
    private readonly Queue<WriteRequest> _waiting = new();
    private bool _draining;
    private TaskCompletionSource? _drained;

    /// <summary>Puts a document.</summary>
    /// <param name="document">The document; one without an id gets a new, time-ordered one.</param>
    /// <param name="cancellation">Ends the call before the document is queued; a queued put is carried out.</param>
    /// <returns>The id, and the heads after the commit. The document is as durable as the store's durability says.</returns>
    /// <exception cref="InvalidDocumentException">The document cannot be stored.</exception>
    public async ValueTask<PutResult> PutAsync(Document document, CancellationToken cancellation = default)
    {
        Document complete = Complete(document);
        ImmutableArray<Cid> heads = await WriteAsync(
            new WriteRequest([new KeyValue(complete.Id!, complete.Block.Cid)], [complete.Block]), cancellation);
        return new PutResult([complete.Id!], heads);
    }

    /// <summary>Puts a document with new attached files, which are stored before it: whatever breaks off leaves files that nobody names, and no document.</summary>
    /// <param name="document">The document; files that it lists already are kept.</param>
    /// <param name="attachments">The new files. Of each large one a few pieces are in memory at a time.</param>
    /// <param name="cancellation">Ends the call before the document is queued.</param>
    /// <exception cref="InvalidDocumentException">The document cannot be stored; or a file is too large, or has another length than was announced.</exception>
    public async ValueTask<PutResult> PutAsync(Document document, IReadOnlyList<NewAttachment> attachments, CancellationToken cancellation = default)
    {
        ThrowIfNotWritable();
        if (attachments.Count == 0)
            return await PutAsync(document, cancellation);
        if (document.Id is { } id)
            CheckId(id);
        ImmutableArray<AttachmentInfo> existing = ReadFiles(document);
        IReadOnlyList<AttachmentInfo> added = await StoreAsync(document.Id ?? "", attachments, cancellation);
        return await PutAsync(document.WithFiles(FileSet.WriteField(existing, added)), cancellation);
    }

    /// <summary>
    /// Attaches files to a document that is there. The files are stored first, which may take long; then the document is read and put, and no other write of this device comes in between, so that
    /// what was written to it meanwhile stays.
    /// </summary>
    /// <param name="id">The document.</param>
    /// <param name="attachments">The new files. Of each large one a few pieces are in memory at a time.</param>
    /// <param name="cancellation">Ends the call before the commit.</param>
    /// <exception cref="InvalidDocumentException">There is no such document, or it is gone when the files are stored; or as a put with files.</exception>
    public async ValueTask<PutResult> AttachFilesAsync(string id, IReadOnlyList<NewAttachment> attachments, CancellationToken cancellation = default)
    {
        ThrowIfNotWritable();
        CheckId(id);
        _ = ReadFiles(Demand(id, await GetAsync(id, cancellation)));
        IReadOnlyList<AttachmentInfo> added = await StoreAsync(id, attachments, cancellation);
        return await WriteOnNewestAsync(
            async () =>
            {
                Document document = Demand(id, await GetAsync(_ledger.State, id, cancellation));
                Document complete = document.WithFiles(FileSet.WriteField(ReadFiles(document), added));
                return new WriteRequest([new KeyValue(id, complete.Block.Cid)], [complete.Block]);
            },
            cancellation);
    }

    /// <summary>Puts several documents as one commit: all of them or, after a failure, none.</summary>
    /// <param name="documents">At least one document; of two with the same id the later one wins.</param>
    /// <param name="cancellation">Ends the call before the documents are queued.</param>
    /// <returns>The ids in the order of the documents, and the heads after the commit.</returns>
    /// <exception cref="InvalidDocumentException">A document cannot be stored; none is.</exception>
    public async ValueTask<PutResult> PutManyAsync(IReadOnlyList<Document> documents, CancellationToken cancellation = default)
    {
        if (documents.Count == 0)
            throw new InvalidDocumentException("", "there is none to put");
        var operations = new KeyValue[documents.Count];
        var blocks = new Block[documents.Count];
        for (int i = 0; i < operations.Length; i++)
        {
            Document complete = Complete(documents[i]);
            blocks[i] = complete.Block;
            operations[i] = new KeyValue(complete.Id!, complete.Block.Cid);
        }

        ImmutableArray<Cid> heads = await WriteAsync(new WriteRequest(operations, blocks), cancellation);
        return new PutResult([.. operations.Select(static operation => operation.Key)], heads);
    }

    /// <summary>Deletes a document by putting a tombstone, also where there is none.</summary>
    /// <returns>The id, and the heads after the commit.</returns>
    /// <exception cref="InvalidDocumentException">The id is not one that a document can have.</exception>
    public async ValueTask<PutResult> DeleteAsync(string id, CancellationToken cancellation = default)
    {
        CheckId(id);
        ImmutableArray<Cid> heads = await WriteAsync(
            new WriteRequest([new KeyValue(id, DocumentBlock.Tombstone.Cid)], [DocumentBlock.Tombstone]), cancellation);
        return new PutResult([id], heads);
    }

    private static Document Demand(string id, Document? document) =>
        document ?? throw new InvalidDocumentException(id, "it is not there, or was deleted, and files can be attached to what is there only");

    // The links are told when all is here: a link that is attached meanwhile finds the files by itself.
    private async ValueTask<IReadOnlyList<AttachmentInfo>> StoreAsync(string id, IReadOnlyList<NewAttachment> attachments, CancellationToken cancellation)
    {
        foreach (NewAttachment attachment in attachments)
        {
            if (attachment.Length > NewAttachment.MaxLength)
                throw new InvalidDocumentException(id, $"its file '{attachment.Name}' of {attachment.Length} bytes is larger than {NewAttachment.MaxLength}");
        }

        var writer = new AttachmentWriter(_files, id);
        IReadOnlyList<AttachmentInfo> added = await writer.WriteAsync(attachments, cancellation);
        foreach (RemoteLink link in _links)
        {
            foreach ((Cid file, long length) in writer.Written)
                link.NoteAttachment(file, length);
        }

        return added;
    }

    private static ImmutableArray<AttachmentInfo> ReadFiles(Document document)
    {
        try
        {
            return document.Attachments;
        }
        catch (DagCborException e)
        {
            throw new InvalidDocumentException(document.Id ?? "", "its field _files is not a map of attached files", e);
        }
    }

    private Document Complete(Document document)
    {
        Document complete = document.Id is null ? document.WithId(TimeOrderedId.Create(_options.Time, _options.Entropy)) : document;
        CheckId(complete.Id!);
        return complete;
    }

    private static void CheckId(string id)
    {
        Document.CheckId(id);
        if (id == Genesis.Key)
            throw new InvalidDocumentException(id, "its _id is the one of the first event of every database");
    }

    // A write that depends on what is there: what is written between the look and the commit would be lost, or survive, so no other write comes in between. None is made of no operations.
    private async ValueTask<PutResult> WriteOnNewestAsync(Func<ValueTask<WriteRequest>> find, CancellationToken cancellation)
    {
        ImmutableArray<string> ids = [];
        LedgerState state;
        bool metOthers = false;
        await WaitForRoomAsync();
        try
        {
            using (await _writing.AcquireAsync())
            {
                ThrowIfClosed();
                await using (await _store.CommitLock.AcquireAsync(cancellation))
                {
                    state = await _ledger.OnNewestAsync(
                        async () =>
                        {
                            metOthers |= TakeUntold();
                            WriteRequest request = await find();
                            ids = [.. request.Operations.Select(static operation => operation.Key)];
                            return ids.Length == 0 ? _ledger.State : await _committer.CommitAsync([request], CancellationToken.None);
                        },
                        cancellation);
                    _told = state.Heads;
                }
            }
        }
        finally
        {
            if (metOthers)
                Notify([]);
        }

        if (ids.Length > 0)
        {
            TellSubscribers(ids);
            if (_options.Compaction == CompactionMode.Automatic)
                await _compactor.MergeAsync();
        }

        TellLinks();
        return new PutResult(ids, state.Heads);
    }

    private async ValueTask<ImmutableArray<Cid>> WriteAsync(WriteRequest request, CancellationToken cancellation)
    {
        ThrowIfNotWritable();
        cancellation.ThrowIfCancellationRequested();
        bool first;
        lock (_waiting)
        {
            ThrowIfClosed();
            _waiting.Enqueue(request);
            first = !_draining;
            _draining = true;
        }

        if (first)
            _ = DrainAsync();
        return await request.Done;
    }

    // Closes the queue to new writes, and waits for those that are in it.
    private Task CloseQueueAsync()
    {
        lock (_waiting)
        {
            _closed = true;
            if (!_draining)
                return Task.CompletedTask;
            _drained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _drained.Task;
        }
    }

    // Runs on the context of the put that found the queue empty until that put is done, then on, by a yield, beside it.
    private async Task DrainAsync()
    {
        while (true)
        {
            List<WriteRequest> joined = TakeWaiting();
            if (joined.Count == 0)
                return;
            await CommitAsync(joined);
            if (IsWaiting())
                await Task.Yield();
        }
    }

    private async ValueTask CommitAsync(List<WriteRequest> joined)
    {
        bool metOthers = false;
        try
        {
            await WaitForRoomAsync();
            using (await _writing.AcquireAsync())
            {
                await using (await _store.CommitLock.AcquireAsync(CancellationToken.None))
                {
                    LedgerState state = await _ledger.OnNewestAsync(
                        () =>
                        {
                            metOthers |= TakeUntold();
                            return _committer.CommitAsync(joined, CancellationToken.None);
                        },
                        CancellationToken.None);
                    _told = state.Heads;
                    foreach (WriteRequest request in joined)
                        request.Complete(state.Heads);
                }
            }

            // A merge may have to fetch files: whoever subscribed does not wait for it. Links do, since they would send what it replaces.
            if (metOthers)
                TellSubscribers([]);
            TellSubscribers([.. joined.SelectMany(static request => request.Operations).Select(static operation => operation.Key).Distinct()]);
            if (_options.Compaction == CompactionMode.Automatic)
                await _compactor.MergeAsync();
            TellLinks();
        }
        catch (Exception e)
        {
            foreach (WriteRequest request in joined)
                request.Fail(e);
            if (metOthers || joined[0].Done.IsCompletedSuccessfully)
                Notify([]);
        }
    }

    private async ValueTask WaitForRoomAsync()
    {
        await _compactor.WaitForRoomAsync();
        foreach (RemoteLink link in _links)
            await link.WaitForRoomAsync();
    }

    private List<WriteRequest> TakeWaiting()
    {
        var joined = new List<WriteRequest>();
        lock (_waiting)
        {
            int operations = 0;
            while (_waiting.TryPeek(out WriteRequest? next) && (joined.Count == 0 || operations + next.Operations.Length <= MaxJoined))
            {
                operations += next.Operations.Length;
                joined.Add(_waiting.Dequeue());
            }

            if (joined.Count > 0)
                return joined;
            _draining = false;
            _drained?.SetResult();
        }

        return joined;
    }

    private bool IsWaiting()
    {
        lock (_waiting)
            return _waiting.Count > 0;
    }
}
