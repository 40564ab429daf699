using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Storage;
using FireproofBench.Engine.Threading;

namespace FireproofBench.Engine.Sync;

/// <summary>Finds the group that says all of the present state by itself, for others to begin at: after a merge of several heads the newest group of the log does not.</summary>
/// <param name="ledger">The history.</param>
/// <param name="committer">Writes bookmarks.</param>
/// <param name="commitLock">Keeps other processes out.</param>
/// <param name="writing">Keeps other writes of this process out.</param>
internal sealed class StateDescription(Ledger ledger, Committer committer, ICommitLock commitLock, AsyncLock writing)
{
    /// <summary>Whether the newest group of the log says all of the present state, as it does right after a commit here.</summary>
    public async ValueTask<bool> IsPlainAsync(CancellationToken cancellation)
    {
        LedgerState state = ledger.State;
        return state.Log.Length > 0 && await HeaderAsync(state, state.Log[0], cancellation) is not null;
    }

    /// <summary>A group whose header says exactly the present state: the newest of the log, or a bookmark, which is made when there is none. The log is not empty.</summary>
    public async ValueTask<(LedgerState State, CarGroup Group, CarHeader Header)> FindAsync(CancellationToken cancellation)
    {
        LedgerState state = ledger.State;
        if (await HeaderAsync(state, state.Log[0], cancellation) is { } newest)
            return (state, state.Log[0], newest);
        if (ledger.Bookmark is { } bookmark && await HeaderAsync(state, bookmark, cancellation) is { } marked)
            return (state, bookmark, marked);
        using (await writing.AcquireCancellableAsync(cancellation))
        {
            await using (await commitLock.AcquireAsync(cancellation))
            {
                await ledger.RefreshAsync(cancellation);
                state = ledger.State;
                CarGroup group = state.Log[0];
                if (await HeaderAsync(state, group, cancellation) is { } plain)
                    return (state, group, plain);
                await committer.BookmarkAsync(state, cancellation);
                group = ledger.Bookmark ?? group;
                return (state, group, (await ledger.Blocks.ReadHeaderAsync(group, cancellation))!);
            }
        }
    }

    // The group's header, when it says exactly the state.
    private async ValueTask<CarHeader?> HeaderAsync(LedgerState state, CarGroup group, CancellationToken cancellation)
    {
        if (await ledger.Blocks.ReadHeaderAsync(group, cancellation) is not { } header || !Ledger.Sorted(header.Heads).SequenceEqual(state.Heads))
            return null;

        // Right after a commit here it names what stands below it, in the same order.
        if (state.Log[0].Equals(group) && header.Cars.AsSpan().SequenceEqual(state.Log.AsSpan()[1..]))
            return header;
        var named = new HashSet<CarGroup>(header.Cars) { group };
        return state.Log.All(named.Contains) ? header : null;
    }
}
