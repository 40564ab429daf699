using System.Collections.Immutable;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Clock;

namespace FireproofBench.Simulation.Checking;

/// <summary>A whole history as its events tell it, apart from everything that the engine makes of it: which event follows which, and what each wrote.</summary>
internal sealed class EventGraph
{
    private readonly Dictionary<Cid, int> _numbers = [];
    private readonly ClockEvent[] _events;
    private readonly EventSet[] _behind;
    private readonly Dictionary<string, List<(int Event, Cid Value)>> _writes = new(StringComparer.Ordinal);

    /// <summary>The history of some events.</summary>
    /// <param name="newestFirst">Each event before all that it follows, and no event without those.</param>
    public EventGraph(IReadOnlyList<ClockEvent> newestFirst)
    {
        _events = [.. newestFirst.Reverse()];
        _behind = new EventSet[_events.Length];
        for (int i = 0; i < _events.Length; i++)
        {
            _numbers[_events[i].Cid] = i;
            EventSet behind = new(_events.Length);
            foreach (Cid parent in _events[i].Parents)
                behind.Add(_behind[_numbers[parent]]);
            behind.Add(i);
            _behind[i] = behind;

            // Of two writes of one event to the same id the later one stands.
            foreach (KeyValue write in _events[i].Operations)
            {
                if (!_writes.TryGetValue(write.Key, out List<(int Event, Cid Value)>? writes))
                    _writes[write.Key] = writes = [];
                if (writes.Count > 0 && writes[^1].Event == i)
                    writes[^1] = (i, write.Value);
                else
                    writes.Add((i, write.Value));
            }
        }
    }

    /// <summary>A write that made no event, since what it wrote was shown: from its heads on it stands where they do.</summary>
    /// <param name="heads">What it followed.</param>
    /// <param name="write">The write.</param>
    public void Settle(ImmutableArray<Cid> heads, KeyValue write)
    {
        if (heads.Length != 1 || !_numbers.TryGetValue(heads[0], out int number))
            return;
        if (!_writes.TryGetValue(write.Key, out List<(int Event, Cid Value)>? writes))
            _writes[write.Key] = writes = [];
        if (!writes.Exists(other => other.Event == number))
            writes.Add((number, write.Value));
    }

    /// <summary>All events, each behind those that it follows.</summary>
    public ReadOnlySpan<ClockEvent> Events => _events;

    /// <summary>Every id that was ever written.</summary>
    public IEnumerable<string> Ids => _writes.Keys;

    /// <summary>Whether an event is part of the history.</summary>
    public bool Has(Cid cid) => _numbers.ContainsKey(cid);

    /// <summary>An event of the history.</summary>
    public ClockEvent this[Cid cid] => _events[_numbers[cid]];

    /// <summary>The writes to an id up to some heads that no later write up to them replaced: one of them is what is seen.</summary>
    /// <param name="heads">The heads; all part of the history.</param>
    /// <param name="id">The id.</param>
    public ImmutableArray<Cid> Standing(ImmutableArray<Cid> heads, string id)
    {
        if (!_writes.TryGetValue(id, out List<(int Event, Cid Value)>? writes))
            return [];
        int[] from = [.. heads.Select(head => _numbers[head])];
        List<(int Event, Cid Value)> seen = writes.FindAll(write => Array.Exists(from, head => Follows(head, write.Event)));
        return [.. seen.Where(write => !seen.Exists(later => later.Event != write.Event && Follows(later.Event, write.Event))).Select(static write => write.Value)];
    }

    /// <summary>The events up to some heads.</summary>
    /// <param name="heads">The heads; all part of the history.</param>
    public EventSet UpTo(ImmutableArray<Cid> heads)
    {
        EventSet events = new(_events.Length);
        foreach (Cid head in heads)
            events.Add(_behind[_numbers[head]]);
        return events;
    }

    /// <summary>The events of a set, each behind those that it follows.</summary>
    public IEnumerable<ClockEvent> In(EventSet set) => _events.Where((_, number) => set.Has(number));

    private bool Follows(int from, int number) => _behind[from].Has(number);
}
