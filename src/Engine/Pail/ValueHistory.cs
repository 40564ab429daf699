using FireproofBench.Engine.Blocks;

namespace FireproofBench.Engine.Pail;

/// <summary>The values of one key over several events, as they are at the end of each.</summary>
/// <param name="before">The value before the first event; not defined when there is none.</param>
internal sealed class ValueHistory(Cid before)
{
    private readonly List<(int Event, Cid Value)> _changes = [(0, before)];

    /// <summary>Whether any event changed the value.</summary>
    public bool HasChanged => _changes.Count > 1;

    /// <summary>The first event after which all of several keys had the values that they have in the end.</summary>
    /// <param name="histories">The keys.</param>
    /// <param name="earliest">The first event that counts.</param>
    public static int FirstWhole(List<ValueHistory> histories, int earliest)
    {
        int last = earliest;
        bool recurs = false;
        foreach (ValueHistory history in histories)
        {
            last = Math.Max(last, history._changes[^1].Event);
            recurs |= history.Recurs;
        }

        return recurs ? FirstWhole(histories, earliest, last) : last;
    }

    /// <summary>An event gives the key a value, other than the one that it has.</summary>
    public void Add(int ofEvent, Cid value)
    {
        if (_changes[^1].Event == ofEvent)
            _changes.RemoveAt(_changes.Count - 1);
        if (_changes[^1].Value != value)
            _changes.Add((ofEvent, value));
    }

    private bool Recurs
    {
        get
        {
            Cid last = _changes[^1].Value;
            for (int i = 0; i < _changes.Count - 1; i++)
            {
                if (_changes[i].Value == last)
                    return true;
            }

            return false;
        }
    }

    // Each key has its last value in one span of events or several: where the spans of all overlap is a moment that was like the end.
    private static int FirstWhole(List<ValueHistory> histories, int earliest, int last)
    {
        List<(int Event, int Change)> spans = [(earliest, 1)];
        foreach (List<(int Event, Cid Value)> changes in histories.Select(static history => history._changes))
        {
            for (int i = 0; i < changes.Count; i++)
            {
                if (changes[i].Value != changes[^1].Value)
                    continue;
                spans.Add((changes[i].Event, 1));
                if (i < changes.Count - 1)
                    spans.Add((changes[i + 1].Event, -1));
            }
        }

        int count = 0;
        foreach ((int at, int change) in spans.OrderBy(static span => span.Event).ThenBy(static span => span.Change))
        {
            count += change;
            if (count > histories.Count)
                return at;
        }

        return last;
    }
}
