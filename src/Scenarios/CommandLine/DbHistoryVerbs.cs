using System.Collections.Immutable;
using System.CommandLine;
using FireproofBench.Engine;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Clock;
using FireproofBench.Scenarios.Shell;

namespace FireproofBench.Scenarios.CommandLine;

/// <summary>The past: <c>changes</c>, <c>log</c>, <c>snapshot</c>, <c>rollback</c>, <c>compact</c>.</summary>
internal sealed class DbHistoryVerbs(DbVerb verb)
{
    private readonly Option<string?> _since = new("--since") { Description = "Only what changed since these heads.", HelpName = "CID,CID" };
    private readonly Option<int?> _limit = new("--limit") { Description = "At most so many, the newest ones.", HelpName = "N" };
    private readonly Option<string?> _until = new("--until") { Description = "Only what changed up to these heads; without it, to the present.", HelpName = "CID,CID" };
    private readonly Argument<string> _state = new("STATE") { Description = "Heads with commas between them, as 'snapshot', 'import' and 'log' print them, or the name of a snapshot.", HelpName = "CID,CID|NAME" };
    private readonly Argument<string?> _snapshot = new("NAME") { Description = "Keep the state under this name, whatever is compacted.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _of = new("--of") { Description = "Keep the state of these heads, not the present one.", HelpName = "CID,CID" };
    private readonly Option<bool> _list = new("--list") { Description = "List the snapshots that are kept: {\"heads\":[…],\"name\":\"…\"}, a line each." };
    private readonly Option<string?> _delete = new("--delete") { Description = "Give up the snapshot of this name, and remove its files.", HelpName = "NAME" };

    /// <summary>The verbs.</summary>
    public IEnumerable<Command> All() =>
    [
        verb.Create(
            "changes",
            "Prints one line of JSON a document that changed, oldest first: {\"doc\":{…},\"event\":\"bafy…\",\"id\":\"…\"}; the last line is {\"heads\":[…]}, for --since the next time.",
            [_since, _until, _limit],
            ChangesAsync,
            "fireproofbench db changes ./data --name notes",
            "fireproofbench db changes ./data --name notes --since bafyreib…"),
        verb.Create(
            "log",
            "Prints one line of JSON an event of the clock, newest first: {\"event\":\"bafy…\",\"keys\":[…],\"parents\":[…]}. The first event of every database comes last.",
            [_limit],
            LogAsync,
            "fireproofbench db log ./data --name notes --limit 10"),
        verb.Create(
            "snapshot",
            "Prints the present heads: 'dump --at', 'changes --since' and 'rollback' take them, as long as the database is not compacted. With a name, keeps the state here for good: all of it is written once more.",
            [_snapshot, _of, _list, _delete],
            SnapshotAsync,
            "fireproofbench db snapshot ./data --name notes",
            "fireproofbench db snapshot ./data before-import --name notes       then: dump --at before-import, rollback before-import",
            "fireproofbench db snapshot ./data --name notes --list"),
        verb.Create(
            "rollback",
            "Makes the documents what they were at former heads, by a new commit. Prints how many changed and the heads.",
            [_state],
            RollbackAsync,
            "fireproofbench db rollback ./data bafyreib… --name notes",
            "fireproofbench db rollback ./data before-import --name notes"),
        verb.Create(
            "compact",
            "Merges all files of the log into one group. Documents and heads stay; former states can no longer be opened. Prints the heads and the length of the log.",
            [],
            CompactAsync,
            "fireproofbench db compact ./data --name notes"),
    ];

    private async Task<int> ChangesAsync(DbCall call)
    {
        IReadOnlyList<Cid> since = call.Parsed.GetValue(_since) is { } heads ? DbVerb.ReadHeads(heads) : [];
        int limit = Limit(call);
        await using Database database = await call.OpenAsync(OpenMode.ReadOnly);
        ChangeSet changes = call.Parsed.GetValue(_until) is { } until
            ? await database.ChangesAsync(since, DbVerb.ReadHeads(until), limit, call.Cancellation)
            : await database.ChangesAsync(since, limit, call.Cancellation);
        foreach (DocumentChange change in changes.Changes)
        {
            await call.WriteLineAsync(JsonLine.Of(json =>
            {
                JsonLine.WriteDocument(json, "doc", change.Id, change.Document);
                json.WriteString("event", change.Event.ToString());
                json.WriteString("id", change.Id);
            }));
        }

        await call.WriteLineAsync(JsonLine.OfHeads(changes.Heads));
        return ExitCodes.Success;
    }

    private async Task<int> LogAsync(DbCall call)
    {
        int left = Limit(call);
        await using Database database = await call.OpenAsync(OpenMode.ReadOnly);
        await foreach (ClockEvent next in database.EventsAsync(call.Cancellation))
        {
            if (left-- == 0)
                break;
            await call.WriteLineAsync(LineOf(next));
        }

        return ExitCodes.Success;
    }

    private async Task<int> SnapshotAsync(DbCall call)
    {
        string? name = call.Parsed.GetValue(_snapshot);
        string? gone = call.Parsed.GetValue(_delete);
        bool lists = call.Parsed.GetValue(_list);
        if ((name is null ? 0 : 1) + (gone is null ? 0 : 1) + (lists ? 1 : 0) > 1)
            throw new UsageException("a name, --list and --delete exclude each other.");
        if (name is null && call.Parsed.GetValue(_of) is not null)
            throw new UsageException("--of goes with the name that the state is kept under.");
        await using Database database = await call.OpenAsync(name is null && gone is null ? OpenMode.ReadOnly : OpenMode.Existing);
        try
        {
            if (lists)
                await ListAsync(call, database);
            else if (gone is not null)
                return await database.DeleteSnapshotAsync(gone, call.Cancellation) ? ExitCodes.Success : throw new UsageException($"there is no snapshot '{gone}' here.");
            else
                await call.WriteLineAsync(JsonLine.OfHeads(name is null ? database.Heads : await KeepAsync(call, database, name)));
            return ExitCodes.Success;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            throw new UsageException(e.Message);
        }
    }

    private async ValueTask<IEnumerable<Cid>> KeepAsync(DbCall call, Database database, string name)
    {
        call.Progress.Tell(() => $"snapshot: writing the state once more as '{name}'");
        return await database.KeepSnapshotAsync(name, call.Parsed.GetValue(_of) is { } heads ? DbVerb.ReadHeads(heads) : null, call.Cancellation);
    }

    private static async ValueTask ListAsync(DbCall call, Database database)
    {
        foreach ((string name, ImmutableArray<Cid> heads) in await database.ListSnapshotsAsync(call.Cancellation))
        {
            await call.WriteLineAsync(JsonLine.Of(json =>
            {
                JsonLine.WriteCids(json, "heads", heads);
                json.WriteString("name", name);
            }));
        }
    }

    private async Task<int> RollbackAsync(DbCall call)
    {
        await using Database database = await call.OpenAsync(OpenMode.Existing);
        PutResult result = await database.RollbackAsync(await DbVerb.OpenStateAsync(database, call.Get(_state), call.Cancellation), call.Cancellation);
        await call.WriteLineAsync(JsonLine.Of(json =>
        {
            json.WriteNumber("changed", result.Ids.Length);
            JsonLine.WriteCids(json, "heads", result.Heads);
        }));
        return ExitCodes.Success;
    }

    private static async Task<int> CompactAsync(DbCall call)
    {
        await using Database database = await call.OpenAsync(OpenMode.Existing);
        int before = database.Log.Length;
        call.Progress.Tell(() => $"compact: {before} groups");
        await database.CompactAsync(call.Cancellation);
        await call.WriteLineAsync(JsonLine.Of(json =>
        {
            JsonLine.WriteCids(json, "heads", database.Heads);
            json.WriteNumber("log", database.Log.Length);
        }));
        return ExitCodes.Success;
    }

    private static ReadOnlyMemory<byte> LineOf(ClockEvent next) => JsonLine.Of(json =>
    {
        json.WriteString("event", next.Cid.ToString());
        json.WriteStartArray("keys");
        foreach (KeyValue operation in next.Operations)
            json.WriteStringValue(operation.Key);
        json.WriteEndArray();
        JsonLine.WriteCids(json, "parents", next.Parents.ToArray());
    });

    private int Limit(DbCall call) => call.Parsed.GetValue(_limit) switch
    {
        null => int.MaxValue,
        > 0 and int limit => limit,
        _ => throw new UsageException("--limit is at least 1."),
    };
}
