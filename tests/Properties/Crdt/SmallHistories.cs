using FireproofBench.Engine.Crdt;
using FireproofBench.Properties.Reference;

namespace FireproofBench.Properties.Crdt;

/// <summary>All histories of a few events, each once; and some of them by chance.</summary>
/// <remarks>
/// An event may be made on any events with their pasts, as long as so many devices as there are can have made them all: no more events than devices are without
/// knowledge of one another. That is every spread of events over devices and every delivery between them, late ones too. Two runs that make the same events are
/// one history: events are named by their content, so which device made one, and which of two concurrent ones came first, leaves no trace.
/// A put that changes nothing makes no event; such a history is one of fewer events.
/// </remarks>
internal sealed class SmallHistories(int devices, int most, IReadOnlyList<SmallWrite> writes, bool distinct = false)
{
    /// <summary>Shows every history of at least one event.</summary>
    public async Task ForEachAsync(Func<SmallHistory, ValueTask> visit) => await ExtendAsync(await SmallHistory.BeginAsync(distinct), visit);

    /// <summary>A history of the most events, from a seed.</summary>
    public async Task<SmallHistory> PickAsync(ulong seed)
    {
        var dice = new SeededDice(seed);
        SmallHistory history = await SmallHistory.BeginAsync(distinct);
        while (history.Events.Count < most)
        {
            int past = dice.Pick(Pasts(history));
            SmallWrite write = dice.Pick(writes);
            CrdtChange change = await history.MakeAsync(past, write);
            if (change.Event is not null && !history.Contains(change.Event.Cid))
                history.Push(change, write, past);
        }

        return history;
    }

    private async Task ExtendAsync(SmallHistory history, Func<SmallHistory, ValueTask> visit)
    {
        foreach (int past in Pasts(history))
        {
            foreach (SmallWrite write in writes)
            {
                CrdtChange change = await history.MakeAsync(past, write);
                if (change.Event is null || history.Contains(change.Event.Cid) || !IsGreatest(history, past, change))
                    continue;
                history.Push(change, write, past);
                await visit(history);
                if (history.Events.Count < most)
                    await ExtendAsync(history, visit);
                history.Pop();
            }
        }
    }

    private List<int> Pasts(SmallHistory history)
    {
        var pasts = new List<int>();
        for (int past = 0; past <= history.All; past++)
        {
            // What is not in its past does not know of the new event either: with it, it must still be no more than there are devices.
            if (Antichains.IsClosed(history.Pasts, past) && Antichains.Width(history.Pasts, history.All & ~past) < devices)
                pasts.Add(past);
        }

        return pasts;
    }

    // Each history is reached only by the one way on which the greatest of its heads is made last.
    private static bool IsGreatest(SmallHistory history, int past, CrdtChange change)
    {
        int others = Antichains.Latest(history.Pasts, history.All) & ~past;
        for (int i = 0; others >> i != 0; i++)
        {
            if ((others >> i & 1) != 0 && history.Events[i].Event.Cid.CompareTo(change.Event!.Cid) > 0)
                return false;
        }

        return true;
    }
}
