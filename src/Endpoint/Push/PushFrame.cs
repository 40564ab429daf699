using System.Collections.Immutable;
using FireproofBench.Endpoint.Heads;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Endpoint.Push;

/// <summary>The newest state of a database, ready to be sent: written once for all subscribers.</summary>
internal sealed class PushFrame
{
    private readonly HeadState? _former;
    private readonly Lazy<PushMessage> _snapshot;
    private readonly Lazy<PushMessage> _change;

    public PushFrame(HeadState state, HeadState? former)
    {
        State = state;
        _former = former;
        _snapshot = new Lazy<PushMessage>(() => PushMessage.Of(state));
        _change = new Lazy<PushMessage>(() => PushMessage.Of(former!.Cursor, Difference(state, former!)));
    }

    /// <summary>The state.</summary>
    public HeadState State { get; }

    /// <summary>What a subscriber needs to come to this state.</summary>
    /// <param name="seen">The last state that it was sent; null for none.</param>
    public PushMessage MessageFor(HeadCursor? seen) => _former is not null && seen == _former.Cursor ? _change.Value : _snapshot.Value;

    private static HeadDelta Difference(HeadState state, HeadState former)
    {
        HashSet<Cid> before = [.. former.Entries.Select(static entry => entry.Cid)];
        HashSet<Cid> after = [.. state.Entries.Select(static entry => entry.Cid)];
        ImmutableArray<MetaEntry> added = [.. state.Entries.Where(entry => !before.Contains(entry.Cid))];
        return new HeadDelta(state.Cursor, added, [.. before.Where(cid => !after.Contains(cid))]);
    }
}
