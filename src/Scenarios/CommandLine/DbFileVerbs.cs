using System.CommandLine;
using System.Globalization;
using FireproofBench.Engine;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Scenarios.CommandLine;

/// <summary>Attached files, piece by piece: <c>attach-file</c>, <c>get-file</c>.</summary>
internal sealed class DbFileVerbs(DbVerb verb)
{
    private const int PieceLength = 1 << 20;

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
    private readonly Option<string?> _range = new("--range")
    {
        Description = "Only these bytes, counted from 0, the last one included; 'FROM-' for all that follow. Of a large file only the pieces are fetched that hold them.",
        HelpName = "FROM-TO",
    };

    /// <summary>The verbs.</summary>
    public IEnumerable<Command> All() =>
    [
        verb.Create(
            "attach-file",
            "Attaches a file to a document that is there. Prints the heads and the id.",
            [_id, _file, _as, _type],
            AttachAsync,
            "fireproofbench db attach-file ./data note-1 photo.png --type image/png --name notes",
            "",
            "A file of more than 8 MiB is stored in pieces, which the reference engine (JavaScript) cannot read. The largest is 64 GiB. A call that breaks off leaves the",
            "document as it was; repeated, it does not store again what is there."),
        verb.Create(
            "get-file",
            "Writes an attached file to standard output, or to a file, which it replaces.",
            [_id, _fileName, _output, _range],
            GetAsync,
            "fireproofbench db get-file ./data note-1 photo.png --name notes > photo.png",
            "fireproofbench db get-file ./data note-1 photo.png --output copy.png --name notes",
            "fireproofbench db get-file ./data note-1 film.mp4 --range 1000000-1999999 --name notes"),
    ];

    private async Task<int> AttachAsync(DbCall call)
    {
        FileInfo file = new(call.Get(_file));
        if (!file.Exists)
            throw new UsageException($"there is no file '{file.Name}' in '{file.DirectoryName}'.");
        if (file.Length > NewAttachment.MaxLength)
            throw new UsageException($"'{file.Name}' has {file.Length} bytes, and {NewAttachment.MaxLength} is the limit of one attached file.");
        await using Database database = await call.OpenAsync(OpenMode.Existing);
        string id = call.Get(_id);
        _ = await DbDocumentVerbs.FindAsync(database, id, call.Cancellation);
        ContentSource source = new(file.Length, _ => ValueTask.FromResult<Stream>(OpenToRead(file.FullName)));
        NewAttachment attachment = new(call.Parsed.GetValue(_as) ?? file.Name, source, call.Parsed.GetRequiredValue(_type), file.LastWriteTimeUtc)
        {
            Progress = done => Tell(call, done, source.Length),
        };
        return await DbDocumentVerbs.TellAsync(call, await database.AttachFilesAsync(id, [attachment], call.Cancellation));
    }

    private async Task<int> GetAsync(DbCall call)
    {
        ByteSpan span = call.Parsed.GetValue(_range) is { } range ? ByteSpan.Parse(range) : ByteSpan.All;
        await using Database database = await call.OpenAsync(OpenMode.ReadOnly);
        string id = call.Get(_id);
        string name = call.Get(_fileName);
        Document document = await DbDocumentVerbs.FindAsync(database, id, call.Cancellation);
        AttachmentInfo attachment = document.Attachments.FirstOrDefault(file => file.Name == name)
            ?? throw new UsageException($"the document '{id}' has no file '{name}'; it has {(document.Attachments.Length == 0 ? "none" : string.Join(", ", document.Attachments.Select(static file => $"'{file.Name}'")))}.");
        await using Stream content = await database.OpenAttachmentAsync(attachment, call.Cancellation);
        long length = span == ByteSpan.All ? content.Length : span.LengthIn(content.Length);
        content.Position = span.From;
        if (call.Parsed.GetValue(_output) is { } path && path != "-")
            await WriteFileAsync(call, path, content, length);
        else
            await CopyAsync(call, content, length, bytes => call.Output.WriteAsync(bytes, call.Cancellation));
        return ExitCodes.Success;
    }

    // Nobody finds half a file, and no file that has nothing to do with it is replaced.
    private static async Task WriteFileAsync(DbCall call, string path, Stream content, long length)
    {
        string unfinished = $"{path}.{Path.GetRandomFileName()}.tmp";
        try
        {
            await using (FileStream file = new(unfinished, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0, Options = FileOptions.Asynchronous }))
                await CopyAsync(call, content, length, bytes => file.WriteAsync(bytes, call.Cancellation));
            File.Move(unfinished, path, overwrite: true);
        }
        catch
        {
            File.Delete(unfinished);
            throw;
        }
    }

    private static async Task CopyAsync(DbCall call, Stream content, long length, Func<ReadOnlyMemory<byte>, ValueTask> write)
    {
        byte[] piece = new byte[(int)Math.Min(PieceLength, length)];
        for (long done = 0; done < length;)
        {
            int read = await content.ReadAsync(piece.AsMemory(0, (int)Math.Min(piece.Length, length - done)), call.Cancellation);
            if (read == 0)
                throw new EndOfStreamException("The attached file is shorter than it says.");
            await write(piece.AsMemory(0, read));
            done += read;
            Tell(call, done, length);
        }
    }

    private static void Tell(DbCall call, long done, long length) =>
        call.Progress.Tell(() => string.Create(CultureInfo.InvariantCulture, $"{call.Parsed.CommandResult.Command.Name}: {done:N0} of {length:N0} bytes"));

    private static FileStream OpenToRead(string path) =>
        new(path, new FileStreamOptions { BufferSize = 0, Options = FileOptions.Asynchronous | FileOptions.SequentialScan });
}
