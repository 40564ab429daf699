using System.Collections.Immutable;
using System.Globalization;
using FireproofBench.Conformance.Payloads;
using FireproofBench.Engine;
using FireproofBench.Engine.Documents;
using FireproofBench.Gateways.Memory;

namespace FireproofBench.Load.Scenarios;

/// <summary>
/// Files of several megabytes that are attached to documents and read back: whole, and a part of one from somewhere in it. Each worker has a database of its own at the store itself, which begins anew when it
/// has so many files, so that a long run does not fill the store.
/// </summary>
internal sealed class LargeAttachments(LoadTarget target, ScenarioSettings settings) : ILoadScenario, IAsyncDisposable
{
    private const int DocumentLength = 256;
    private const int PartLength = 64 << 10;

    private readonly MemoryKeyBag _bag = new();
    private StoredDatabase[] _databases = [];

    /// <inheritdoc/>
    public ImmutableArray<string> Steps { get; } = ["put", "get", "get-part"];

    /// <inheritdoc/>
    public IEnumerable<string> DatabasesOf(int workers) => Enumerable.Range(0, workers).Select(static number => string.Create(CultureInfo.InvariantCulture, $"files-{number}"));

    /// <inheritdoc/>
    public async ValueTask PrepareAsync(int workers, IProgress<(string What, double? Share)> progress, CancellationToken cancellation)
    {
        _databases = [.. DatabasesOf(workers).Select((name, number) => new StoredDatabase(target, _bag, name, number))];
        foreach (StoredDatabase database in _databases)
            await database.OpenAsync(cancellation);
    }

    /// <inheritdoc/>
    public async ValueTask RunAsync(Iteration iteration)
    {
        StoredDatabase database = _databases[iteration.Worker];
        if (!database.IsOpen && !await iteration.DoAsync(0, database.OpenAsync))
            return;
        if (database.Acknowledged.Count >= settings.Items && !await iteration.DoAsync(0, database.BeginAnewAsync))
            return;
        string id = string.Create(CultureInfo.InvariantCulture, $"doc-{iteration.Worker:d4}-{iteration.Number:d8}");
        byte[] content = ContentOf(id);
        if (!await database.PutAsync(iteration, 0, id, DocumentLength, new NewAttachment("file", content, "application/octet-stream", DateTimeOffset.UnixEpoch)))
            return;
        if (await ReadAsync(iteration, 1, database, id, 0, content.Length) is { } whole && Payload.Read(whole).FaultFor(id) is { } fault)
            iteration.See(AnomalyKind.WrongBytes, $"the file of '{id}' has {fault}");
        int length = Math.Min(PartLength, content.Length);
        int from = iteration.Dice.Below(content.Length - length + 1);
        if (await ReadAsync(iteration, 2, database, id, from, length) is { } part && !part.AsSpan().SequenceEqual(content.AsSpan(from, length)))
            iteration.See(AnomalyKind.WrongBytes, $"{length} bytes of the file of '{id}' from {from} on are not those that were put");
    }

    /// <inheritdoc/>
    public ImmutableSortedDictionary<string, double> Gauges() => ImmutableSortedDictionary<string, double>.Empty.Add("files", _databases.Sum(static database => database.Acknowledged.Count));

    /// <inheritdoc/>
    public async ValueTask VerifyAsync(Recorder recorder, CancellationToken cancellation)
    {
        foreach (StoredDatabase database in _databases)
        {
            await database.VerifyAsync(
                recorder,
                async (again, document, token) =>
                {
                    if (Payload.Read(await ReadAsync(again, document, 0, settings.Size, token)).FaultFor(document.Id!) is { } fault)
                        recorder.See(AnomalyKind.WrongBytes, $"the file of '{document.Id}' has {fault}");
                },
                cancellation);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (StoredDatabase database in _databases)
            await database.DisposeAsync();
    }

    private byte[] ContentOf(string id) => Payload.Make(target.Seed, id, settings.Size);

    // Null when it failed, or the document was not there.
    private static async ValueTask<byte[]?> ReadAsync(Iteration iteration, int step, StoredDatabase database, string id, int from, int length)
    {
        byte[]? read = null;
        bool isDone = await iteration.MeasureAsync(
            step,
            database.Database,
            async (database, token) =>
            {
                if (await database.GetAsync(id, token) is not { } document)
                    return 0;
                read = await ReadAsync(database, document, from, length, token);
                return read.Length;
            });
        if (isDone && read is null)
            iteration.See(AnomalyKind.MissingFile, $"'{id}' is not there, though its put was acknowledged");
        return isDone ? read : null;
    }

    private static async ValueTask<byte[]> ReadAsync(Database database, Document document, int from, int length, CancellationToken cancellation)
    {
        await using Stream stream = await database.OpenAttachmentAsync(document.Attachments[0], cancellation);
        stream.Position = from;
        byte[] bytes = new byte[length];
        int count = await stream.ReadAtLeastAsync(bytes, length, throwOnEndOfStream: false, cancellation);
        return count == length ? bytes : bytes[..count];
    }
}
