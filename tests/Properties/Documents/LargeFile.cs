using FireproofBench.Engine;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Entropy;

namespace FireproofBench.Properties.Documents;

/// <summary>Files to attach, and what comes back.</summary>
internal static class LargeFile
{
    public const int Leaf = AttachmentTree.LeafLength;

    /// <summary>Bytes that no other seed has.</summary>
    public static byte[] Bytes(int length, ulong seed = 1)
    {
        byte[] bytes = new byte[length];
        new SeededEntropy(seed).Fill(bytes);
        return bytes;
    }

    /// <summary>A file from memory.</summary>
    public static NewAttachment Of(byte[] content, string name = "film") => new(name, content, "video/mp4", DateTimeOffset.UnixEpoch);

    /// <summary>A file from a stream; its length may be announced wrongly.</summary>
    public static NewAttachment From(Stream content, long length, string name = "film") =>
        new(name, new ContentSource(length, _ => ValueTask.FromResult(content)), "video/mp4", DateTimeOffset.UnixEpoch);

    /// <summary>Puts a document with one file.</summary>
    public static async Task<AttachmentInfo> PutAsync(Database database, NewAttachment file, string id = "doc", CancellationToken cancellation = default)
    {
        await database.PutAsync(Document.Parse($$"""{"_id":"{{id}}"}"""), [file], cancellation);
        return await FindAsync(database, file.Name, id);
    }

    /// <summary>What a document says of a file.</summary>
    public static async Task<AttachmentInfo> FindAsync(Database database, string name = "film", string id = "doc") =>
        (await database.GetAsync(id))!.Attachments.Single(file => file.Name == name);

    /// <summary>Reads a part.</summary>
    public static async Task<byte[]> ReadAsync(Database database, AttachmentInfo file, long from, int length)
    {
        await using Stream stream = await database.OpenAttachmentAsync(file);
        stream.Position = from;
        byte[] bytes = new byte[length];
        await stream.ReadExactlyAsync(bytes);
        return bytes;
    }

    /// <summary>Reads all.</summary>
    public static async Task<byte[]> ReadAsync(Database database, AttachmentInfo file)
    {
        await using Stream stream = await database.OpenAttachmentAsync(file);
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes);
        return bytes.ToArray();
    }
}
