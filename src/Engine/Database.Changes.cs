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
        return PresentChangesAsync(since, limit, cancellation);
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
        return ChangesAsync(_ledger.State, Ledger.Sorted([.. until.Distinct()]), since, limit, cancellation);
    }

    private async ValueTask<ChangeSet> PresentChangesAsync(IReadOnlyCollection<Cid> since, int limit, CancellationToken cancellation)
    {
        LedgerState state = _ledger.State;
        while (true)
        {
            try
            {
                return await ChangesAsync(state, state.Heads, since, limit, cancellation);
            }
            catch (Exception e) when (Ledger.MayBeOutdated(e))
            {
                if (!await IsOutdatedAsync(state, cancellation))
                    throw;
                state = _ledger.State;
            }
        }
    }

    private async ValueTask<ChangeSet> ChangesAsync(LedgerState state, ImmutableArray<Cid> until, IReadOnlyCollection<Cid> since, int limit, CancellationToken cancellation)
    {
        var changes = new List<DocumentChange>();
        if (limit <= 0)
            return new ChangeSet([], until);

        // Rows whose document was written by another event than the one that was met first.
        var elsewhere = new Dictionary<string, (int Row, Cid Value)>(StringComparer.Ordinal);
        bool isPresent = until.SequenceEqual(state.Heads);
        (PailChange? standing, bool isResolved) = (null, false);
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
                if (!write.IsNewest && !isResolved)
                    (standing, isResolved) = (await TryResolveAsync(state, until, isPresent, cancellation), true);
                Cid value = write.IsNewest || standing is null ? write.Value : await FindStandingAsync(standing, write, isPresent, cancellation);
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

    // The tree at a clock; null where that is past and was compacted away.
    private async ValueTask<PailChange?> TryResolveAsync(LedgerState state, ImmutableArray<Cid> until, bool isPresent, CancellationToken cancellation)
    {
        try
        {
            return await (isPresent ? _ledger.ResolveAsync(state, cancellation) : _ledger.ResolveAsync(until, cancellation));
        }
        catch (MissingBlockException) when (!isPresent)
        {
            return null;
        }
    }

    // What a key has in a tree; where that is past and some of its shards were compacted away, what the walk met first.
    private async ValueTask<Cid> FindStandingAsync(PailChange standing, EventKey write, bool isPresent, CancellationToken cancellation)
    {
        try
        {
            return await PailTree.GetAsync(_ledger.Shards(standing), standing.Root, write.Key, cancellation);
        }
        catch (MissingBlockException) when (!isPresent)
        {
            return write.Value;
        }
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
