using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Clock;
using FireproofBench.Engine.Pail;

namespace FireproofBench.Engine.Crdt;

/// <summary>The one pail that several heads stand for: a function of the set of events, the same on every device.</summary>
public static class Resolution
{
    /// <summary>Finds the root of the pail.</summary>
    /// <param name="events">Where events are read.</param>
    /// <param name="shards">Where shards are read.</param>
    /// <param name="heads">At least one head.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>For one head its event's root, without any change; for several the root after all events since their common ancestor.</returns>
    /// <exception cref="UnrelatedHistoriesException">The heads have no event in common.</exception>
    public static async ValueTask<PailChange> ResolveAsync(
        IEventSource events, IShardSource shards, IReadOnlyList<Cid> heads, CancellationToken cancellation)
    {
        if (heads.Count == 1)
            return PailChange.None((await events.GetAsync(heads[0], cancellation)).Root);
        Cid ancestor = await CommonAncestor.FindAsync(events, heads, cancellation);
        if (!ancestor.IsDefined)
            throw new UnrelatedHistoriesException();
        IReadOnlyList<ClockEvent> order = await EventOrder.SortAsync(events, heads, ancestor, cancellation);
        Cid root = (await events.GetAsync(ancestor, cancellation)).Root;
        return await PutTogetherAsync(shards, root, order, cancellation) ?? await ApplyInTurnAsync(shards, root, order, cancellation);
    }

    // The tree of a set of keys does not depend on the way to it, so the states on the way need not be encoded: the puts of all events are one batch. Null
    // when something is removed: then it does.
    private static async ValueTask<PailChange?> PutTogetherAsync(
        IShardSource shards, Cid root, IReadOnlyList<ClockEvent> order, CancellationToken cancellation)
    {
        PailBatch batch = await PailBatch.OpenAsync(shards, root, cancellation);
        foreach (ClockEvent clockEvent in order)
        {
            if (clockEvent.Kind == OperationKind.Delete)
                return null;
            batch.BeginEvent();
            for (int i = 0; i < clockEvent.Operations.Length; i++)
                await batch.PutAsync(clockEvent.Operations[i].Key, clockEvent.Operations[i].Value, cancellation);
        }

        return batch.Commit();
    }

    private static async ValueTask<PailChange> ApplyInTurnAsync(
        IShardSource shards, Cid root, IReadOnlyList<ClockEvent> order, CancellationToken cancellation)
    {
        var changes = new PailAccumulator(shards, root);
        foreach (ClockEvent clockEvent in order)
            changes.Add(await ApplyAsync(changes.Shards, changes.Root, clockEvent, cancellation));
        return changes.ToChange();
    }

    private static async ValueTask<PailChange> ApplyAsync(IShardSource shards, Cid root, ClockEvent clockEvent, CancellationToken cancellation)
    {
        if (clockEvent.Kind == OperationKind.Delete)
            return await PailTree.DeleteAsync(shards, root, clockEvent.Operations[0].Key, cancellation);
        if (clockEvent.Kind == OperationKind.Put)
            return await PailTree.PutAsync(shards, root, clockEvent.Operations[0].Key, clockEvent.Operations[0].Value, cancellation);
        PailBatch batch = await PailBatch.OpenAsync(shards, root, cancellation);
        for (int i = 0; i < clockEvent.Operations.Length; i++)
            await batch.PutAsync(clockEvent.Operations[i].Key, clockEvent.Operations[i].Value, cancellation);
        return batch.Commit();
    }
}
