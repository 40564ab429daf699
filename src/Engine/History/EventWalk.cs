using System.Runtime.CompilerServices;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Clock;

namespace FireproofBench.Engine.History;

/// <summary>Walks from heads back through events, newest first, and yields each key when it is met first.</summary>
/// <remarks>
/// Depth first: heads in order, the operations of an event from the last to the first, then its parents. So goes the reference engine; it skips a
/// whole level where it meets an event of the past clock, and with it branches that were not seen yet. Here exactly the events that the past
/// clock covers are left out.
/// </remarks>
internal static class EventWalk
{
    /// <summary>Yields the keys that changed.</summary>
    /// <param name="events">Where events are read.</param>
    /// <param name="heads">Where the walk starts.</param>
    /// <param name="since">The past clock; none for the whole history.</param>
    /// <param name="cancellation">Ends the walk.</param>
    public static async IAsyncEnumerable<EventKey> NewestAsync(
        IEventSource events, IReadOnlyList<Cid> heads, IReadOnlyCollection<Cid> since, [EnumeratorCancellation] CancellationToken cancellation)
    {
        HashSet<Cid> visited = await CoveredAsync(events, heads, since, cancellation);
        var keys = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<Cid>(heads.Reverse());
        while (open.TryPop(out Cid cid))
        {
            if (!visited.Add(cid))
                continue;
            ClockEvent clockEvent = await events.GetAsync(cid, cancellation);
            for (int i = clockEvent.Operations.Length - 1; i >= 0; i--)
            {
                KeyValue operation = clockEvent.Operations[i];
                if (operation.Value.IsDefined && keys.Add(operation.Key))
                    yield return new EventKey(operation.Key, operation.Value, cid);
            }

            for (int i = clockEvent.Parents.Length - 1; i >= 0; i--)
                open.Push(clockEvent.Parents[i]);
        }
    }

    // The events that the past clock covers, as far as the walk could meet them. Where every path from the heads ends at the past clock, that is the
    // past clock itself, and nothing older is read.
    private static async ValueTask<HashSet<Cid>> CoveredAsync(
        IEventSource events, IReadOnlyList<Cid> heads, IReadOnlyCollection<Cid> since, CancellationToken cancellation)
    {
        var covered = new HashSet<Cid>(since);
        if (covered.Count == 0)
            return covered;
        if (!await ReachesBeginningAsync(events, heads, covered, cancellation))
            return covered;
        var open = new Stack<Cid>(since);
        while (open.TryPop(out Cid cid))
        {
            foreach (Cid parent in (await events.GetAsync(cid, cancellation)).Parents.ToArray())
            {
                if (covered.Add(parent))
                    open.Push(parent);
            }
        }

        return covered;
    }

    private static async ValueTask<bool> ReachesBeginningAsync(
        IEventSource events, IReadOnlyList<Cid> heads, HashSet<Cid> since, CancellationToken cancellation)
    {
        var seen = new HashSet<Cid>();
        var open = new Stack<Cid>(heads);
        while (open.TryPop(out Cid cid))
        {
            if (since.Contains(cid) || !seen.Add(cid))
                continue;
            Cid[] parents = (await events.GetAsync(cid, cancellation)).Parents.ToArray();
            if (parents.Length == 0)
                return true;
            foreach (Cid parent in parents)
                open.Push(parent);
        }

        return false;
    }
}
