namespace FireproofBench.Scenarios.Histories;

/// <summary>Which operations a search has placed, and all configurations (placed operations and value) that it has been in.</summary>
internal sealed class SearchMemory
{
    private readonly ulong[] _words;
    private readonly HashSet<Configuration> _met = [];
    private ulong _hash;

    /// <summary>An empty memory.</summary>
    /// <param name="operations">How many operations there are.</param>
    public SearchMemory(int operations) => _words = new ulong[(operations + 63) / 64];

    /// <summary>Places an operation, unless it leads to a configuration that was met before.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="value">Stands for everything but the placed operations that the search goes on from.</param>
    public bool AddWith(int operation, int value)
    {
        Include(operation);
        if (_met.Add(new Configuration(_hash, value, Essence())))
            return true;
        Exclude(operation);
        return false;
    }

    /// <summary>Places an operation.</summary>
    public void Include(int operation) => Flip(operation);

    /// <summary>Takes an operation back.</summary>
    public void Exclude(int operation) => Flip(operation);

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

    private readonly record struct Configuration(ulong Hash, int Value, ulong[] Placed)
    {
        public bool Equals(Configuration other) => Hash == other.Hash && Value == other.Value && Placed.AsSpan().SequenceEqual(other.Placed);

        public override int GetHashCode() => HashCode.Combine(Hash, Value);
    }
}
