using FireproofBench.Gateways.Simulated;

namespace FireproofBench.Simulation.Network;

/// <summary>Where a remote store is served. What serves it may be away for a while: then nothing passes, and every connection to it is broken. What is stored stays.</summary>
/// <param name="store">The store.</param>
/// <param name="name">How people call it.</param>
internal sealed class StoreSite(SimulatedStore store, string name)
{
    private readonly List<Wire> _wires = [];
    private int _absences;
    private int _fillings;

    /// <summary>The store.</summary>
    public SimulatedStore Store => store;

    /// <summary>How people call it.</summary>
    public string Name => name;

    /// <summary>Whether nobody serves it now.</summary>
    public bool IsAway => _absences > 0;

    /// <summary>How often it went away: what was under way before is lost, also when it is back by then.</summary>
    public int Deaths { get; private set; }

    /// <summary>Requests that are under way without their senders: these gave up, or sent a copy of what arrived before.</summary>
    public int Stragglers { get; private set; }

    /// <summary>A request goes on without its sender.</summary>
    /// <param name="arrival">Its way, to the end.</param>
    public async Task StraggleAsync(Func<Task> arrival)
    {
        Stragglers++;
        try
        {
            await arrival();
        }
        finally
        {
            Stragglers--;
        }
    }

    /// <summary>A wire leads here from now on.</summary>
    public void Connect(Wire wire) => _wires.Add(wire);

    /// <summary>A wire leads here no longer.</summary>
    public void Disconnect(Wire wire) => _wires.Remove(wire);

    /// <summary>What serves it dies, and with it all connections. Absences may overlap: each has its end.</summary>
    public void GoAway()
    {
        _absences++;
        Deaths++;
        foreach (Wire wire in _wires)
            wire.Break();
    }

    /// <summary>One absence is over.</summary>
    public void ComeBack() => _absences--;

    /// <summary>There is no room any more. Fillings may overlap: each has its end.</summary>
    public void Fill()
    {
        if (++_fillings == 1)
            store.Fill(true);
    }

    /// <summary>One filling is over.</summary>
    public void Clear()
    {
        if (--_fillings == 0)
            store.Fill(false);
    }
}
