using System.Collections.Immutable;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Crdt;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.History;
using FireproofBench.Engine.Pail;
using FireproofBench.Engine.Storage;

namespace FireproofBench.Engine;

/// <content>What changed between two clocks.</content>
public sealed partial class Database
{
    /// <summary>Lists what changed since a past clock.</summary>
    /// <param name="since">The heads of that moment, from a write or a former call; none for all.</param>
    /// <param name="limit">How many rows at the most, the newest ones.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>Each id that was written since, once, with its document as it stands.</returns>
    /// <exception cref="MissingBlockException">An event of <paramref name="since"/> is not of this database.</exception>
    public ValueTask<ChangeSet> ChangesAsync(IReadOnlyCollection<Cid> since, int limit = int.MaxValue, CancellationToken cancellation = default)
    {
        ThrowIfClosed();
        return ListChangesAsync(since, null, limit, cancellation);
    }

    /// <summary>Lists what changed between two past clocks.</summary>
    /// <param name="since">The heads of the earlier moment; none for the beginning.</param>
    /// <param name="until">The heads of the later moment.</param>
    /// <param name="limit">How many rows at the most, the newest ones.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>
    /// Each id once, with its document as it stood at <paramref name="until"/>, in the order in which the reference engine lists them. That engine gives the document that it meets first, which another device may have
    /// replaced since, or which another one won over; it is given here only where the state at <paramref name="until"/> was compacted away, and the document as it stands now where that document was.
    /// An id that nobody wrote in between is not listed. Of two documents that were written side by side before <paramref name="since"/> the other one may stand at <paramref name="until"/> all the same: in the
    /// reference's order of events, which decides it, a write of any id can change places that others have.
    /// </returns>
    /// <exception cref="MissingBlockException">An event of either clock is not of this database.</exception>
    public ValueTask<ChangeSet> ChangesAsync(IReadOnlyCollection<Cid> since, IReadOnlyCollection<Cid> until, int limit = int.MaxValue, CancellationToken cancellation = default)
    {
        ThrowIfClosed();
        return ListChangesAsync(since, Ledger.Sorted([.. until.Distinct()]), limit, cancellation);
    }

    // Without a later clock up to the present one.
    private async ValueTask<ChangeSet> ListChangesAsync(IReadOnlyCollection<Cid> since, ImmutableArray<Cid>? until, int limit, CancellationToken cancellation)
    {
        LedgerState state = _ledger.State;
        while (true)
        {
            try
            {
                return await ListChangesAsync(state, until ?? state.Heads, since, limit, cancellation);
            }
            catch (Exception e) when (Ledger.MayBeOutdated(e))
            {
                if (!await IsOutdatedAsync(state, cancellation))
                    throw;
                state = _ledger.State;
            }
        }
    }

    private async ValueTask<ChangeSet> ListChangesAsync(LedgerState state, ImmutableArray<Cid> until, IReadOnlyCollection<Cid> since, int limit, CancellationToken cancellation)
    {
        var changes = new List<DocumentChange>();
        if (limit <= 0)
            return new ChangeSet([], until);

        // Rows whose document was written by another event than the one that was met first.
        var elsewhere = new Dictionary<string, (int Row, Cid Value)>(StringComparer.Ordinal);
        StandingValues? standing = null;
        await foreach (EventKey write in EventWalk.WritesAsync(_blocks, until, since, cancellation))
        {
            if (!write.IsFirst)
            {
                if (elsewhere.TryGetValue(write.Key, out (int Row, Cid Value) known) && known.Value == write.Value)
                {
                    changes[known.Row] = changes[known.Row] with { Event = write.Event };
                    _ = elsewhere.Remove(write.Key);
                }
            }
            else if (write.Key != Genesis.Key && changes.Count < limit)
            {
                Cid value = write.Value;
                if (!write.IsNewest)
                {
                    standing ??= await ResolveStandingAsync(state, until, cancellation);
                    value = await standing.FindAsync(write.Key, cancellation) ?? value;
                }

                if (value != write.Value)
                    elsewhere.Add(write.Key, (changes.Count, value));
                changes.Add(new DocumentChange(write.Key, await ReadChangedAsync(state, write.Key, value, cancellation), write.Event));
            }

            if (changes.Count == limit && elsewhere.Count == 0)
                break;
        }

        changes.Reverse();
        return new ChangeSet([.. changes], until);
    }

    private async ValueTask<StandingValues> ResolveStandingAsync(LedgerState state, ImmutableArray<Cid> until, CancellationToken cancellation)
    {
        bool isPresent = until.SequenceEqual(state.Heads);
        try
        {
            PailChange pail = await (isPresent ? _ledger.ResolveAsync(state, cancellation) : _ledger.ResolveAsync(until, cancellation));
            return new StandingValues(_ledger.Shards(pail), pail.Root, isPresent ? null : IsCompactedAwayAsync);
        }
        catch (MissingBlockException) when (!isPresent)
        {
            if (!await IsCompactedAwayAsync())
                throw;
            return StandingValues.Unknown;
        }

        // What another process has merged meanwhile is found anew from the state that it left.
        async ValueTask<bool> IsCompactedAwayAsync() => !await IsOutdatedAsync(state, cancellation);
    }

    private async ValueTask<Document?> ReadChangedAsync(LedgerState state, string id, Cid value, CancellationToken cancellation)
    {
        try
        {
            return Document.FromBlock(id, new Block(value, await _blocks.GetAsync(value, cancellation)));
        }
        catch (MissingBlockException)
        {
            return await GetAsync(state, id, cancellation);
        }
    }
}
