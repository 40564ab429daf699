using System.Runtime.CompilerServices;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Compaction;
using FireproofBench.Engine.Crdt;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Pail;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Storage;

namespace FireproofBench.Engine;

/// <content>Reads of the newest state that this object knows.</content>
public sealed partial class Database
{
    /// <summary>Reads a document.</summary>
    /// <returns>Null when there is none, or it was deleted.</returns>
    public async ValueTask<Document?> GetAsync(string id, CancellationToken cancellation = default)
    {
        ThrowIfClosed();
        LedgerState state = _ledger.State;
        while (true)
        {
            try
            {
                return await GetAsync(state, id, cancellation);
            }
            catch (Exception e) when (Ledger.MayBeOutdated(e))
            {
                if (!await IsOutdatedAsync(state, cancellation))
                    throw;
                state = _ledger.State;
            }
        }
    }

    /// <summary>
    /// Reads all documents of a range in the order of their ids (ordinal): a consistent view of the moment of the call, whatever is written and
    /// compacted through this object meanwhile; of a later moment, where other processes had compacted what this object knew of before the first document was read.
    /// </summary>
    /// <exception cref="MissingBlockException">Other processes wrote and compacted so often that files of the state that the walk began with are gone. The newer state is known by then: begin again.</exception>
    /// <param name="range">Which ids; null for all.</param>
    /// <param name="cancellation">Ends the walk.</param>
    public IAsyncEnumerable<Document> AllAsync(KeyRange? range = null, CancellationToken cancellation = default)
    {
        ThrowIfClosed();
        return LiveAsync(_ledger.State, range ?? KeyRange.All, cancellation);
    }

    /// <summary>Reads all ids of a range with their documents, deleted ones among them, in the order of ids (ordinal).</summary>
    /// <param name="range">Which ids; null for all.</param>
    /// <param name="cancellation">Ends the walk.</param>
    public IAsyncEnumerable<DocumentRow> RowsAsync(KeyRange? range = null, CancellationToken cancellation = default)
    {
        ThrowIfClosed();
        return RowsAsync(_ledger.State, range ?? KeyRange.All, cancellation);
    }

    /// <summary>Opens an attached file. What is not here is fetched from the remote stores that are attached, and then kept here.</summary>
    /// <param name="attachment">The file, from <see cref="Document.Attachments"/>.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>
    /// The bytes as a stream that can be read (with <c>await</c>) and sought; checked against their content id. Of a large file each piece is fetched when it is read:
    /// then a read can fail with the exceptions below.
    /// </returns>
    /// <exception cref="MissingBlockException">None of the files that the document names is there, or holds it. The message names the attached file and what is missing.</exception>
    /// <exception cref="StorageException">Corrupt when a file is not what its name says; else as the store, or the last remote that was asked, fails.</exception>
    public async ValueTask<Stream> OpenAttachmentAsync(AttachmentInfo attachment, CancellationToken cancellation = default)
    {
        ThrowIfClosed();
        if (attachment.Cid.Codec == CidCodec.Car)
            return await AttachmentStream.OpenAsync(_files, attachment, cancellation);
        foreach (Cid car in attachment.Cars)
        {
            if (await _files.FindAttachedAsync(car, attachment.Cid, attachment.Name, cancellation) is { } content)
                return await ContentSource.Of(content).OpenAsync(cancellation);
        }

        throw new MissingBlockException(attachment.Cid, $"it is the attached file '{attachment.Name}', and none of the files that the document names for it is there");
    }

    // A compaction, of this process or another, may have deleted files of the state that a read began with: the newer state has what they held.
    private async ValueTask<bool> IsOutdatedAsync(LedgerState state, CancellationToken cancellation)
    {
        if (state == _ledger.State)
            await RefreshAsync(cancellation);
        return state != _ledger.State;
    }

    private async ValueTask<Document?> GetAsync(LedgerState state, string id, CancellationToken cancellation)
    {
        if (state.Heads.Length == 0 || id == Genesis.Key)
            return null;
        PailChange pail = await _ledger.ResolveAsync(state, cancellation);
        Cid value = await PailTree.GetAsync(_ledger.Shards(pail), pail.Root, id, cancellation);
        return value.IsDefined ? Document.FromBlock(id, new Block(value, await _blocks.GetAsync(value, cancellation))) : null;
    }

    private async IAsyncEnumerable<Document> LiveAsync(LedgerState state, KeyRange range, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (DocumentRow row in RowsAsync(state, range, cancellation))
        {
            if (row.Document is { } document)
                yield return document;
        }
    }

    private async IAsyncEnumerable<DocumentRow> RowsAsync(LedgerState state, KeyRange range, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using OpenWalks.Walk walk = _walks.Begin();
        while (true)
        {
            await using IAsyncEnumerator<DocumentRow> rows = WalkAsync(state, range, cancellation).GetAsyncEnumerator(cancellation);
            bool isThere;
            try
            {
                isThere = await rows.MoveNextAsync();
            }
            catch (Exception e) when (Ledger.MayBeOutdated(e))
            {
                // Nobody has seen anything of it yet, so a newer state does as well.
                if (!await IsOutdatedAsync(state, cancellation))
                    throw;
                state = _ledger.State;
                continue;
            }

            for (; isThere; isThere = await rows.MoveNextAsync())
                yield return rows.Current;
            yield break;
        }
    }

    private async IAsyncEnumerable<DocumentRow> WalkAsync(LedgerState state, KeyRange range, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (state.Heads.Length == 0)
            yield break;
        PailChange pail = await _ledger.ResolveAsync(state, cancellation);
        var present = new PresentShards(_ledger.Shards(pail), _blocks, token => IsOutdatedAsync(state, token));
        await foreach ((string id, Cid value) in PailEntries.WalkAsync(present, pail.Root, range, cancellation))
        {
            if (id == Genesis.Key)
                continue;
            yield return new DocumentRow(id, Document.FromBlock(id, new Block(value, await present.GetAsync(value, cancellation))));
        }
    }
}
