namespace FireproofBench.Scenarios.Histories;

/// <summary>
/// Looks for an order of the operations on one key that their times allow and in which each read gives what was written last. The search is that of Wing and Gong with
/// Lowe's memory of the configurations that were met before, over a list from which operations are lifted, as in Porcupine.
/// </summary>
/// <remarks>
/// An operation that never returned may stand anywhere after its call, or be left out. It need not stand where no read sees it, so a read has to follow at once; and of several
/// deletes that never returned the first will do. Without these two rules each of them would double the search.
/// </remarks>
internal sealed class RegisterSearch
{
    private const int Absent = 0;
    private const int Present = -1;
    private const int End = 0;
    private readonly int _count;
    private readonly int[] _values;
    private readonly bool[] _writes;
    private readonly bool[] _pending;

    // The place of a delete that never returned among all such; -1 for everything else.
    private readonly int[] _lostDelete;

    // Entries 1..: a call or a return of an operation; entry 0 is both ends of the ring.
    private readonly int[] _next;
    private readonly int[] _previous;
    private readonly int[] _operationOf;
    private readonly int[] _returnOf;

    /// <summary>Prepares a search.</summary>
    /// <param name="operations">Operations on one key that write or read its value, in the order of their calls.</param>
    public RegisterSearch(IReadOnlyList<Operation> operations)
    {
        _count = operations.Count;
        _values = new int[_count];
        _writes = new bool[_count];
        _pending = new bool[_count];
        _lostDelete = new int[_count];
        int lostDeletes = 0;
        Dictionary<string, int> numbers = new(StringComparer.Ordinal);
        List<(long Time, bool Returns, int Operation)> events = [];
        for (int i = 0; i < _count; i++)
        {
            Operation operation = operations[i];
            string? value = operation.Value;
            if (value is not null && !numbers.ContainsKey(value))
                numbers[value] = numbers.Count + 1;
            _writes[i] = operation.Writes;
            _values[i] = operation.Kind == OperationKind.Head ? (operation.Found ? Present : Absent)
                : operation.Kind == OperationKind.Delete || value is null ? Absent : numbers[value];
            _pending[i] = !operation.IsOk;
            _lostDelete[i] = _pending[i] && operation.Kind == OperationKind.Delete ? lostDeletes++ : -1;
            events.Add((operation.Call, false, i));
            if (operation.IsOk)
                events.Add((operation.Return, true, i));
        }

        // Of one moment, calls come first: what touches overlaps.
        events.Sort();
        _next = new int[events.Count + 1];
        _previous = new int[events.Count + 1];
        _operationOf = new int[events.Count + 1];
        _returnOf = new int[events.Count + 1];
        int[] callOf = new int[_count];
        for (int e = 1; e <= events.Count; e++)
        {
            (_, bool returns, int operation) = events[e - 1];
            _operationOf[e] = operation;
            _returnOf[e] = returns ? -1 : 0;
            if (returns)
                _returnOf[callOf[operation]] = e;
            else
                callOf[operation] = e;
            _next[e - 1] = e;
            _previous[e] = e - 1;
        }

        _next[events.Count] = End;
        _previous[End] = events.Count;
    }

    /// <summary>Searches.</summary>
    /// <param name="maxSteps">After this many steps the search gives up.</param>
    /// <returns>Whether there is such an order; null when the search gave up.</returns>
    public bool? Run(long maxSteps)
    {
        SearchMemory memory = new(_count);
        Stack<(int Entry, int State, bool Unseen)> lifted = [];
        int remaining = _pending.Count(static p => !p);
        int state = Absent;
        int lostDeletes = 0;
        bool unseen = false;
        int entry = _next[End];
        for (long step = 0; remaining > 0; step++)
        {
            if (step == maxSteps)
                return null;
            int operation = _operationOf[entry];
            if (_returnOf[entry] >= 0)
            {
                if (!Fits(operation, state, unseen, lostDeletes) || !Place(operation, memory))
                {
                    entry = _next[entry];
                    continue;
                }

                lifted.Push((entry, state, unseen));
                state = _writes[operation] ? _values[operation] : state;
                unseen = _pending[operation];
                remaining -= _pending[operation] ? 0 : 1;
                lostDeletes += _lostDelete[operation] >= 0 ? 1 : 0;
                Lift(entry);
                entry = _next[End];
                continue;
            }

            // An operation has to return here that found no place before. A read that fitted when it came first would fit there in any order: only writes are tried elsewhere.
            bool wasRead;
            do
            {
                if (lifted.Count == 0)
                    return false;
                (entry, state, unseen) = lifted.Pop();
                operation = _operationOf[entry];
                wasRead = !_writes[operation];
                memory.Exclude(operation);
                remaining += _pending[operation] ? 0 : 1;
                lostDeletes -= _lostDelete[operation] >= 0 ? 1 : 0;
                Unlift(entry);
            }
            while (wasRead);
            entry = _next[entry];
        }

        return true;
    }

    private bool Fits(int operation, int state, bool unseen, int lostDeletes) =>
        _writes[operation] ? !unseen && (_lostDelete[operation] < 0 || _lostDelete[operation] == lostDeletes)
            : _values[operation] == Present ? state != Absent : _values[operation] == state;

    // After a read nothing has changed but the set, so only writes are worth remembering.
    private bool Place(int operation, SearchMemory memory)
    {
        if (_writes[operation])
            return memory.AddWith(operation, (2 * _values[operation]) + (_pending[operation] ? 1 : 0));
        memory.Include(operation);
        return true;
    }

    private void Lift(int call)
    {
        Unlink(call);
        if (_returnOf[call] > 0)
            Unlink(_returnOf[call]);
    }

    private void Unlift(int call)
    {
        if (_returnOf[call] > 0)
            Link(_returnOf[call]);
        Link(call);
    }

    private void Unlink(int entry)
    {
        _next[_previous[entry]] = _next[entry];
        _previous[_next[entry]] = _previous[entry];
    }

    private void Link(int entry)
    {
        _next[_previous[entry]] = entry;
        _previous[_next[entry]] = entry;
    }
}
