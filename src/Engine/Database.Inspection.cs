using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Clock;
using FireproofBench.Engine.Inspection;
using FireproofBench.Engine.Storage;

namespace FireproofBench.Engine;

/// <content>What is below the documents, to look at: events and the root of the pail.</content>
public sealed partial class Database
{
    /// <summary>Reads all events of the clock, newest first: each before all that it follows. The first event of every database comes last.</summary>
    /// <param name="cancellation">Ends the walk.</param>
    /// <exception cref="MissingBlockException">An event is in no file.</exception>
    public IAsyncEnumerable<ClockEvent> EventsAsync(CancellationToken cancellation = default)
    {
        ThrowIfClosed();
        return EventLog.NewestFirstAsync(_blocks, _ledger.State.Heads, cancellation);
    }

    /// <summary>Finds the root shard of the present state: equal roots mean equal documents. Several heads are resolved first.</summary>
    /// <returns>Not defined for a database without any event.</returns>
    public async ValueTask<Cid> GetRootAsync(CancellationToken cancellation = default)
    {
        ThrowIfClosed();
        LedgerState state = _ledger.State;
        return state.Heads.Length == 0 ? default : (await _ledger.ResolveAsync(state, cancellation)).Root;
    }
}
