using System.Runtime.CompilerServices;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Clock;

namespace FireproofBench.Engine.Inspection;

/// <summary>All events of a clock, each before its parents.</summary>
internal static class EventLog
{
    /// <summary>Yields every event once, newest first: an event comes before all that it follows, directly or not.</summary>
    /// <remarks>Two passes: the first counts the children of each event (its id only stays in memory), the second yields an event when all of its children were.</remarks>
    public static async IAsyncEnumerable<ClockEvent> NewestFirstAsync(
        IEventSource events, IReadOnlyList<Cid> heads, [EnumeratorCancellation] CancellationToken cancellation)
    {
        Dictionary<Cid, int> children = await CountChildrenAsync(events, heads, cancellation);
        var ready = new Stack<Cid>(heads.Where(head => children[head] == 0).Reverse());
        while (ready.TryPop(out Cid cid))
        {
            ClockEvent next = await events.GetAsync(cid, cancellation);
            yield return next;
            for (int i = next.Parents.Length - 1; i >= 0; i--)
            {
                Cid parent = next.Parents[i];
                if (--children[parent] == 0)
                    ready.Push(parent);
            }
        }
    }

    private static async ValueTask<Dictionary<Cid, int>> CountChildrenAsync(IEventSource events, IReadOnlyList<Cid> heads, CancellationToken cancellation)
    {
        var children = heads.ToDictionary(static head => head, static _ => 0);
        var open = new Stack<Cid>(heads);
        while (open.TryPop(out Cid cid))
        {
            ClockEvent next = await events.GetAsync(cid, cancellation);
            foreach (Cid parent in next.Parents)
            {
                if (children.TryAdd(parent, 1))
                    open.Push(parent);
                else
                    children[parent]++;
            }
        }

        return children;
    }
}
