using System.CommandLine;
using FireproofBench.Engine;
using FireproofBench.Engine.Documents;
using FireproofBench.Scenarios.Shell;

namespace FireproofBench.Scenarios.CommandLine;

/// <summary>One document at a time: <c>get</c>, <c>put</c>, <c>del</c>.</summary>
internal sealed class DbDocumentVerbs(DbVerb verb)
{
    private readonly Argument<string> _id = new("ID") { Description = "The document's _id. One that starts with a dash stands behind '--'." };

    /// <summary>The verbs.</summary>
    public IEnumerable<Command> All() =>
    [
        verb.Create("get", "Prints a document as one line of DAG-JSON. A document that is not there exits with 2.", [_id], GetAsync, "fireproofbench db get ./data note-1 --name notes"),
        verb.Create(
            "put",
            "Stores the document on standard input (one JSON object). One without an _id gets a new one. Prints the heads and the id.",
            [],
            PutAsync,
            "echo '{\"_id\":\"note-1\",\"text\":\"hello\"}' | fireproofbench db put ./data --name notes"),
        verb.Create("del", "Deletes a document, also one that is not there. Prints the heads and the id.", [_id], DeleteAsync, "fireproofbench db del ./data note-1 --name notes"),
    ];

    /// <summary>Finds a document that has to be there.</summary>
    public static async Task<Document> FindAsync(Database database, string id, CancellationToken cancellation) =>
        await database.GetAsync(id, cancellation) ?? throw new UsageException($"there is no document '{id}' in '{database.Name}', or it was deleted.");

    /// <summary>Prints what a write came to.</summary>
    public static async Task<int> TellAsync(DbCall call, PutResult result)
    {
        await call.WriteLineAsync(JsonLine.Of(json =>
        {
            JsonLine.WriteCids(json, "heads", result.Heads);
            json.WriteString("id", result.Id);
        }));
        return ExitCodes.Success;
    }

    private async Task<int> GetAsync(DbCall call)
    {
        await using Database database = await call.OpenAsync(OpenMode.ReadOnly);
        Document document = await FindAsync(database, call.Get(_id), call.Cancellation);
        await call.WriteLineAsync(document.ToUtf8Json());
        return ExitCodes.Success;
    }

    private static async Task<int> PutAsync(DbCall call)
    {
        // The whole document is read before anything is opened: a broken pipe begins no database.
        Document document = Document.Parse(await new LineReader(call.Terminal.In).ReadToEndAsync(call.Cancellation));
        await using Database database = await call.OpenAsync(OpenMode.Create);
        return await TellAsync(call, await database.PutAsync(document, call.Cancellation));
    }

    private async Task<int> DeleteAsync(DbCall call)
    {
        await using Database database = await call.OpenAsync(OpenMode.Existing);
        return await TellAsync(call, await database.DeleteAsync(call.Get(_id), call.Cancellation));
    }
}
