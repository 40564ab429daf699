using System.Collections.Immutable;
using System.Globalization;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Pail;

namespace FireproofBench.Load.Scenarios;

/// <summary>
/// Rooms to which all devices write, some far more often than others (Zipf): a message is put, then the newest of a room are read; of one message in so many it is measured when all other devices can read it.
/// The ids of a room's messages count down, so that the newest comes first.
/// </summary>
internal sealed class Chat(LoadTarget target, ScenarioSettings settings) : FleetScenario(target, settings with { IsShared = false })
{
    private const int Newest = 20;
    private const int Followed = 10;
    private const long Last = 999_999_999_999;

    private readonly ZipfianChoice _rooms = new(settings.Items, 0.99);
    private Lookout? _lookout;
    private long _messages;

    /// <inheritdoc/>
    public override ImmutableArray<string> Steps { get; } = ["send", "read", "follow"];

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
        string room = string.Create(CultureInfo.InvariantCulture, $"room-{_rooms.Next(iteration.Dice):d6}/");
        string id = string.Create(CultureInfo.InvariantCulture, $"{room}{Last - Interlocked.Increment(ref _messages):d12}");
        Sighting? sighting = iteration.Dice.OneIn(Followed) ? _lookout!.Await(iteration, device, id) : null;
        try
        {
            if (!await device.PutAsync(iteration, 0, id, Settings.Size))
                return;
            await ReadAsync(iteration, device, room, id);
            if (sighting is not null)
                _ = await Lookout.MeasureAsync(iteration, 2, sighting.All);
        }
        finally
        {
            if (sighting is not null)
                _lookout!.Forget(sighting);
        }
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        _lookout?.Dispose();
        return base.DisposeAsync();
    }

    private static async ValueTask ReadAsync(Iteration iteration, FleetDevice device, string room, string sent)
    {
        List<Document> read = [];
        bool isDone = await iteration.MeasureAsync(
            1,
            (device.Database, Range: new KeyRange { Prefix = room }, read),
            static async (call, token) =>
            {
                long bytes = 0;
                await foreach (Document message in call.Database.AllAsync(call.Range, token))
                {
                    call.read.Add(message);
                    bytes += message.Body.Length;
                    if (call.read.Count == Newest)
                        break;
                }

                return bytes;
            });
        if (!isDone)
            return;

        // Outside of what is measured. What was sent a moment ago is among the newest, unless so many are newer still.
        if (!read.Exists(message => message.Id == sent) && (read.Count < Newest || string.CompareOrdinal(read[^1].Id, sent) > 0))
            iteration.See(AnomalyKind.StaleRead, $"'{sent}' was acknowledged, and the newest of its room do not have it");
        foreach (Document message in read)
        {
            if (FleetDocument.Read(message).Fault is { } fault)
                iteration.See(AnomalyKind.WrongBytes, $"'{message.Id}' has {fault}");
        }
    }
}
