using FireproofBench.Conformance.Payloads;
using FireproofBench.Engine.Documents;

namespace FireproofBench.Load.Scenarios;

/// <summary>A put that devices are to see.</summary>
/// <param name="iteration">The iteration that made it.</param>
/// <param name="writer">The device that made it.</param>
/// <param name="id">The document.</param>
/// <param name="number">The number of the put; a device has seen it when it reads this or a later one.</param>
/// <param name="others">How many devices are to see it.</param>
internal sealed class Sighting(Iteration iteration, int writer, string id, long number, int others)
{
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HashSet<int> _seenBy = [];

    /// <summary>The document.</summary>
    public string Id => id;

    /// <summary>The device that made it.</summary>
    public int Writer => writer;

    /// <summary>Ends when one device has seen it.</summary>
    public Task First => _first.Task;

    /// <summary>Ends when all have.</summary>
    public Task All => _all.Task;

    /// <summary>A device read the document.</summary>
    /// <param name="device">Which.</param>
    /// <param name="document">What it read.</param>
    public void Read(int device, Document document)
    {
        (PayloadReading reading, string? fault) = FleetDocument.Read(document);
        if (fault is not null)
            iteration.See(AnomalyKind.WrongBytes, $"'{id}' has {fault} on device {device}");
        if (fault is not null || reading.Version < number)
            return;
        int count;
        lock (_seenBy)
        {
            if (!_seenBy.Add(device))
                return;
            count = _seenBy.Count;
        }

        _ = _first.TrySetResult();
        if (count >= others)
            _ = _all.TrySetResult();
    }
}
