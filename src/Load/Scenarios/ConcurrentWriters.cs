using System.Collections.Immutable;

namespace FireproofBench.Load.Scenarios;

/// <summary>Devices that write side by side: a put is measured until the device has it, and until the store has it.</summary>
internal sealed class ConcurrentWriters(LoadTarget target, ScenarioSettings settings) : FleetScenario(target, settings)
{
    /// <inheritdoc/>
    public override ImmutableArray<string> Steps { get; } = ["put", "upload"];

    /// <inheritdoc/>
    public override async ValueTask RunAsync(Iteration iteration)
    {
        FleetDevice device = Fleet[iteration.Worker];
        if (await device.PutAsync(iteration, 0, IdOf(iteration), Settings.Size))
            _ = await device.UploadAsync(iteration, 1, Settings.Size);
    }
}
