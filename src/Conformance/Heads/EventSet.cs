using System.Numerics;

namespace FireproofBench.Conformance.Heads;

/// <summary>A set of the events of one check, by their numbers. Never changes.</summary>
internal sealed class EventSet
{
    private const int WordLength = 64;
    private readonly ulong[] _words;

    private EventSet(ulong[] words) => _words = words;

    /// <summary>The set without events.</summary>
    public static EventSet Empty { get; } = new([]);

    /// <summary>How many events are in it.</summary>
    public int Count => _words.Sum(static word => BitOperations.PopCount(word));

    /// <summary>Whether an event is in it.</summary>
    public bool Contains(int number) => number / WordLength < _words.Length && ((_words[number / WordLength] >> (number % WordLength)) & 1) != 0;

    /// <summary>The set with one event more.</summary>
    public EventSet With(int number)
    {
        ulong[] words = new ulong[Math.Max(_words.Length, (number / WordLength) + 1)];
        _words.CopyTo(words, 0);
        words[number / WordLength] |= 1UL << (number % WordLength);
        return new EventSet(words);
    }

    /// <summary>The events of either.</summary>
    public EventSet Union(EventSet other)
    {
        (ulong[] longer, ulong[] shorter) = _words.Length >= other._words.Length ? (_words, other._words) : (other._words, _words);
        ulong[] words = [.. longer];
        for (int i = 0; i < shorter.Length; i++)
            words[i] |= shorter[i];
        return new EventSet(words);
    }

    /// <summary>How many events of this set another one lacks.</summary>
    public int CountBeyond(EventSet other)
    {
        int count = 0;
        for (int i = 0; i < _words.Length; i++)
            count += BitOperations.PopCount(_words[i] & ~(i < other._words.Length ? other._words[i] : 0));
        return count;
    }
}
