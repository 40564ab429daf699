using System.Collections.Immutable;

namespace FireproofBench.Load.Scenarios;

/// <summary>Each put is looked for on all other devices: from its acknowledgement until the store has it, until the first of them reads it, and until the last does.</summary>
internal sealed class SyncLag(LoadTarget target, ScenarioSettings settings) : FleetScenario(target, settings with { IsShared = false })
{
    private Lookout? _lookout;

    /// <inheritdoc/>
    public override ImmutableArray<string> Steps { get; } = ["put", "upload", "first-sees", "all-see"];

    /// <inheritdoc/>
    public override async ValueTask PrepareAsync(int workers, IProgress<(string What, double? Share)> progress, CancellationToken cancellation)
    {
        await base.PrepareAsync(workers, progress, cancellation);
        _lookout = new Lookout(Fleet);
    }

    /// <inheritdoc/>
    public override async ValueTask RunAsync(Iteration iteration)
    {
        FleetDevice device = Fleet[iteration.Worker];
        string id = IdOf(iteration);
        Sighting sighting = _lookout!.Await(iteration, device, id);
        try
        {
            if (!await device.PutAsync(iteration, 0, id, Settings.Size))
                return;
            _ = await Task.WhenAll(
                device.UploadAsync(iteration, 1, Settings.Size).AsTask(),
                Lookout.MeasureAsync(iteration, 2, sighting.First).AsTask(),
                Lookout.MeasureAsync(iteration, 3, sighting.All).AsTask());
        }
        finally
        {
            _lookout.Forget(sighting);
        }
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        _lookout?.Dispose();
        return base.DisposeAsync();
    }
}
