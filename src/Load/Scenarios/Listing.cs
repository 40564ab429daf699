using System.Collections.Immutable;
using System.Globalization;
using FireproofBench.Engine;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Pail;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Load.Scenarios;

/// <summary>
/// Listings of many documents on a device: a hundred from somewhere, all that begin alike, all of them; and of the files at the store. One document in ten has a file of its own there. Nothing is written
/// meanwhile, so that it is known what each listing has to name, and in which order.
/// </summary>
internal sealed class Listing(LoadTarget target, ScenarioSettings settings) : FleetScenario(target, settings with { IsShared = true })
{
    private const int Bulk = 500;
    private const int Page = 100;
    private const int WithoutFile = 10;

    // All is read by one iteration in so many: it costs as much as many of the others together.
    private const int BetweenWholes = 10;
    private const string FilesPrefix = "data/";

    private readonly HashSet<string> _withFile = [];
    private ImmutableHashSet<string> _files = [];

    /// <inheritdoc/>
    public override ImmutableArray<string> Steps { get; } = ["range", "prefix", "all", "files"];

    /// <inheritdoc/>
    public override async ValueTask PrepareAsync(int workers, IProgress<(string What, double? Share)> progress, CancellationToken cancellation)
    {
        await Fleet.OpenAsync(1, progress, cancellation);
        await WriteDocumentsAsync(Bulk, progress, cancellation);
        for (int i = 0; i < Settings.Items; i += WithoutFile)
        {
            NewAttachment file = new("file", FileOf(SharedId(i)), "text/plain", DateTimeOffset.UnixEpoch);
            _ = await Fleet[0].Database.AttachFilesAsync(SharedId(i), [file], cancellation);
            _ = _withFile.Add(SharedId(i));
            progress.Report(("attaches files", (double)i / Settings.Items));
        }

        await Fleet.SendAsync(cancellation);
        await Fleet.DisposeAsync();
        await Fleet.OpenAsync(workers, progress, cancellation);
        _files = [.. await KeysAsync(Fleet[0].StoredFiles, cancellation)];
    }

    /// <inheritdoc/>
    public override async ValueTask RunAsync(Iteration iteration)
    {
        Database database = Fleet[iteration.Worker].Database;
        int first = iteration.Dice.Below(Settings.Items);
        int last = Math.Min(first + Page, Settings.Items) - 1;
        await LookAsync(iteration, 0, database, new KeyRange { From = SharedId(first), To = SharedId(last) }, first, last);

        // All but the last two digits: a hundred, or what there is of them.
        first -= first % Page;
        await LookAsync(iteration, 1, database, new KeyRange { Prefix = SharedId(first)[..^2] }, first, Math.Min(first + Page, Settings.Items) - 1);
        if (iteration.Number % BetweenWholes == 0)
            await LookAsync(iteration, 2, database, KeyRange.All, 0, Settings.Items - 1);
        await LookAtFilesAsync(iteration);
    }

    /// <inheritdoc/>
    protected override ValueTask LookAsync(Recorder recorder, Database database, Document document, CancellationToken cancellation) => _withFile.Contains(document.Id!)
        ? LookAtFileAsync(recorder, database, document, bytes => bytes.AsSpan().SequenceEqual(FileOf(document.Id!)) ? null : "other bytes than were put", cancellation)
        : ValueTask.CompletedTask;

    private static byte[] FileOf(string id) => System.Text.Encoding.UTF8.GetBytes(id);

    private static async ValueTask LookAsync(Iteration iteration, int step, Database database, KeyRange range, int first, int last)
    {
        List<Document> found = [];
        bool isDone = await iteration.MeasureAsync(
            step,
            (database, range, found),
            static async (call, token) =>
            {
                long bytes = 0;
                await foreach (Document document in call.database.AllAsync(call.range, token))
                {
                    call.found.Add(document);
                    bytes += document.Body.Length;
                }

                return bytes;
            });
        if (!isDone)
            return;

        // Outside of what is measured.
        if (!found.Select(static document => document.Id!).SequenceEqual(Enumerable.Range(first, last - first + 1).Select(SharedId)))
        {
            iteration.See(
                found.Count < last - first + 1 ? AnomalyKind.MissingFile : AnomalyKind.WrongBytes,
                string.Create(CultureInfo.InvariantCulture, $"a listing from '{SharedId(first)}' to '{SharedId(last)}' names {found.Count} documents of {last - first + 1}, or in another order"));
        }

        if (found.Count == 0)
            return;
        Document looked = found[iteration.Dice.Below(found.Count)];
        if (FleetDocument.Read(looked).Fault is { } fault)
            iteration.See(AnomalyKind.WrongBytes, $"'{looked.Id}' has {fault}");
    }

    private async ValueTask LookAtFilesAsync(Iteration iteration)
    {
        List<string> found = [];
        bool isDone = await iteration.MeasureAsync(
            3,
            (Fleet[iteration.Worker].StoredFiles, found),
            static async (call, token) =>
            {
                call.found.AddRange(await KeysAsync(call.StoredFiles, token));
                return call.found.Sum(static key => key.Length);
            });
        if (isDone && _files.Except(found) is { Count: > 0 } missing)
            iteration.See(AnomalyKind.MissingFile, $"a listing does not name {missing.Count} of {_files.Count} files, among them '{missing.First()}'");
    }

    private static async ValueTask<List<string>> KeysAsync(IDataGateway files, CancellationToken cancellation)
    {
        List<string> keys = [];
        await foreach (ObjectInfo found in files.ListAllAsync(FilesPrefix, cancellation))
            keys.Add(found.Key);
        return keys;
    }
}
