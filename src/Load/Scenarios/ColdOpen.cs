using System.Collections.Immutable;
using FireproofBench.Engine.Documents;

namespace FireproofBench.Load.Scenarios;

/// <summary>Devices that know a key and nothing else: how long until one is attached, and until it has read one document.</summary>
internal sealed class ColdOpen(LoadTarget target, ScenarioSettings settings) : FleetScenario(target, settings)
{
    private const int Bulk = 100;

    /// <inheritdoc/>
    public override ImmutableArray<string> Steps { get; } = ["open", "first-get"];

    /// <inheritdoc/>
    public override async ValueTask PrepareAsync(int workers, IProgress<(string What, double? Share)> progress, CancellationToken cancellation)
    {
        await Fleet.OpenAsync(1, progress, cancellation);
        await WriteDocumentsAsync(Bulk, progress, cancellation);
    }

    /// <inheritdoc/>
    public override async ValueTask RunAsync(Iteration iteration)
    {
        Opening opening = new(Fleet, SharedId(iteration.Dice.Below(Settings.Items)));
        try
        {
            if (!await iteration.MeasureAsync(0, opening, static (opening, token) => opening.OpenAsync(token)))
                return;
            if (!await iteration.MeasureAsync(1, opening, static (opening, token) => opening.GetAsync(token)))
                return;
            if (opening.Document is null)
                iteration.See(AnomalyKind.MissingFile, $"'{opening.Id}' is not there for a new device");
            else if (opening.Device!.Fault(opening.Document) is { } fault)
                iteration.See(fault.Kind, fault.What);
        }
        finally
        {
            if (opening.Device is not null)
                await opening.Device.DisposeAsync();
        }
    }

    private sealed class Opening(DeviceFleet fleet, string id)
    {
        public string Id => id;

        public FleetDevice? Device { get; private set; }

        public Document? Document { get; private set; }

        public async ValueTask<long> OpenAsync(CancellationToken cancellation)
        {
            Device = await fleet.OpenDeviceAsync(FleetDocument.Nobody, cancellation, isUpToDate: false);
            return 0;
        }

        public async ValueTask<long> GetAsync(CancellationToken cancellation)
        {
            Document = await Device!.Database.GetAsync(id, cancellation);
            return Document?.Body.Length ?? 0;
        }
    }
}
