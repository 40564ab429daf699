using System.Collections.Immutable;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Layout;

namespace FireproofBench.Gateways.Simulated;

/// <summary>The changes of a store, and from when on each node and the index of the listings shows them. Nothing waits: what is shown follows from the moment of the question.</summary>
/// <param name="lags">How late what a node has is shown, and how late the index is.</param>
/// <param name="setting">Which changes are late, chance and clock.</param>
/// <param name="replicas">The nodes.</param>
internal sealed class ChangeHistory(VisibilityLags lags, FaultSetting setting, ReplicaSetting replicas)
{
    // Which part of the writes that are to be handed to a node is left to the next round of comparing.
    private const double LostHints = 0.25;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, KeyChanges> _changes = new(StringComparer.Ordinal);
    private readonly PriorityQueue<string, long> _ending = new();
    private readonly ImmutableArray<long> _clocks = [.. Enumerable.Range(0, replicas.Count).Select(node => setting.Ticks(replicas.Skew * (setting.FractionAt($"clock {node}") - 0.5)))];
    private readonly long _skew = setting.Ticks(replicas.Skew);
    private readonly long _handOff = setting.Ticks(replicas.HandOff);
    private ImmutableSortedSet<string> _keys = ImmutableSortedSet.Create<string>(KeyOrder.Instance);
    private long _number;

    /// <summary>The clock that says when objects were written.</summary>
    public TimeProvider Time => setting.Time;

    /// <summary>A node for one call: that of a number, or any.</summary>
    public int Node(int? number) => replicas.Count == 1 ? 0 : number is { } own ? own % replicas.Count : setting.Below(replicas.Count);

    /// <summary>Notes a change that is acknowledged now.</summary>
    /// <param name="key">The key.</param>
    /// <param name="content">What was put, whole; null for a delete.</param>
    /// <param name="node">The node that took it.</param>
    public void Note(string key, ObjectContent? content, int node)
    {
        bool isLate = setting.Strikes();
        lock (_lock)
        {
            long now = setting.Time.GetTimestamp();
            Forget(now);
            if (!_changes.TryGetValue(key, out KeyChanges? changes))
            {
                _changes[key] = changes = new KeyChanges();
                _keys = _keys.Add(key);
            }

            changes.Forget(now);
            bool existed = changes.Winner?.Content is not null;
            TimeSpan seen = content is null ? lags.Delete : existed ? lags.Overwrite : lags.Create;
            TimeSpan listed = content is null ? lags.ListRemove : existed ? TimeSpan.Zero : lags.ListAdd;
            long shown = isLate ? Part(seen, key, "seen") : 0;
            KeyChange change = new(
                content, now + _clocks[node], ++_number, [.. Arrivals(node, now, isLate).Select(at => at + shown)], now + (isLate ? Part(listed, key, "listed") : 0));
            changes.Add(change);

            // A delete is remembered until no write can come any more that a slow clock makes older.
            if (content is null)
                _ending.Enqueue(key, change.WholeAt + _skew);
        }
    }

    /// <summary>Whether an object is there in the end, as far as is known now.</summary>
    public bool Holds(string key)
    {
        lock (_lock)
            return _changes.GetValueOrDefault(key)?.Winner?.Content is not null;
    }

    /// <summary>What a node gives for a key; null for nothing.</summary>
    /// <param name="key">The key.</param>
    /// <param name="node">The node.</param>
    /// <param name="isLast">Whether it is what was put last, so that the store below has it.</param>
    public ObjectContent? Seen(string key, int node, out bool isLast)
    {
        lock (_lock)
        {
            long now = setting.Time.GetTimestamp();
            KeyChanges? changes = _changes.GetValueOrDefault(key);
            changes?.Forget(now);
            KeyChange? seen = changes?.Seen(node, now);
            isLast = seen is not null && seen.Number == changes!.Last;
            return seen?.Content;
        }
    }

    /// <summary>A page of what listings show: each key once, in order.</summary>
    public ListPage List(string prefix, string? after, int limit)
    {
        List<ObjectInfo> found = [];
        lock (_lock)
        {
            long now = setting.Time.GetTimestamp();
            Forget(now);
            bool isExclusive = after is not null && KeyOrder.Compare(after, prefix) >= 0;
            int index = _keys.IndexOf(isExclusive ? after! : prefix);
            index = index < 0 ? ~index : isExclusive ? index + 1 : index;
            for (; index < _keys.Count && _keys[index] is { } key && key.StartsWith(prefix, StringComparison.Ordinal); index++)
            {
                KeyChanges changes = _changes[key];
                changes.Forget(now);
                if (changes.Listed(now)?.Content is not { } listed)
                    continue;
                if (found.Count == limit)
                    return new ListPage(found, found[^1].Key);
                found.Add(listed.Info);
            }
        }

        return new ListPage(found, null);
    }

    // When each node has a write: those of the quorum at once, the others by hand-off, or with the next round.
    private long[] Arrivals(int taken, long now, bool isLate)
    {
        long[] arrivals = new long[replicas.Count];
        arrivals.AsSpan().Fill(now);
        if (!isLate || _handOff == 0)
            return arrivals;
        int others = replicas.Count - 1;
        int first = others == 0 ? 0 : setting.Below(others);
        for (int i = replicas.Quorum - 1; i < others; i++)
        {
            int node = (taken + 1 + ((first + i) % others)) % replicas.Count;
            arrivals[node] = setting.Fraction() < LostHints ? ((now / _handOff) + 1) * _handOff : now + (long)(setting.Fraction() * _handOff);
        }

        return arrivals;
    }

    private long Part(TimeSpan lag, string key, string kind) =>
        lag == TimeSpan.Zero ? 0 : (long)(setting.Ticks(lag) * (lags.AreDrawn ? setting.FractionAt($"{kind} {key}") : 1));

    // Keys whose delete everybody has seen are looked at once each, when that is so.
    private void Forget(long now)
    {
        while (_ending.TryPeek(out string? key, out long at) && at <= now)
        {
            _ = _ending.Dequeue();
            if (!_changes.TryGetValue(key, out KeyChanges? changes))
                continue;
            changes.Forget(now);
            if (!changes.IsGone(now))
                continue;
            _ = _changes.Remove(key);
            _keys = _keys.Remove(key);
        }
    }
}
