using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Clock;
using FireproofBench.Engine.Crdt;
using FireproofBench.Engine.Pail;

namespace FireproofBench.Engine.Storage;

/// <summary>Rebuilds the pail of a past event from the events before it, for when its shards were compacted away.</summary>
/// <remarks>
/// Events are always kept, shards of the past are not; and the tree of a set of keys does not depend on the way to it. The result is checked
/// against the root that the event names.
/// </remarks>
internal static class PailReplay
{
    /// <summary>Builds all shards below the event's root.</summary>
    /// <exception cref="MissingBlockException">An event is missing too, or the events do not lead to the root that is named.</exception>
    public static async ValueTask<IReadOnlyList<Shard>> RebuildAsync(IEventSource events, Cid cid, CancellationToken cancellation)
    {
        ClockEvent target = await events.GetAsync(cid, cancellation);
        var values = new Dictionary<string, Cid>(StringComparer.Ordinal);
        foreach (ClockEvent past in await ListAsync(events, target, cancellation))
            Apply(values, past);

        PailBatch batch = await PailBatch.OpenAsync(new ShardOverlay(NoShards.Instance), Shard.Empty.Cid, cancellation);
        foreach ((string key, Cid value) in values)
            await batch.PutAsync(key, value, cancellation);
        PailChange rebuilt = batch.Commit();
        return rebuilt.Root == target.Root
            ? rebuilt.Additions
            : throw new MissingBlockException(target.Root, $"it was compacted away, and replaying the events up to {cid} gives another root, {rebuilt.Root}");
    }

    // The events in the order of their application: behind an event with several parents stands the resolution of those, then their ancestor's past.
    private static async ValueTask<List<ClockEvent>> ListAsync(IEventSource events, ClockEvent target, CancellationToken cancellation)
    {
        var backwards = new List<ClockEvent>();
        ClockEvent current = target;
        while (true)
        {
            backwards.Add(current);
            if (current.Parents.Length == 0)
                break;
            Cid next = current.Parents[0];
            if (current.Parents.Length > 1)
            {
                Cid[] parents = current.Parents.ToArray();
                next = await CommonAncestor.FindAsync(events, parents, cancellation);
                if (!next.IsDefined)
                    throw new UnrelatedHistoriesException();
                backwards.AddRange((await EventOrder.SortAsync(events, parents, next, cancellation)).Reverse());
            }

            current = await events.GetAsync(next, cancellation);
        }

        backwards.Reverse();
        return backwards;
    }

    private static void Apply(Dictionary<string, Cid> values, ClockEvent past)
    {
        foreach (KeyValue operation in past.Operations)
        {
            if (past.Kind == OperationKind.Delete)
                values.Remove(operation.Key);
            else
                values[operation.Key] = operation.Value;
        }
    }

    private sealed class NoShards : IShardSource
    {
        public static NoShards Instance { get; } = new();

        public ValueTask<Shard> GetAsync(Cid cid, CancellationToken cancellation) =>
            cid == Shard.Empty.Cid ? ValueTask.FromResult(Shard.Empty) : throw new MissingBlockException(cid, "a pail that is built from nothing has no other shards");
    }
}
