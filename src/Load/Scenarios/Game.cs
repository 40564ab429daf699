using System.Collections.Immutable;
using FireproofBench.Engine.Documents;

namespace FireproofBench.Load.Scenarios;

/// <summary>
/// A small state that all players read, count up and put back, over and over. Of moves that did not know of each other one stands, by the rule of the engine, and the others are overwritten: those are shown
/// ("overwritten"), and are no anomaly. One is a move that is lost to an older one of the same player, or a player who reads less than he has read.
/// </summary>
internal sealed class Game(LoadTarget target, ScenarioSettings settings) : FleetScenario(target, settings with { IsShared = true })
{
    private const int Bulk = 500;

    private long[] _counts = [];
    private long _moves;

    /// <inheritdoc/>
    public override ImmutableArray<string> Steps { get; } = ["look", "move", "upload"];

    /// <inheritdoc/>
    public override async ValueTask PrepareAsync(int workers, IProgress<(string What, double? Share)> progress, CancellationToken cancellation)
    {
        _counts = new long[Settings.Items];
        await Fleet.OpenAsync(1, progress, cancellation);
        await WriteDocumentsAsync(Bulk, progress, cancellation);
        await Fleet.DisposeAsync();
        await Fleet.OpenAsync(workers, progress, cancellation);
    }

    /// <inheritdoc/>
    public override async ValueTask RunAsync(Iteration iteration)
    {
        FleetDevice device = Fleet[iteration.Worker];
        int place = iteration.Dice.Below(Settings.Items);
        string id = SharedId(place);
        Document? state = null;
        if (!await iteration.MeasureAsync(0, device.Database, async (database, token) => (state = await database.GetAsync(id, token))?.Body.Length ?? 0))
            return;
        if (state is null)
        {
            iteration.See(AnomalyKind.MissingFile, $"'{id}' is not there, and was never deleted");
            return;
        }

        if (device.Fault(state) is { } fault)
            iteration.See(fault.Kind, fault.What);
        long count = FleetDocument.CountOf(state) + 1;
        if (!await device.PutAsync(iteration, 1, id, Settings.Size, count))
            return;
        _ = Interlocked.Increment(ref _moves);
        Count(ref _counts[place], count);
        _ = await device.UploadAsync(iteration, 2, Settings.Size);
    }

    /// <inheritdoc/>
    public override ImmutableSortedDictionary<string, double> Gauges() =>
        base.Gauges().Add("moves", Interlocked.Read(ref _moves)).Add("overwritten", Math.Max(0, Interlocked.Read(ref _moves) - _counts.Sum()));

    private static void Count(ref long most, long count)
    {
        for (long before = Interlocked.Read(ref most); before < count;)
        {
            long found = Interlocked.CompareExchange(ref most, count, before);
            if (found == before)
                return;
            before = found;
        }
    }
}
