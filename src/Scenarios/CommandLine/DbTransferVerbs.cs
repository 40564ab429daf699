using System.CommandLine;
using FireproofBench.Engine;
using FireproofBench.Engine.Crypto;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways;
using FireproofBench.Scenarios.Shell;

namespace FireproofBench.Scenarios.CommandLine;

/// <summary>Whole databases in and out: <c>import</c>, <c>dump</c>, <c>copy</c>.</summary>
internal sealed class DbTransferVerbs(DbVerb verb)
{
    private readonly Argument<string?> _lines = new("FILE") { Description = "Transactions, one a line; standard input without it, or for '-'.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<bool> _deleted = new("--deleted") { Description = "Show tombstones too." };
    private readonly Option<string?> _at = new("--at") { Description = "The state at these heads, or of the snapshot of this name, instead of the present one.", HelpName = "CID,CID|NAME" };
    private readonly Argument<string> _target = new("TARGET") { Description = "The provider to copy to." };

    /// <summary>The verbs.</summary>
    public IEnumerable<Command> All() =>
    [
        verb.Create(
            "import",
            "Applies transactions in order, each awaited, and prints the heads. A refused line stops it with exit code 2 and the line's number; the lines before it stay.",
            [_lines],
            ImportAsync,
            "fireproofbench db import ./data transactions.jsonl --name notes",
            "fireproofbench db import ./data --name notes < transactions.jsonl",
            "",
            "A line is one of:",
            "  {\"put\":{\"_id\":\"a\",\"text\":\"…\"}}     {\"bulk\":[{…},{…}]}     {\"del\":\"a\"}     {\"compact\":true}",
            "Bytes are {\"/\":{\"bytes\":\"…\"}}, links {\"/\":\"cid\"}; entries of _files stay as they are."),
        verb.Create(
            "dump",
            "Prints one line of DAG-JSON a live document, sorted by _id.",
            [_deleted, _at],
            DumpAsync,
            "fireproofbench db dump ./data --name notes > notes.jsonl",
            "fireproofbench db dump ./data --name notes --deleted",
            "fireproofbench db dump ./data --name notes --at bafyreib…   as long as that state was not compacted away"),
        verb.Create(
            "copy",
            "Copies the database to another provider: data files, attachments, heads last; byte by byte, every content id checked. Indexes are rebuilt and not copied; the key stays in its bag.",
            [_target],
            CopyAsync,
            "fireproofbench db copy ./data /mnt/backup --name notes",
            "",
            "A target that holds anything else is refused. A copy that broke off is no database: repeat it."),
    ];

    private async Task<int> ImportAsync(DbCall call)
    {
        await using Stream input = OpenLines(call);
        await using Database database = await call.OpenAsync(OpenMode.Create);
        await new DatabaseImport(database, call.Progress).RunAsync(input, call.Cancellation);
        await call.WriteLineAsync(JsonLine.OfHeads(database.Heads));
        if (database.CompactionFailure is { } failure)
            await call.NoteAsync($"all is stored, but merging files failed: {DbFailures.Explain(failure, call.Place)}");
        return ExitCodes.Success;
    }

    private Stream OpenLines(DbCall call)
    {
        if (call.Parsed.GetValue(_lines) is not { } path || path == "-")
            return call.Terminal.In;
        if (!File.Exists(path))
            throw new UsageException($"there is no file '{path}' to import.");
        return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
    }

    private async Task<int> DumpAsync(DbCall call)
    {
        string? at = call.Parsed.GetValue(_at);
        bool deleted = call.Parsed.GetValue(_deleted);
        await using Database database = await call.OpenAsync(OpenMode.ReadOnly);
        IAsyncEnumerable<DocumentRow> rows = at is null
            ? database.RowsAsync(cancellation: call.Cancellation)
            : (await DbVerb.OpenStateAsync(database, at, call.Cancellation)).RowsAsync(cancellation: call.Cancellation);
        long count = 0;
        await foreach (DocumentRow row in rows)
        {
            call.Cancellation.ThrowIfCancellationRequested();
            if (row.Document is { } document)
                await call.WriteLineAsync(document.ToUtf8Json());
            else if (deleted)
                await call.WriteLineAsync(JsonLine.OfTombstone(row.Id));
            count++;
            call.Progress.Tell(() => $"dump: {count} documents");
        }

        return ExitCodes.Success;
    }

    private async Task<int> CopyAsync(DbCall call)
    {
        DatabasePlace there = call.Place with { Url = GatewayUrl.Parse(call.Get(_target)), Heads = null };
        await using IDeviceStore target = there.OpenDevice();
        DatabaseCopy copy = await CopyAsync(call, target);
        await using Database copied = await there.OpenAsync(target, OpenMode.ReadOnly, call.Cancellation);
        await call.WriteLineAsync(JsonLine.Of(json =>
        {
            json.WriteNumber("bytes", copy.Bytes);
            json.WriteNumber("copied", copy.Copied);
            JsonLine.WriteCids(json, "heads", copied.Heads);
            json.WriteNumber("present", copy.Present);
        }));
        return ExitCodes.Success;
    }

    private static async Task<DatabaseCopy> CopyAsync(DbCall call, IDeviceStore target)
    {
        // Opened once before: that the database is there, that its key is, and that its heads can be read.
        await using (await call.OpenAsync(OpenMode.ReadOnly))
        {
        }

        await using IDeviceStore source = call.Place.OpenDevice();
        using KeyRing? keys = await call.Place.ReadKeysAsync(call.Cancellation);
        DatabaseCopy copy = new(source, target, keys, call.Progress);
        await copy.RunAsync(call.Cancellation);
        return copy;
    }
}
