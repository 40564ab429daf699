using System.Collections.Concurrent;
using FireproofBench.Engine;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Load.Scenarios;

/// <summary>Looks on all devices of a fleet for puts of one of them: a device has seen a put when it is told of a change and then reads it.</summary>
internal sealed class Lookout : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly ConcurrentDictionary<string, Sighting> _awaited = new(StringComparer.Ordinal);
    private readonly DeviceFleet _fleet;
    private readonly IDisposable[] _subscriptions;

    /// <summary>Looks on all devices of a fleet that is open.</summary>
    public Lookout(DeviceFleet fleet)
    {
        _fleet = fleet;
        _subscriptions = [.. Enumerable.Range(0, fleet.Count).Select(number => fleet[number].Database.Subscribe(change => Note(fleet[number], change)))];
    }

    /// <summary>Begins to look for the next put of a device, before it is made: each id for one put at a time.</summary>
    /// <param name="iteration">The iteration that makes it.</param>
    /// <param name="writer">The device.</param>
    /// <param name="id">The document.</param>
    public Sighting Await(Iteration iteration, FleetDevice writer, string id) => _awaited[id] = new Sighting(iteration, writer.Number, id, writer.NextPut, _fleet.Count - 1);

    /// <summary>Looks no longer.</summary>
    public void Forget(Sighting sighting) => _awaited.TryRemove(sighting.Id, out _);

    /// <summary>Measures until a put was seen.</summary>
    /// <param name="iteration">The iteration.</param>
    /// <param name="step">Which step it is.</param>
    /// <param name="seen">When it was.</param>
    public static ValueTask<bool> MeasureAsync(Iteration iteration, int step, Task seen) => iteration.MeasureAsync(
        step,
        seen,
        static async (seen, token) =>
        {
            await seen.WaitAsync(s_patience, token);
            return 0;
        });

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (IDisposable subscription in _subscriptions)
            subscription.Dispose();
    }

    // A change that names no ids may be of any.
    private void Note(FleetDevice device, DatabaseChange change)
    {
        foreach (string id in change.Ids.IsEmpty ? _awaited.Keys : change.Ids.AsEnumerable())
        {
            if (_awaited.TryGetValue(id, out Sighting? awaited) && awaited.Writer != device.Number)
                _ = ReadAsync(device, awaited);
        }
    }

    // What cannot be read now is not seen yet.
    private static async Task ReadAsync(FleetDevice device, Sighting sighting)
    {
        try
        {
            if (await device.Database.GetAsync(sighting.Id) is { } document)
                sighting.Read(device.Number, document);
        }
        catch (Exception failure) when (failure is StorageException or MissingBlockException or ObjectDisposedException)
        {
        }
    }
}
