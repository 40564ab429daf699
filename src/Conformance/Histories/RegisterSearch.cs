namespace FireproofBench.Conformance.Histories;

/// <summary>
/// Looks for an order of the operations on one key that their times allow and in which each read gives what was written last. The search is that of Wing and Gong with
/// Lowe's memory of the configurations that were met before, over a list from which operations are lifted, as in Porcupine.
/// </summary>
/// <remarks>
/// A write that never returned may stand anywhere after its call, or be left out. It need not stand where no read sees it, so a read has to follow at once; it is tried
/// only where nothing else fits; and of several that no read can tell apart the first will do. Without these rules each of them would double the search.
/// </remarks>
internal sealed class RegisterSearch
{
    private const int Absent = 0;
    private const int Present = -1;
    private const int Anonymous = -2;
    private const int End = 0;
    private readonly int _count;
    private readonly int[] _values;
    private readonly bool[] _writes;

    // Entries 1..: a call or a return of an operation that returned; entry 0 is both ends of the ring.
    private readonly int[] _next;
    private readonly int[] _previous;
    private readonly int[] _operationOf;
    private readonly int[] _returnOf;

    // What never returned, in the order of the calls, each with the last entry before its call.
    private readonly List<(int Operation, int After)> _lost = [];
    private readonly int _remaining;

    /// <summary>Prepares a search.</summary>
    /// <param name="operations">Operations on one key that write or read its value, in the order of their calls.</param>
    public RegisterSearch(IReadOnlyList<Operation> operations)
    {
        _count = operations.Count;
        _values = new int[_count];
        _writes = new bool[_count];
        HashSet<string> read = new(operations.Where(static o => o.Reads && o.Value is not null).Select(static o => o.Value!), StringComparer.Ordinal);
        Dictionary<string, int> numbers = new(StringComparer.Ordinal);
        List<(long Time, bool Returns, int Operation)> events = [];
        for (int i = 0; i < _count; i++)
        {
            Operation operation = operations[i];
            _writes[i] = operation.Writes;
            _values[i] = operation.Kind switch
            {
                OperationKind.Head => operation.Found ? Present : Absent,
                OperationKind.Delete => Absent,
                _ when operation.Value is null => Absent,
                _ when !read.Contains(operation.Value!) => Anonymous,
                _ => numbers.TryGetValue(operation.Value!, out int number) ? number : numbers[operation.Value!] = numbers.Count + 1,
            };
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
        int e = End;
        foreach ((_, bool returns, int operation) in events)
        {
            if (!operations[operation].IsOk)
            {
                _lost.Add((operation, e));
                continue;
            }

            e++;
            _operationOf[e] = operation;
            _returnOf[e] = -1;
            if (returns)
                _returnOf[callOf[operation]] = e;
            else
                callOf[operation] = e;
            _next[e - 1] = e;
            _previous[e] = e - 1;
            _remaining += returns ? 1 : 0;
        }

        _next[e] = End;
        _previous[End] = e;
    }

    /// <summary>After a search that found no order: the operation, by its place in the list, whose return no order came past. What returned before it can be explained.</summary>
    public int Stuck { get; private set; }

    /// <summary>Searches.</summary>
    /// <param name="maxSteps">After this many steps the search gives up.</param>
    /// <returns>Whether there is such an order; null when the search gave up.</returns>
    public bool? Run(long maxSteps)
    {
        SearchMemory memory = new(_count);
        Stack<(int Entry, int Lost, int State, bool Unseen)> placed = [];
        bool[] used = new bool[_lost.Count];
        int remaining = _remaining;
        int state = Absent;
        bool unseen = false;
        int entry = _next[End];
        int lost = 0;
        int furthest = End;
        for (long step = 0; remaining > 0; step++)
        {
            if (step == maxSteps)
                return null;
            int operation = _operationOf[entry];
            if (_returnOf[entry] > 0)
            {
                bool fits = _writes[operation] ? !unseen : _values[operation] == Present ? state != Absent : _values[operation] == state;
                if (!fits || !Place(operation, memory))
                {
                    entry = _next[entry];
                    continue;
                }

                placed.Push((entry, -1, state, unseen));
                state = _writes[operation] ? _values[operation] : state;
                unseen = false;
                remaining--;
                Lift(entry);
                entry = _next[End];
                lost = 0;
                continue;
            }

            // An operation has to return here that found no place before: now what never returned is tried.
            lost = unseen ? _lost.Count : NextLost(lost, entry, used, memory);
            if (lost < _lost.Count)
            {
                placed.Push((entry, lost, state, unseen));
                used[lost] = true;
                state = _values[_lost[lost].Operation];
                unseen = true;
                entry = _next[End];
                lost = 0;
                continue;
            }

            if (entry > furthest)
            {
                furthest = entry;
                Stuck = operation;
            }

            // A read that fitted when it came first would fit there in any order: only writes are tried elsewhere.
            bool wasRead;
            do
            {
                if (placed.Count == 0)
                    return false;
                (entry, lost, state, unseen) = placed.Pop();
                wasRead = lost < 0 && !_writes[_operationOf[entry]];
                if (lost >= 0)
                {
                    used[lost] = false;
                    TakeBack(lost, memory);
                }
                else
                {
                    memory.Exclude(_operationOf[entry]);
                    remaining++;
                    Unlift(entry);
                }
            }
            while (wasRead);
            entry = lost < 0 ? _next[entry] : entry;
            lost++;
        }

        return true;
    }

    // The next that was called before that return, that no earlier one can stand for, and that leads somewhere new.
    private int NextLost(int from, int before, bool[] used, SearchMemory memory)
    {
        bool deletes = false;
        bool anonymous = false;
        for (int i = 0; i < _lost.Count && _lost[i].After < before; i++)
        {
            if (used[i])
                continue;
            int operation = _lost[i].Operation;
            int value = _values[operation];
            bool first = value switch { Absent => !deletes, Anonymous => !anonymous, _ => true };
            deletes |= value == Absent;
            anonymous |= value == Anonymous;
            if (i >= from && first && memory.AddLost(operation, value, KindOf(value)))
                return i;
        }

        return _lost.Count;
    }

    private void TakeBack(int lost, SearchMemory memory)
    {
        int operation = _lost[lost].Operation;
        memory.ExcludeLost(operation, KindOf(_values[operation]));
    }

    // Deletes, and puts whose value nobody got: each of a kind is as good as another.
    private static int KindOf(int value) => value switch { Absent => 0, Anonymous => 1, _ => -1 };

    // After a read nothing has changed but the set, so only writes are worth remembering.
    private bool Place(int operation, SearchMemory memory)
    {
        if (_writes[operation])
            return memory.AddWith(operation, _values[operation]);
        memory.Include(operation);
        return true;
    }

    private void Lift(int call)
    {
        Unlink(call);
        Unlink(_returnOf[call]);
    }

    private void Unlift(int call)
    {
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
