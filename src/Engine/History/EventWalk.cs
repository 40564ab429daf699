using System.Runtime.CompilerServices;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Clock;

namespace FireproofBench.Engine.History;

/// <summary>Walks from heads back through events, newest first, and yields what they wrote.</summary>
/// <remarks>
/// Depth first: heads in order, the operations of an event from the last to the first, then its parents. So goes the reference engine; it skips a
/// whole level where it meets an event of the past clock, and with it branches that were not seen yet. Here exactly the events that the past
/// clock covers are left out. Where devices wrote side by side such a walk may meet a write before one of another branch that follows it.
/// </remarks>
internal static class EventWalk
{
    // A path that leads around the past clock would be followed to the beginning of the history. One path alone is not counted until it meets that clock: it leads there, or there is nothing to lead around.
    private const int MostAround = 1024;

    /// <summary>Yields the keys that changed, each once.</summary>
    /// <param name="events">Where events are read.</param>
    /// <param name="heads">Where the walk starts.</param>
    /// <param name="since">The past clock; none for the whole history.</param>
    /// <param name="cancellation">Ends the walk.</param>
    public static IAsyncEnumerable<EventKey> NewestAsync(IEventSource events, IReadOnlyList<Cid> heads, IReadOnlyCollection<Cid> since, CancellationToken cancellation) =>
        WritesAsync(events, heads, since, cancellation).Where(static write => write.IsFirst);

    /// <summary>Yields all writes.</summary>
    /// <param name="events">Where events are read.</param>
    /// <param name="heads">Where the walk starts.</param>
    /// <param name="since">The past clock; none for the whole history.</param>
    /// <param name="cancellation">Ends the walk.</param>
    public static async IAsyncEnumerable<EventKey> WritesAsync(
        IEventSource events, IReadOnlyList<Cid> heads, IReadOnlyCollection<Cid> since, [EnumeratorCancellation] CancellationToken cancellation)
    {
        HashSet<Cid> covered = await CoveredAsync(events, heads, since, cancellation);
        var visited = new HashSet<Cid>();
        var keys = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<Cid>(heads.Reverse());
        bool metCovered = false;
        while (SkipKnown())
        {
            cancellation.ThrowIfCancellationRequested();
            Cid cid = open.Pop();
            visited.Add(cid);
            ClockEvent clockEvent = await events.GetAsync(cid, cancellation);

            // A branch that is still open, and one that the past clock covers, may have written beside this event, or behind it.
            bool isNewest = !SkipKnown() && !metCovered;
            for (int i = clockEvent.Operations.Length - 1; i >= 0; i--)
            {
                KeyValue operation = clockEvent.Operations[i];
                if (operation.Value.IsDefined)
                    yield return new EventKey(operation.Key, operation.Value, cid, keys.Add(operation.Key), isNewest);
            }

            for (int i = clockEvent.Parents.Length - 1; i >= 0; i--)
                open.Push(clockEvent.Parents[i]);
        }

        // Whether anything is left to be walked through, which is then on top.
        bool SkipKnown()
        {
            while (open.TryPeek(out Cid next) && (covered.Contains(next) || visited.Contains(next)))
            {
                metCovered |= covered.Contains(next);
                _ = open.Pop();
            }

            return open.Count > 0;
        }
    }

    // The events that the past clock covers, as far as the walk could meet them. Where every path from the heads ends at the past clock, that is the past clock itself, and nothing older is read, unless there are very many
    // between; else older ones are, down to the event that every path passes.
    private static async ValueTask<HashSet<Cid>> CoveredAsync(
        IEventSource events, IReadOnlyList<Cid> heads, IReadOnlyCollection<Cid> since, CancellationToken cancellation)
    {
        var covered = new HashSet<Cid>(since);
        if (covered.Count == 0 || await EndsThereAsync(events, heads, covered, cancellation))
            return covered;
        Cid meeting = await CommonAncestor.FindAsync(events, [.. heads.Union(since)], cancellation);
        var open = new Stack<Cid>(covered.Where(cid => cid != meeting));
        while (open.TryPop(out Cid cid))
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (Cid parent in (await events.GetAsync(cid, cancellation)).Parents.ToArray())
            {
                if (covered.Add(parent) && parent != meeting)
                    open.Push(parent);
            }
        }

        return covered;
    }

    private static async ValueTask<bool> EndsThereAsync(IEventSource events, IReadOnlyList<Cid> heads, HashSet<Cid> since, CancellationToken cancellation)
    {
        var seen = new HashSet<Cid>();
        var open = new Stack<Cid>(heads);
        int around = 0;
        bool isMet = false;
        while (open.TryPop(out Cid cid))
        {
            cancellation.ThrowIfCancellationRequested();
            isMet |= since.Contains(cid);
            if (since.Contains(cid) || !seen.Add(cid))
                continue;
            Cid[] parents = (await events.GetAsync(cid, cancellation)).Parents.ToArray();
            if ((isMet || open.Count > 0) && ++around == MostAround)
                return false;
            if (parents.Length == 0)
                return false;
            foreach (Cid parent in parents)
                open.Push(parent);
        }

        return true;
    }
}
