using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Clock;

namespace FireproofBench.Engine.Compaction;

/// <summary>Finds the values that may win a key once more, although they lost it: those that were written beside the winner and not before it.</summary>
/// <remarks>
/// Which of several branches wins depends on the weights of all events, and those change when a device that was away brings one more. A value that an
/// event behind its own replaced never comes back: whoever knows the later event applies it later. Where all paths from the heads lead through
/// one event, everything older lies before everything newer; between two such events every value is kept.
/// </remarks>
internal sealed class ContestedValues
{
    private readonly Dictionary<Cid, ClockEvent> _events = [];
    private readonly Dictionary<Cid, int> _children = [];
    private bool _hasBranches;

    /// <summary>Takes in an event; all events behind the heads are needed.</summary>
    public void Add(ClockEvent clockEvent)
    {
        if (!_events.TryAdd(clockEvent.Cid, clockEvent))
            return;
        _hasBranches |= clockEvent.Parents.Length > 1;
        foreach (Cid parent in clockEvent.Parents)
            _children[parent] = _children.GetValueOrDefault(parent) + 1;
    }

    /// <summary>The values, newest first; none where the history is one line.</summary>
    public IEnumerable<Cid> List(IReadOnlyList<Cid> heads)
    {
        if (!_hasBranches && heads.Count == 1)
            yield break;
        var replaced = new HashSet<string>(StringComparer.Ordinal);
        var beside = new HashSet<string>(StringComparer.Ordinal);
        var found = new HashSet<Cid>(heads);
        int open = found.Count;
        var ready = new Stack<Cid>(heads.Where(head => !_children.ContainsKey(head)));
        while (ready.TryPop(out Cid cid))
        {
            bool isOnEveryPath = --open == 0;
            if (isOnEveryPath)
            {
                replaced.UnionWith(beside);
                beside.Clear();
            }

            ClockEvent clockEvent = _events[cid];
            foreach (Cid value in Unreplaced(clockEvent, replaced))
                yield return value;
            HashSet<string> written = isOnEveryPath ? replaced : beside;
            for (int i = 0; i < clockEvent.Operations.Length; i++)
                written.Add(clockEvent.Operations[i].Key);
            foreach (Cid parent in clockEvent.Parents.ToArray())
            {
                open += found.Add(parent) ? 1 : 0;
                if (--_children[parent] == 0)
                    ready.Push(parent);
            }
        }
    }

    // Within one event the last operation of a key is the one that counts.
    private static List<Cid> Unreplaced(ClockEvent clockEvent, HashSet<string> replaced)
    {
        var values = new List<Cid>();
        var own = new HashSet<string>(StringComparer.Ordinal);
        for (int i = clockEvent.Operations.Length - 1; i >= 0; i--)
        {
            KeyValue operation = clockEvent.Operations[i];
            if (operation.Value.IsDefined && !replaced.Contains(operation.Key) && own.Add(operation.Key))
                values.Add(operation.Value);
        }

        return values;
    }
}
