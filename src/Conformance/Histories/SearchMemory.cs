namespace FireproofBench.Conformance.Histories;

/// <summary>Which operations a search has placed, and all configurations (placed operations and value) that it has been in.</summary>
/// <param name="operations">How many operations there are.</param>
internal sealed class SearchMemory(int operations)
{
    private readonly ulong[] _words = new ulong[(operations + 63) / 64];

    // How many were placed of each kind of which one is as good as another; with fewer of them the search can do all that it can do with more.
    private readonly int[] _counts = new int[2];
    private readonly Dictionary<Configuration, List<(int First, int Second)>> _met = [];
    private ulong _hash;

    /// <summary>Places a write that returned, unless it leads to a configuration that was met before.</summary>
    public bool AddWith(int operation, int value)
    {
        Flip(operation);
        if (IsNew(value, lost: false))
            return true;
        Flip(operation);
        return false;
    }

    /// <summary>Places a write that never returned, unless it leads to a configuration that was met before.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="value">Its value.</param>
    /// <param name="kind">0 or 1 where one of its kind is as good as another; -1 for all others.</param>
    public bool AddLost(int operation, int value, int kind)
    {
        IncludeLost(operation, kind, 1);
        if (IsNew(value, lost: true))
            return true;
        IncludeLost(operation, kind, -1);
        return false;
    }

    /// <summary>Places a read.</summary>
    public void Include(int operation) => Flip(operation);

    /// <summary>Takes an operation back that returned.</summary>
    public void Exclude(int operation) => Flip(operation);

    /// <summary>Takes a write back that never returned.</summary>
    public void ExcludeLost(int operation, int kind) => IncludeLost(operation, kind, -1);

    private void IncludeLost(int operation, int kind, int change)
    {
        if (kind < 0)
            Flip(operation);
        else
            _counts[kind] += change;
    }

    private bool IsNew(int value, bool lost)
    {
        Configuration now = new(_hash, value, lost, Essence());
        if (!_met.TryGetValue(now, out List<(int First, int Second)>? counts))
        {
            _met[now] = [(_counts[0], _counts[1])];
            return true;
        }

        if (counts.Exists(c => c.First <= _counts[0] && c.Second <= _counts[1]))
            return false;
        counts.Add((_counts[0], _counts[1]));
        return true;
    }

    private void Flip(int operation)
    {
        _words[operation >> 6] ^= 1UL << operation;
        _hash ^= Mixed((ulong)operation + 1);
    }

    // Nearly all words are full or empty, since operations are placed about in the order of their calls: the others, with their places, say all.
    private ulong[] Essence()
    {
        int last = _words.Length - 1;
        while (last >= 0 && _words[last] == 0)
            last--;
        List<ulong> essence = [(ulong)(last + 1)];
        for (int i = 0; i <= last; i++)
        {
            if (_words[i] != ulong.MaxValue)
            {
                essence.Add((ulong)i);
                essence.Add(_words[i]);
            }
        }

        return [.. essence];
    }

    private static ulong Mixed(ulong z)
    {
        z *= 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    private readonly record struct Configuration(ulong Hash, int Value, bool Lost, ulong[] Placed)
    {
        public bool Equals(Configuration other) =>
            Hash == other.Hash && Value == other.Value && Lost == other.Lost && Placed.AsSpan().SequenceEqual(other.Placed);

        public override int GetHashCode() => HashCode.Combine(Hash, Value, Lost);
    }
}
