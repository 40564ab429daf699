using System.Numerics;
using FireproofBench.Engine.Blocks;

namespace FireproofBench.Engine.Clock;

/// <summary>The order in which the events between an ancestor and several heads are applied; the last one to touch a key wins it.</summary>
/// <remarks>
/// The reference engine walks every path from every head and adds up the depth of each event over all of its occurrences: heavy events come
/// first, equal ones by the text of their content ids. Here the number of paths to an event and the sum of their lengths are counted instead,
/// in one pass over the events that the walk visits: a child with p paths of total length s gives each parent p paths of total length s + p.
/// The counts grow beyond 64 bits in histories of diamonds. The walk ends at an event whose only parent is the ancestor; events with several
/// parents lead it past the ancestor, and so it goes here. Source: @web3-storage/pail 0.6.2, crdt.
/// </remarks>
public static class EventOrder
{
    /// <summary>Orders the events to apply.</summary>
    /// <param name="events">Where events are read.</param>
    /// <param name="heads">Two or more heads.</param>
    /// <param name="ancestor">Their common ancestor, where the resolution starts.</param>
    /// <param name="cancellation">Ends the call.</param>
    public static async ValueTask<IReadOnlyList<ClockEvent>> SortAsync(
        IEventSource events, IReadOnlyList<Cid> heads, Cid ancestor, CancellationToken cancellation)
    {
        Dictionary<Cid, Visit> visits = await VisitAsync(events, heads, ancestor, cancellation);
        CountPaths(visits, heads);
        var sorted = new List<Visit>(visits.Values);
        sorted.Sort(static (left, right) =>
        {
            int order = right.DepthSum.CompareTo(left.DepthSum);
            return order != 0 ? order : Cid.CompareText(left.Event.Cid, right.Event.Cid);
        });
        return [.. sorted.Select(static visit => visit.Event)];
    }

    private static async ValueTask<Dictionary<Cid, Visit>> VisitAsync(
        IEventSource events, IReadOnlyList<Cid> heads, Cid ancestor, CancellationToken cancellation)
    {
        var visits = new Dictionary<Cid, Visit>();
        var open = new Stack<Cid>(heads);
        while (open.TryPop(out Cid cid))
        {
            if (visits.ContainsKey(cid))
                continue;
            ClockEvent clockEvent = await events.GetAsync(cid, cancellation);
            bool ends = clockEvent.Parents.Length == 1 && clockEvent.Parents[0] == ancestor;
            visits.Add(cid, new Visit(clockEvent, ends));
            if (ends)
                continue;
            foreach (Cid parent in clockEvent.Parents)
                open.Push(parent);
        }

        return visits;
    }

    // Children before parents (Kahn): when an event is taken, all paths to it are counted.
    private static void CountPaths(Dictionary<Cid, Visit> visits, IReadOnlyList<Cid> heads)
    {
        foreach (Visit visit in visits.Values)
        {
            foreach (Cid parent in visit.Parents)
                visits[parent].Children++;
        }

        foreach (Cid head in heads)
            visits[head].Paths += BigInteger.One;
        var ready = new Stack<Visit>(visits.Values.Where(static visit => visit.Children == 0));
        while (ready.TryPop(out Visit? visit))
        {
            foreach (Cid cid in visit.Parents)
            {
                Visit parent = visits[cid];
                parent.Paths += visit.Paths;
                parent.DepthSum += visit.DepthSum + visit.Paths;
                if (--parent.Children == 0)
                    ready.Push(parent);
            }
        }
    }

    private sealed class Visit(ClockEvent clockEvent, bool ends)
    {
        public ClockEvent Event { get; } = clockEvent;

        public BigInteger Paths { get; set; }

        public BigInteger DepthSum { get; set; }

        public int Children { get; set; }

        public ReadOnlySpan<Cid> Parents => ends ? [] : Event.Parents;
    }
}
