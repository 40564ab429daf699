using FireproofBench.Engine;

namespace FireproofBench.Simulation.Devices;

/// <summary>Several who subscribed to one database. One of them fails again and again; the others, before and behind it, are to be told all the same.</summary>
internal sealed class Listener
{
    private const int Count = 2;

    // At the first call, and then often enough: each failure costs as much as a write.
    private const int CallsBetweenFailures = 8;

    private readonly Dictionary<string, int>[] _told = [.. Enumerable.Range(0, Count).Select(static _ => new Dictionary<string, int>(StringComparer.Ordinal))];
    private readonly List<Expectation> _expected = [];
    private int _failingCalls;

    private Listener()
    {
    }

    /// <summary>Subscribes.</summary>
    public static Listener To(Database database)
    {
        Listener made = new();
        _ = database.Subscribe(made.Hearing(0));
        _ = database.Subscribe(made.Failing);
        _ = database.Subscribe(made.Hearing(1));
        return made;
    }

    /// <summary>A write begins.</summary>
    public Expectation Expect(string id)
    {
        Expectation expected = new(id, [.. _told.Select(told => told.GetValueOrDefault(id))]);
        _expected.Add(expected);
        return expected;
    }

    /// <summary>What somebody was not told of; null when all were told of all.</summary>
    public string? Missed()
    {
        foreach (Expectation expected in _expected.Where(static expected => expected.IsDue))
        {
            for (int who = 0; who < Count; who++)
            {
                if (_told[who].GetValueOrDefault(expected.Id) <= expected.Before[who])
                    return $"the one {(who == 0 ? "before" : "behind")} the one that fails was not told that {expected.Id} was written";
            }
        }

        return null;
    }

    private void Failing(DatabaseChange change)
    {
        if (_failingCalls++ % CallsBetweenFailures == 0)
            throw new InvalidOperationException("This one fails again and again.");
    }

    private Action<DatabaseChange> Hearing(int who) => change =>
    {
        foreach (string id in change.Ids)
            _told[who][id] = _told[who].GetValueOrDefault(id) + 1;
    };
}
