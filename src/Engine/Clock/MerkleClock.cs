using FireproofBench.Engine.Blocks;

namespace FireproofBench.Engine.Clock;

/// <summary>The heads of a history of events: those that no other event follows.</summary>
public static class MerkleClock
{
    /// <summary>Takes an event into the heads.</summary>
    /// <param name="events">Where events are read.</param>
    /// <param name="heads">The heads before, each once.</param>
    /// <param name="added">The event.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>
    /// The heads as they were when the event is known to them; the heads that the event follows replaced by it; or the event appended.
    /// </returns>
    public static async ValueTask<IReadOnlyList<Cid>> AdvanceAsync(
        IEventSource events, IReadOnlyList<Cid> heads, Cid added, CancellationToken cancellation)
    {
        if (heads.Contains(added))
            return heads;
        var kept = new List<Cid>(heads.Count + 1);
        foreach (Cid head in heads)
        {
            if (!await FollowsAsync(events, added, head, cancellation))
                kept.Add(head);
        }

        if (kept.Count == heads.Count)
        {
            foreach (Cid head in heads)
            {
                if (await FollowsAsync(events, head, added, cancellation))
                    return heads;
            }
        }

        kept.Add(added);
        return kept;
    }

    /// <summary>Finds those of several events that none of the others follows: the heads of the history of all of them.</summary>
    /// <remarks>
    /// All histories are walked at once, each event marked with the candidates that it precedes. What precedes all of them is not walked further: no candidate can be found
    /// below, since it would precede itself. A candidate that was met is given up, so that its own past is not walked to the end. The walk so ends where the histories meet,
    /// however long they are before.
    /// </remarks>
    /// <param name="events">Where events are read.</param>
    /// <param name="candidates">The events, in any order; one that is there twice counts once.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>The heads, in the order of the candidates.</returns>
    public static async ValueTask<IReadOnlyList<Cid>> ReduceAsync(IEventSource events, IReadOnlyCollection<Cid> candidates, CancellationToken cancellation)
    {
        Cid[] distinct = [.. candidates.Distinct()];
        return distinct.Length < 2 ? distinct : await new HeadReduction(events, distinct).RunAsync(cancellation);
    }

    /// <summary>Whether <paramref name="later"/> is <paramref name="earlier"/> or has it among its ancestors.</summary>
    public static async ValueTask<bool> FollowsAsync(IEventSource events, Cid later, Cid earlier, CancellationToken cancellation)
    {
        if (later == earlier)
            return true;
        var stops = new HashSet<Cid>();
        foreach (Cid parent in (await events.GetAsync(earlier, cancellation)).Parents)
            stops.Add(parent);

        var seen = new HashSet<Cid>();
        var links = new Queue<Cid>();
        Enqueue(links, await events.GetAsync(later, cancellation));
        while (links.TryDequeue(out Cid link))
        {
            if (link == earlier)
                return true;

            // The parents of the sought event cannot have it among their ancestors: below them there is nothing to find.
            if (stops.Contains(link) || !seen.Add(link))
                continue;
            Enqueue(links, await events.GetAsync(link, cancellation));
        }

        return false;
    }

    private static void Enqueue(Queue<Cid> links, ClockEvent clockEvent)
    {
        foreach (Cid parent in clockEvent.Parents)
            links.Enqueue(parent);
    }
}
