using System.CommandLine;
using FireproofBench.Engine;
using FireproofBench.Engine.Documents;
using FireproofBench.Scenarios.Shell;

namespace FireproofBench.Scenarios.CommandLine;

/// <summary>One document at a time: <c>get</c>, <c>put</c>, <c>del</c>, <c>attach-file</c>, <c>get-file</c>.</summary>
internal sealed class DbDocumentVerbs(DbVerb verb)
{
    private readonly Argument<string> _id = new("ID") { Description = "The document's _id. One that starts with a dash stands behind '--'." };
    private readonly Argument<string> _file = new("FILE") { Description = "The file to attach." };
    private readonly Argument<string> _fileName = new("NAME") { Description = "The file's name in the document." };
    private readonly Option<string?> _as = new("--as") { Description = "The file's name in the document; its own without this.", HelpName = "NAME" };
    private readonly Option<string> _type = new("--type")
    {
        Description = "The media type to store with it.",
        HelpName = "TYPE",
        DefaultValueFactory = static _ => "application/octet-stream",
    };

    private readonly Option<string?> _output = new("--output", "-o") { Description = "Write to this file; to standard output without it.", HelpName = "FILE" };

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
        verb.Create(
            "attach-file",
            "Attaches a file to a document that is there. Prints the heads and the id.",
            [_id, _file, _as, _type],
            AttachAsync,
            "fireproofbench db attach-file ./data note-1 photo.png --type image/png --name notes"),
        verb.Create(
            "get-file",
            "Writes an attached file to standard output, or to a file, which it replaces.",
            [_id, _fileName, _output],
            GetFileAsync,
            "fireproofbench db get-file ./data note-1 photo.png --name notes > photo.png",
            "fireproofbench db get-file ./data note-1 photo.png --output copy.png --name notes"),
    ];

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

    private async Task<int> AttachAsync(DbCall call)
    {
        FileInfo file = new(call.Get(_file));
        if (!file.Exists)
            throw new UsageException($"there is no file '{file.Name}' in '{file.DirectoryName}'.");
        if (file.Length > NewAttachment.MaxLength)
            throw new UsageException($"'{file.Name}' has {file.Length} bytes, and {NewAttachment.MaxLength} is the limit of one attached file.");
        await using Database database = await call.OpenAsync(OpenMode.Existing);
        Document document = await FindAsync(database, call.Get(_id), call.Cancellation);
        byte[] content = await File.ReadAllBytesAsync(file.FullName, call.Cancellation);
        NewAttachment attachment = new(call.Parsed.GetValue(_as) ?? file.Name, content, call.Parsed.GetRequiredValue(_type), file.LastWriteTimeUtc);
        return await TellAsync(call, await database.PutAsync(document, [attachment], call.Cancellation));
    }

    private async Task<int> GetFileAsync(DbCall call)
    {
        await using Database database = await call.OpenAsync(OpenMode.ReadOnly);
        string id = call.Get(_id);
        string name = call.Get(_fileName);
        Document document = await FindAsync(database, id, call.Cancellation);
        AttachmentInfo attachment = document.Attachments.FirstOrDefault(file => file.Name == name)
            ?? throw new UsageException($"the document '{id}' has no file '{name}'; it has {(document.Attachments.Length == 0 ? "none" : string.Join(", ", document.Attachments.Select(static file => $"'{file.Name}'")))}.");
        await using Stream content = await database.OpenAttachmentAsync(attachment, call.Cancellation);
        if (call.Parsed.GetValue(_output) is { } path && path != "-")
            await WriteFileAsync(path, content, call.Cancellation);
        else
            await call.Output.WriteAsync(content, call.Cancellation);
        return ExitCodes.Success;
    }

    private static async Task<Document> FindAsync(Database database, string id, CancellationToken cancellation) =>
        await database.GetAsync(id, cancellation) ?? throw new UsageException($"there is no document '{id}' in '{database.Name}', or it was deleted.");

    private static async Task<int> TellAsync(DbCall call, PutResult result)
    {
        await call.WriteLineAsync(JsonLine.Of(json =>
        {
            JsonLine.WriteCids(json, "heads", result.Heads);
            json.WriteString("id", result.Id);
        }));
        return ExitCodes.Success;
    }

    // Nobody finds half a file.
    private static async Task WriteFileAsync(string path, Stream content, CancellationToken cancellation)
    {
        string unfinished = path + ".tmp";
        try
        {
            await using (FileStream file = File.Create(unfinished))
                await content.CopyToAsync(file, cancellation);
            File.Move(unfinished, path, overwrite: true);
        }
        catch
        {
            File.Delete(unfinished);
            throw;
        }
    }
}
