namespace FireproofBench.Properties.Crdt;

/// <summary>All ways in which a few events can know of one another, each once however the events are numbered.</summary>
internal static class SmallShapes
{
    /// <summary>The shapes of histories that so many devices can have made: the past of each event, as bits; no event comes before one of its past.</summary>
    public static IReadOnlyList<int[]> All(int events, int devices)
    {
        var shapes = new Dictionary<ulong, int[]>();
        IReadOnlyList<int[]> orders = Permutations.Of([.. Enumerable.Range(0, events)]);
        Extend([], events, pasts =>
        {
            if (Antichains.Width(pasts, (1 << events) - 1) <= devices)
                shapes.TryAdd(orders.Min(order => Number(pasts, order)), pasts);
        });
        return [.. shapes.Values];
    }

    /// <summary>What a device can know: each set of events that holds the past of each of them.</summary>
    public static int[] States(int[] pasts) => [.. Enumerable.Range(0, 1 << pasts.Length).Where(events => Antichains.IsClosed(pasts, events))];

    private static void Extend(int[] pasts, int events, Action<int[]> show)
    {
        if (pasts.Length == events)
        {
            show(pasts);
            return;
        }

        foreach (int past in States(pasts))
            Extend([.. pasts, past], events, show);
    }

    // The relation as bits when the events are numbered in another order; the least one stands for all orders.
    private static ulong Number(int[] pasts, int[] order)
    {
        ulong number = 0;
        foreach (int later in order)
        {
            foreach (int earlier in order)
                number = (number << 1) | (uint)(pasts[later] >> earlier & 1);
        }

        return number;
    }
}
