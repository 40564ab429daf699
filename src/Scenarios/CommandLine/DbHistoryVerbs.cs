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
    private readonly Argument<string> _heads = new("HEADS") { Description = "Content ids with commas between them, as 'snapshot', 'import' and 'log' print them.", HelpName = "CID,CID" };

    /// <summary>The verbs.</summary>
    public IEnumerable<Command> All() =>
    [
        verb.Create(
            "changes",
            "Prints one line of JSON a document that changed, oldest first: {\"doc\":{…},\"event\":\"bafy…\",\"id\":\"…\"}; the last line is {\"heads\":[…]}, for --since the next time.",
            [_since, _limit],
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
            "Prints the present heads: 'dump --at', 'changes --since' and 'rollback' take them, as long as the database is not compacted.",
            [],
            SnapshotAsync,
            "fireproofbench db snapshot ./data --name notes"),
        verb.Create(
            "rollback",
            "Makes the documents what they were at former heads, by a new commit. Prints how many changed and the heads.",
            [_heads],
            RollbackAsync,
            "fireproofbench db rollback ./data bafyreib… --name notes"),
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
        ChangeSet changes = await database.ChangesAsync(since, limit, call.Cancellation);
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

    private static async Task<int> SnapshotAsync(DbCall call)
    {
        await using Database database = await call.OpenAsync(OpenMode.ReadOnly);
        await call.WriteLineAsync(JsonLine.OfHeads(database.Heads));
        return ExitCodes.Success;
    }

    private async Task<int> RollbackAsync(DbCall call)
    {
        IReadOnlyList<Cid> heads = DbVerb.ReadHeads(call.Get(_heads));
        await using Database database = await call.OpenAsync(OpenMode.Existing);
        PutResult result = await database.RollbackAsync(heads, call.Cancellation);
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
