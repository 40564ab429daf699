namespace FireproofBench.Simulation.Checking;

/// <summary>Some events of a history, by their numbers in it: a bit for each.</summary>
/// <param name="count">How many events the history has.</param>
internal sealed class EventSet(int count)
{
    private const int Width = 64;

    private readonly ulong[] _words = new ulong[(count + Width - 1) / Width];

    /// <summary>Whether an event is one of them.</summary>
    public bool Has(int number) => (_words[number / Width] & (1UL << (number % Width))) != 0;

    /// <summary>Adds an event.</summary>
    public void Add(int number) => _words[number / Width] |= 1UL << (number % Width);

    /// <summary>Adds those of another set of the same history.</summary>
    public void Add(EventSet others)
    {
        for (int word = 0; word < _words.Length; word++)
            _words[word] |= others._words[word];
    }

    /// <summary>Whether all of them are in another set of the same history.</summary>
    public bool IsIn(EventSet others)
    {
        for (int word = 0; word < _words.Length; word++)
        {
            if ((_words[word] & ~others._words[word]) != 0)
                return false;
        }

        return true;
    }

    /// <summary>Those of this set that are not in another one of the same history.</summary>
    public EventSet Without(EventSet others)
    {
        EventSet left = new(count);
        for (int word = 0; word < _words.Length; word++)
            left._words[word] = _words[word] & ~others._words[word];
        return left;
    }
}
