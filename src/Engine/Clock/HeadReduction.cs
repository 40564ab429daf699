using System.Collections;
using FireproofBench.Engine.Blocks;

namespace FireproofBench.Engine.Clock;

/// <summary>One search for the events among several that none of the others follows. As <see cref="MerkleClock.ReduceAsync"/> says.</summary>
internal sealed class HeadReduction
{
    private readonly IEventSource _events;
    private readonly Cid[] _candidates;
    private readonly Dictionary<Cid, int> _numbers = [];
    private readonly Dictionary<Cid, BitArray> _marks = [];
    private readonly Queue<Cid> _open = new();
    private readonly BitArray _alive;
    private int _left;

    public HeadReduction(IEventSource events, Cid[] candidates)
    {
        _events = events;
        _candidates = candidates;
        _alive = new BitArray(candidates.Length, true);
        _left = candidates.Length;
        for (int i = 0; i < candidates.Length; i++)
        {
            _numbers[candidates[i]] = i;
            BitArray own = new(candidates.Length);
            own[i] = true;
            _marks[candidates[i]] = own;
            _open.Enqueue(candidates[i]);
        }
    }

    public async ValueTask<IReadOnlyList<Cid>> RunAsync(CancellationToken cancellation)
    {
        while (_left > 1 && _open.TryDequeue(out Cid cid))
        {
            BitArray marks = _marks[cid];
            if (PrecedesAll(marks))
                continue;
            ClockEvent change = await _events.GetAsync(cid, cancellation);
            foreach (Cid parent in change.Parents)
                Mark(parent, marks);
        }

        return [.. _candidates.Where((_, i) => _alive[i])];
    }

    private void Mark(Cid parent, BitArray marks)
    {
        if (!_marks.TryGetValue(parent, out BitArray? known))
            _marks[parent] = new BitArray(marks);
        else if (!AddsTo(known, marks))
            return;
        else
            known.Or(marks);

        // Somebody else's past holds this candidate: it is no head, and what precedes it is walked for the others' sake only.
        if (_numbers.TryGetValue(parent, out int number) && _alive[number])
        {
            _alive[number] = false;
            _left--;
        }

        _open.Enqueue(parent);
    }

    private bool PrecedesAll(BitArray marks)
    {
        for (int i = 0; i < _alive.Length; i++)
        {
            if (_alive[i] && !marks[i])
                return false;
        }

        return true;
    }

    private static bool AddsTo(BitArray known, BitArray marks)
    {
        for (int i = 0; i < known.Length; i++)
        {
            if (marks[i] && !known[i])
                return true;
        }

        return false;
    }
}
