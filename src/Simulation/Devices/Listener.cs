using System.Collections.Immutable;
using FireproofBench.Engine;
using FireproofBench.Engine.Blocks;
using FireproofBench.Simulation.Checking;

namespace FireproofBench.Simulation.Devices;

/// <summary>Several who subscribed to one database. One of them fails again and again; the others, before and behind it, are to be told all the same.</summary>
internal sealed class Listener
{
    private const int Count = 2;

    // At the first call, and then often enough: each failure costs as much as a write.
    private const int CallsBetweenFailures = 8;

    private readonly VirtualTime _time;
    private readonly TimeSpan _patience;
    private readonly Dictionary<string, List<TimeSpan>>[] _told = [.. Enumerable.Range(0, Count).Select(static _ => new Dictionary<string, List<TimeSpan>>(StringComparer.Ordinal))];
    private readonly ImmutableArray<Cid>[] _heads;
    private readonly Session[] _sessions;
    private readonly List<Expectation> _expected = [];
    private int _failingCalls;

    private Listener(Database database, string name, VirtualTime time, TimeSpan patience, Sessions sessions)
    {
        _time = time;
        _patience = patience;
        _heads = [.. Enumerable.Repeat(database.Heads, Count)];
        _sessions = [.. Enumerable.Range(0, Count).Select(who => sessions.Subscribe(database, $"of those who subscribed at {name}, {Which(who)},"))];
    }

    /// <summary>Subscribes.</summary>
    /// <param name="database">The database, which was opened just now.</param>
    /// <param name="name">How people call the device.</param>
    /// <param name="time">The clock of the world.</param>
    /// <param name="patience">For how long a write may go on behind its acknowledgement, until all are told of it: it may compact.</param>
    /// <param name="sessions">Sees where each is told that the database is.</param>
    public static Listener To(Database database, string name, VirtualTime time, TimeSpan patience, Sessions sessions)
    {
        Listener made = new(database, name, time, patience, sessions);
        _ = database.Subscribe(made.Hearing(0));
        _ = database.Subscribe(made.Failing);
        _ = database.Subscribe(made.Hearing(1));
        return made;
    }

    /// <summary>All are to be told of a write, once it is acknowledged.</summary>
    /// <param name="begun">When it began, from the world's beginning.</param>
    /// <param name="ids">What it writes.</param>
    public Expectation Expect(TimeSpan begun, ImmutableArray<string> ids)
    {
        Expectation expected = new(begun, ids);
        _expected.Add(expected);
        return expected;
    }

    /// <summary>A write was acknowledged.</summary>
    public void Acknowledge(Expectation write) => write.Acknowledged = _time.Elapsed;

    /// <summary>What somebody was not told of.</summary>
    /// <param name="heads">Where the database is; null when that is not to be compared.</param>
    /// <param name="isCutShort">Whether the process died: of what was acknowledged only just before, nobody may have been told yet.</param>
    /// <returns>Null when all were told of all.</returns>
    public string? Missed(ImmutableArray<Cid>? heads, bool isCutShort = false)
    {
        for (int who = 0; who < Count; who++)
        {
            string which = Which(who);
            foreach (Expectation expected in _expected)
            {
                if (expected.Acknowledged is { } acknowledged && !(isCutShort && acknowledged + _patience > _time.Elapsed) && expected.Ids.FirstOrDefault(id => !IsTold(who, id, expected.Begun, acknowledged + _patience)) is { } missed)
                    return $"{which} was not told that {missed} was written";
            }

            if (heads is { } now && !_heads[who].SequenceEqual(now))
                return $"{which} was told last of {Names.Of(_heads[who])}, and the database is at {Names.Of(now)}";
        }

        return null;
    }

    private static string Which(int who) => $"the one {(who == 0 ? "before" : "behind")} the one that fails";

    private bool IsTold(int who, string id, TimeSpan from, TimeSpan to) => _told[who].TryGetValue(id, out List<TimeSpan>? times) && times.Exists(at => at >= from && at <= to);

    private void Failing(DatabaseChange change)
    {
        if (_failingCalls++ % CallsBetweenFailures == 0)
            throw new InvalidOperationException("This one fails again and again.");
    }

    private Action<DatabaseChange> Hearing(int who) => change =>
    {
        _heads[who] = change.Heads;
        _sessions[who].Show(change.Heads);
        foreach (string id in change.Ids)
        {
            if (!_told[who].TryGetValue(id, out List<TimeSpan>? times))
                _told[who][id] = times = [];
            times.Add(_time.Elapsed);
        }
    };
}
