using System.Collections.Immutable;
using FireproofBench.Engine;
using FireproofBench.Engine.Documents;

namespace FireproofBench.Load.Scenarios;

/// <summary>Nineteen reads to one write, of documents that all share; some are read far more often than others (Zipf, exponent 0.99, as in YCSB).</summary>
internal sealed class ReadMostly(LoadTarget target, ScenarioSettings settings) : FleetScenario(target, settings with { IsShared = true })
{
    private const int Reads = 20;
    private const int Bulk = 500;
    private readonly ZipfianChoice _choice = new(settings.Items, 0.99);

    /// <inheritdoc/>
    public override ImmutableArray<string> Steps { get; } = ["get", "put"];

    /// <inheritdoc/>
    public override async ValueTask PrepareAsync(int workers, IProgress<(string What, double? Share)> progress, CancellationToken cancellation)
    {
        await base.PrepareAsync(1, progress, cancellation);
        await WriteDocumentsAsync(Bulk, progress, cancellation);
        await Fleet.DisposeAsync();
        await base.PrepareAsync(workers, progress, cancellation);
    }

    /// <inheritdoc/>
    public override async ValueTask RunAsync(Iteration iteration)
    {
        FleetDevice device = Fleet[iteration.Worker];
        string id = SharedId(_choice.Next(iteration.Dice));
        if (iteration.Dice.OneIn(Reads))
        {
            _ = await device.PutAsync(iteration, 1, id, Settings.Size);
            return;
        }

        Read read = new(device.Database, id, Settings.Size);
        if (!await iteration.MeasureAsync(0, read, static (read, token) => read.GetAsync(token)))
            return;
        if (read.Document is null)
            iteration.See(AnomalyKind.MissingFile, $"'{id}' is not there, and was never deleted");
        else if (device.Fault(read.Document) is { } fault)
            iteration.See(fault.Kind, fault.What);
    }

    private sealed class Read(Database database, string id, int size)
    {
        public Document? Document { get; private set; }

        public async ValueTask<long> GetAsync(CancellationToken cancellation)
        {
            Document = await database.GetAsync(id, cancellation);
            return Document is null ? 0 : size;
        }
    }
}
