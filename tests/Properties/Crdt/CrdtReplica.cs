using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Clock;
using FireproofBench.Engine.Crdt;
using FireproofBench.Engine.Pail;
using FireproofBench.Properties.Clock;
using FireproofBench.Properties.Pail;
using Xunit;

namespace FireproofBench.Properties.Crdt;

/// <summary>One device: its heads. Blocks are shared by all devices, as if everything had been sent.</summary>
internal sealed class CrdtReplica(EventShelf events, ShardShelf shards)
{
    public IReadOnlyList<Cid> Heads { get; set; } = [];

    public async Task<PailChange> ResolveAsync() =>
        Heads.Count == 0 ? CrdtWriter.Beginning : await Resolution.ResolveAsync(events, shards, Heads, CancellationToken.None);

    public async Task<CrdtChange> PutAsync(string key, Cid value)
    {
        (PailChange resolved, ShardOverlay overlay) = await BeginAsync();
        return Take(await CrdtWriter.PutAsync(overlay, Heads, resolved, key, value, CancellationToken.None));
    }

    public async Task<CrdtChange> BatchAsync(KeyValue[] operations)
    {
        (PailChange resolved, ShardOverlay overlay) = await BeginAsync();
        return Take(await CrdtWriter.BatchAsync(overlay, Heads, resolved, operations, CancellationToken.None));
    }

    /// <summary>Joins heads as databases do, all at once; an advance by each of them, as the reference engine does it, gives the same.</summary>
    public async Task MergeAsync(IEnumerable<Cid> others)
    {
        IReadOnlyList<Cid> advanced = Heads;
        Cid[] heard = [.. others];
        foreach (Cid other in heard)
            advanced = await MerkleClock.AdvanceAsync(events, advanced, other, CancellationToken.None);
        Heads = await MerkleClock.ReduceAsync(events, [.. Heads, .. heard], CancellationToken.None);
        Assert.Equal(advanced.Order(), Heads.Order());
    }

    public async Task<KeyValuePair<string, Cid>[]> EntriesAsync()
    {
        (PailChange resolved, ShardOverlay overlay) = await BeginAsync();
        return await PailEntries.WalkAsync(overlay, resolved.Root, KeyRange.All, CancellationToken.None).ToArrayAsync();
    }

    private async Task<(PailChange Resolved, ShardOverlay Overlay)> BeginAsync()
    {
        PailChange resolved = await ResolveAsync();
        var overlay = new ShardOverlay(shards);
        overlay.Add(resolved.Additions);
        return (resolved, overlay);
    }

    private CrdtChange Take(CrdtChange change)
    {
        Heads = change.Heads;
        shards.Add(change.Pail.Additions);
        if (change.Event is not null)
            events.Add(change.Event);
        return change;
    }
}
