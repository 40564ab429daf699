using System.Collections.Immutable;

namespace FireproofBench.Load.Scenarios;

/// <summary>Devices that write side by side while one of them merges the whole log now and then.</summary>
internal sealed class WritersAndCompaction(LoadTarget target, ScenarioSettings settings) : FleetScenario(target, settings)
{
    // Of the first device: often enough for a short run, seldom enough to have something to merge.
    private const int Between = 50;

    /// <inheritdoc/>
    public override ImmutableArray<string> Steps { get; } = ["put", "upload", "compact"];

    /// <inheritdoc/>
    public override async ValueTask RunAsync(Iteration iteration)
    {
        FleetDevice device = Fleet[iteration.Worker];
        if (iteration.Worker == 0 && iteration.Number % Between == Between - 1)
        {
            _ = await device.CompactAsync(iteration, 2);
            return;
        }

        if (await device.PutAsync(iteration, 0, IdOf(iteration), Settings.Size))
            _ = await device.UploadAsync(iteration, 1, Settings.Size);
    }
}
