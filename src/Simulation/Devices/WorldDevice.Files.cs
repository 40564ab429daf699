using System.Globalization;
using System.Text;
using FireproofBench.Engine;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Clock;
using FireproofBench.Engine.Documents;
using FireproofBench.Simulation.Checking;
using FireproofBench.Simulation.Planning;

namespace FireproofBench.Simulation.Devices;

/// <content>Attached files.</content>
internal sealed partial class WorldDevice
{
    private const int IdsWithFiles = 3;
    private const int LongestFile = 3000;

    private static string IdWithFiles(int number) => string.Create(CultureInfo.InvariantCulture, $"{Scene.Mark}files-{number}");

    private static string DrawIdWithFiles(Dice dice) => IdWithFiles(dice.Below(IdsWithFiles));

    private async Task<string> AttachFileAsync(Database database, Step step, Dice dice)
    {
        string id = DrawIdWithFiles(dice);
        byte[] content = [.. Encoding.ASCII.GetBytes(Scene.Mark), .. dice.Bytes(dice.Below(LongestFile))];
        NewAttachment file = new("file", content, "application/octet-stream", DateTimeOffset.UnixEpoch);
        Document document = NewDocument(id, step, 0, dice);
        return await TellAsync(database, step, [new KeyValue(id, WithFile(document, file).Block.Cid)], () => database.PutAsync(document, [file])) + " with a file";
    }

    // What the engine is to make of it: the file is a block in a file of its own, and the document names both.
    private static Document WithFile(Document document, NewAttachment file)
    {
        Block block = Block.Of(CidCodec.Raw, file.Content);
        Cid car = Cid.Of(CidCodec.Car, FileSet.WriteCar([block]));
        return document.WithFiles(FileSet.WriteField([], [new AttachmentInfo(file.Name, block.Cid, [car], file.Length, file.ContentType, file.LastModified)]));
    }

    /// <summary>Reads the files of all documents, and compares them with their content ids.</summary>
    public async Task ReadAllFilesAsync(Database database)
    {
        for (int number = 0; number < IdsWithFiles; number++)
            _ = await ReadFilesAsync(database, IdWithFiles(number));
    }

    private async Task<string> ReadFilesAsync(Database database, string id) =>
        await database.GetAsync(id) is { } document ? await ReadFilesAsync(database, document) : "nothing";

    /// <summary>Reads the files of a document, and compares them with their content ids.</summary>
    internal async Task<string> ReadFilesAsync(Database database, Document document)
    {
        foreach (AttachmentInfo file in document.Attachments)
        {
            using MemoryStream bytes = new();
            await using (Stream stream = await database.OpenAttachmentAsync(file))
                await stream.CopyToAsync(bytes);
            if (Cid.Of(file.Cid.Codec, bytes.ToArray()) != file.Cid)
                _scene.Witness.Accuse(Claim.Attachments, $"{Name} reads {bytes.Length} bytes of the file of {document.Id}, and they are not those of {Names.Of(file.Cid)}");
        }

        return string.Create(CultureInfo.InvariantCulture, $"{document.Attachments.Length} files");
    }
}
