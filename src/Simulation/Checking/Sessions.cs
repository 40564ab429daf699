using System.Collections.Immutable;
using FireproofBench.Engine;
using FireproofBench.Engine.Blocks;

namespace FireproofBench.Simulation.Checking;

/// <summary>The sessions of all databases of a world.</summary>
/// <remarks>
/// What is asked of them are the session guarantees "read your writes" and "monotonic reads" of Terry and others, "Session Guarantees for Weakly Consistent Replicated Data" (1994): what a database
/// acknowledged or showed it shows from then on, and what a device acknowledged each database that is opened from its files.
/// </remarks>
/// <param name="time">The clock of the world.</param>
internal sealed class Sessions(VirtualTime time)
{
    private readonly Dictionary<Database, Session> _open = new(ReferenceEqualityComparer.Instance);
    private readonly List<(int? Device, Session Session)> _all = [];

    /// <summary>A device opened its database.</summary>
    /// <param name="database">The database.</param>
    /// <param name="who">How people call the device.</param>
    /// <param name="device">Which device, from 0, when what it acknowledged lies in files of its own; otherwise null.</param>
    public void Open(Database database, string who, int? device) => _open[database] = Begin(database, who, device);

    /// <summary>Somebody subscribed to a database.</summary>
    /// <param name="database">The database.</param>
    /// <param name="who">How people call it.</param>
    public Session Subscribe(Database database, string who) => Begin(database, who, device: null);

    /// <summary>A database acknowledged a write.</summary>
    public void Acknowledge(Database database, ImmutableArray<Cid> heads) => _open.GetValueOrDefault(database)?.Acknowledge(heads);

    /// <summary>A database says where it is. One that no device opened tells nothing of a session.</summary>
    /// <returns>Its heads.</returns>
    public ImmutableArray<Cid> LookAt(Database database)
    {
        ImmutableArray<Cid> heads = database.Heads;
        _open.GetValueOrDefault(database)?.Show(heads);
        return heads;
    }

    /// <summary>Those that went back.</summary>
    /// <param name="history">The whole history.</param>
    public IEnumerable<string> WhoWentBack(EventGraph history)
    {
        Dictionary<int, EventSet> acknowledged = [];
        foreach ((int? device, Session session) in _all)
        {
            EventSet before = history.UpTo([]);
            if (device is { } number && !acknowledged.TryAdd(number, before))
                before = acknowledged[number];
            if (session.GoesBack(history, before) is { } evidence)
                yield return evidence;
            before.Add(session.AcknowledgedIn(history));
        }
    }

    private Session Begin(Database database, string who, int? device)
    {
        Session session = new(time, who);
        _all.Add((device, session));
        session.Show(database.Heads);
        return session;
    }
}
