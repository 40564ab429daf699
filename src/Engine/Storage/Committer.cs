using System.Collections.Immutable;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Clock;
using FireproofBench.Engine.Crdt;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Pail;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Engine.Storage;

/// <summary>Makes a commit of puts: files first, then the head that names them. Called by one writer at a time, under the commit lock.</summary>
internal sealed class Committer(Ledger ledger, DataFiles files, IWriteAheadLog log)
{
    // So far back is looked for the event that wrote what is shown, when it is written once more.
    private const int MostLooked = 32;

    private bool? _logIsIdle;

    /// <summary>Commits puts as one event.</summary>
    /// <returns>The state after the commit.</returns>
    public async ValueTask<LedgerState> CommitAsync(IReadOnlyList<WriteRequest> requests, CancellationToken cancellation)
    {
        LedgerState next = await WriteAsync(ledger.State, requests, cancellation);
        await NoteInLogAsync(WalContent.Idle, cancellation);
        await ledger.PublishAsync(next, cancellation);
        return next;
    }

    /// <summary>Makes the event of puts and stores its files. Nothing is published: whoever reads goes on seeing the state as it was.</summary>
    /// <param name="state">What the event follows.</param>
    /// <param name="requests">The puts.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>The state after the event.</returns>
    public async ValueTask<LedgerState> WriteAsync(LedgerState state, IReadOnlyList<WriteRequest> requests, CancellationToken cancellation)
    {
        if (state.Heads.Length == 0)
            state = await BeginAsync(state, cancellation);
        PailChange pail = await ledger.ResolveAsync(state, cancellation);
        KeyValue[] operations = requests.Count == 1 ? requests[0].Operations : [.. requests.SelectMany(static request => request.Operations)];
        IShardSource shards = ledger.Shards(pail);
        CrdtChange change = operations.Length == 1
            ? await CrdtWriter.PutAsync(shards, state.Heads, pail, operations[0].Key, operations[0].Value, cancellation)
            : await CrdtWriter.BatchAsync(shards, state.Heads, pail, operations, cancellation);

        // What is shown already makes no event. Where another write may stand beside it, that would leave it to later writes of others which of them is shown.
        if (change.Event is null && !await IsSettledAsync(state, operations[0].Key, cancellation))
            change = await CrdtWriter.BatchAsync(shards, state.Heads, pail, operations, cancellation);
        return await StoreAsync(state, requests.SelectMany(static request => request.Documents), change, cancellation);
    }

    /// <summary>Commits a state that was merged from several: no event is made, the shards that its heads need are stored.</summary>
    /// <param name="merged">The heads and the log to take over.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>The state after the commit.</returns>
    public async ValueTask<LedgerState> CommitMergeAsync(LedgerState merged, CancellationToken cancellation)
    {
        PailChange pail = await ledger.ResolveAsync(merged, cancellation);
        LedgerState next = await StoreAsync(merged, [], new CrdtChange([.. merged.Heads], null, pail), cancellation);
        next.Pail = PailChange.None(pail.Root);
        await NoteInLogAsync(WalContent.Idle, cancellation);
        await ledger.PublishAsync(next, cancellation);
        return next;
    }

    /// <summary>Makes a state that was merged from several the newest, by a bookmark: no event is made, and nothing that another device would have to read.</summary>
    /// <param name="merged">The heads and the log to take over.</param>
    /// <param name="cancellation">Ends the call.</param>
    public async ValueTask BookmarkAsync(LedgerState merged, CancellationToken cancellation)
    {
        var writer = new GroupWriter(files, ledger.Blocks, new CarHeader(merged.Log, merged.Heads, []) { IsBookmark = true });
        CarGroup bookmark = await writer.FinishAsync(cancellation);
        await NoteInLogAsync(WalContent.Idle, cancellation);
        await ledger.PublishAsync(merged, bookmark, cancellation);
    }

    /// <summary>Writes what is left to do into the write-ahead log; nothing when nothing was left and nothing is.</summary>
    /// <remarks>Before the head is published: a put that failed here must not be visible.</remarks>
    public async ValueTask NoteInLogAsync(WalContent content, CancellationToken cancellation)
    {
        bool idle = ReferenceEquals(content, WalContent.Idle);
        _logIsIdle ??= await log.ReadAsync(cancellation) is { } bytes && bytes.Span.SequenceEqual(WalContent.Idle.ToBytes());
        if (idle && _logIsIdle.Value)
            return;
        await log.WriteAsync(content.ToBytes(), cancellation);
        _logIsIdle = idle;
    }

    // Whether one of the newest events wrote a key, and nobody joined anything since: then no other write of it stands beside that one. Further back it is not known, nor where a file
    // would have to be fetched for it: other writes wait meanwhile.
    private async ValueTask<bool> IsSettledAsync(LedgerState state, string key, CancellationToken cancellation)
    {
        if (state.Heads.Length != 1)
            return false;
        try
        {
            var unread = new Queue<Cid>(state.Log.SelectMany(static group => group.Cars).Take(MostLooked));
            Cid at = state.Heads[0];
            for (int looked = 0; looked < MostLooked; looked++)
            {
                if (await ledger.Blocks.FindNearEventAsync(at, unread, cancellation) is not { } made)
                    return false;
                foreach (KeyValue operation in made.Operations)
                {
                    if (operation.Key == key)
                        return true;
                }

                if (made.Parents.Length != 1)
                    return false;
                at = made.Parents[0];
            }
        }
        catch (Exception e) when (e is MalformedBlockException or StorageException)
        {
            // Damaged, or out of reach now: it is not known either.
        }

        return false;
    }

    // The first commit of every database, a file of its own. It is published with the commit that follows at once.
    private async ValueTask<LedgerState> BeginAsync(LedgerState state, CancellationToken cancellation)
    {
        Document document = Document.Parse($$"""{"_id":"{{Genesis.Key}}"}""");
        CrdtChange change = await CrdtWriter.PutAsync(
            ledger.Shards(CrdtWriter.Beginning), [], CrdtWriter.Beginning, Genesis.Key, document.Block.Cid, cancellation);
        return await StoreAsync(state, [document.Block], change, cancellation);
    }

    private async ValueTask<LedgerState> StoreAsync(
        LedgerState state, IEnumerable<Block> documents, CrdtChange change, CancellationToken cancellation)
    {
        ImmutableArray<Cid> heads = Ledger.Sorted(change.Heads);
        var writer = new GroupWriter(files, ledger.Blocks, new CarHeader(state.Log, heads, []));
        foreach (Block document in documents)
            await writer.AddAsync(document, cancellation);
        foreach (Shard shard in change.Pail.Additions)
            await writer.AddAsync(shard.Block, cancellation);

        // Whoever compacted a state without them left them out, and its files take the place of those that held them.
        foreach (Shard shard in change.Pail.Recurring)
            await writer.AddAsync(shard.Block, cancellation);
        if (change.Event is { } added)
            await writer.AddAsync(added.Block, cancellation);
        CarGroup group = await writer.FinishAsync(cancellation);
        ledger.Blocks.Remember(change.Pail.Additions, change.Event);

        // A put that changed nothing leaves the resolution of several heads as it was: in memory only.
        return new LedgerState(heads, [group, .. state.Log])
        {
            Pail = change.Event is null ? state.Pail : PailChange.None(change.Pail.Root),
        };
    }
}
