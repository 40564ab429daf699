using System.Collections.Immutable;
using System.Globalization;
using FireproofBench.Conformance.Payloads;
using FireproofBench.Engine;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Pail;

namespace FireproofBench.Load.Scenarios;

/// <summary>
/// Boards of cards, each the work of a team of a few devices: a burst of edits, then the board is listed; now and then a file is attached to a card and read back, and now and then a device goes offline,
/// works on, and comes back.
/// </summary>
internal sealed class Workspace(LoadTarget target, ScenarioSettings settings) : FleetScenario(target, settings with { IsShared = true })
{
    private const int Team = 4;
    private const int Cards = 50;
    private const int MostInBurst = 5;
    private const int EditsOffline = 10;
    private const int BetweenFiles = 20;
    private const int BetweenTrips = 30;
    private const int FileFactor = 16;
    private const string FilePart = "/file-";

    private int _boards;

    /// <inheritdoc/>
    public override ImmutableArray<string> Steps { get; } = ["edit", "list", "attach-file", "read-file", "rejoin"];

    /// <inheritdoc/>
    public override async ValueTask PrepareAsync(int workers, IProgress<(string What, double? Share)> progress, CancellationToken cancellation)
    {
        _boards = (workers + Team - 1) / Team;
        await base.PrepareAsync(workers, progress, cancellation);
        _ = await Fleet[0].Database.PutManyAsync(
            [.. Enumerable.Range(0, _boards).SelectMany(board => Enumerable.Range(0, CardsOfBoard).Select(card => Prepared(CardId(board, card), (board * CardsOfBoard) + card)))], cancellation);
        await Fleet.MeetAsync(cancellation);
    }

    /// <inheritdoc/>
    public override async ValueTask RunAsync(Iteration iteration)
    {
        FleetDevice device = Fleet[iteration.Worker];
        int board = iteration.Worker / Team;
        if (iteration.Dice.OneIn(BetweenTrips))
        {
            await TravelAsync(iteration, device, board);
            return;
        }

        int edits = 1 + iteration.Dice.Below(MostInBurst);
        for (int i = 0; i < edits; i++)
            _ = await device.PutAsync(iteration, 0, CardId(board, iteration.Dice.Below(CardsOfBoard)), Settings.Size);
        await ListAsync(iteration, device, board);
        if (iteration.Dice.OneIn(BetweenFiles))
            await AttachAsync(iteration, device, board);
    }

    /// <inheritdoc/>
    protected override ValueTask LookAsync(Recorder recorder, Database database, Document document, CancellationToken cancellation) => document.Id!.Contains(FilePart, StringComparison.Ordinal)
        ? LookAtFileAsync(recorder, database, document, bytes => Payload.Read(bytes).FaultFor(document.Id), cancellation)
        : ValueTask.CompletedTask;

    private int CardsOfBoard => Math.Clamp(Settings.Items / _boards, 1, Cards);

    private static string CardId(int board, int card) => string.Create(CultureInfo.InvariantCulture, $"board-{board:d4}/card-{card:d4}");

    // Files are of one device each, so that no other puts a card without it in its place.
    private static string FileId(int board, FleetDevice device, long number) => string.Create(CultureInfo.InvariantCulture, $"board-{board:d4}{FilePart}{device.Number:d4}-{number:d8}");

    private async ValueTask TravelAsync(Iteration iteration, FleetDevice device, int board)
    {
        long start = TimeProvider.System.GetTimestamp();
        await device.DetachAsync();
        for (int i = 0; i < EditsOffline; i++)
            _ = await device.PutAsync(iteration, 0, CardId(board, iteration.Dice.Below(CardsOfBoard)), Settings.Size);
        _ = await iteration.MeasureAsync(
            4,
            device,
            static async (device, token) =>
            {
                await device.AttachAsync(token);
                await device.Link.WhenUpToDateAsync(token);
                return 0;
            });
        iteration.Note(EngineEvent.Offline, TimeProvider.System.GetElapsedTime(start));
    }

    private async ValueTask ListAsync(Iteration iteration, FleetDevice device, int board)
    {
        List<Document> cards = [];
        bool isDone = await iteration.MeasureAsync(
            1,
            (device.Database, Range: new KeyRange { Prefix = CardId(board, 0)[..^4] }, cards),
            static async (call, token) =>
            {
                long bytes = 0;
                await foreach (Document card in call.Database.AllAsync(call.Range, token))
                {
                    call.cards.Add(card);
                    bytes += card.Body.Length;
                }

                return bytes;
            });
        if (!isDone)
            return;

        // Outside of what is measured.
        if (cards.Count != CardsOfBoard)
            iteration.See(AnomalyKind.MissingFile, string.Create(CultureInfo.InvariantCulture, $"board {board} has {cards.Count} of {CardsOfBoard} cards"));
        foreach (Document card in cards)
        {
            if (device.Fault(card) is { } fault)
                iteration.See(fault.Kind, fault.What);
        }
    }

    private async ValueTask AttachAsync(Iteration iteration, FleetDevice device, int board)
    {
        string id = FileId(board, device, iteration.Number);
        byte[] content = Payload.Make(Target.Seed, id, Settings.Size * FileFactor, iteration.Number, device.Number);
        if (!await device.PutAsync(iteration, 2, id, Settings.Size, file: new NewAttachment("file", content, "application/octet-stream", DateTimeOffset.UnixEpoch)))
            return;
        byte[] read = [];
        bool isDone = await iteration.MeasureAsync(
            3,
            device.Database,
            async (database, token) =>
            {
                if (await database.GetAsync(id, token) is not { } document)
                    return 0;
                read = await ReadFileAsync(database, document, token) ?? [];
                return read.Length;
            });
        if (isDone && Payload.Read(read).FaultFor(id) is { } fault)
            iteration.See(AnomalyKind.WrongBytes, $"the file of '{id}' has {fault}");
    }
}
