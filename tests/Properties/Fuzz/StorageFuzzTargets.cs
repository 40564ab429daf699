using System.Text;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Cbor;
using FireproofBench.Engine.Crypto;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Storage;
using FireproofBench.Gateways.Layout;

namespace FireproofBench.Properties.Fuzz;

/// <summary>The decoders of a database's own files and of documents.</summary>
internal static class StorageFuzzTargets
{
    private static readonly Cid _first = Cid.Of(CidCodec.Raw, "first"u8);

    private static readonly Cid _second = Cid.Of(CidCodec.Raw, "second"u8);

    private static readonly MetaEntry _entry = MetaPayload.Write(new CarGroup([_first, _second]), [_second]);

    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("MetaFile.Read", MetaFiles(), ReadMetaFile, typeof(FormatException)),
        new("MetaPayload.Read", [_entry.Data.ToArray(), MetaPayload.Write(new CarGroup([_first]), []).Data.ToArray()], ReadMetaPayload, typeof(MalformedBlockException)),
        new("WalContent.Read", Logs(), static input => WalContent.Read(WalContent.Read(input).ToBytes()), typeof(FormatException)),
        new("CarHeader.Read", Headers(), ReadHeader, typeof(MalformedBlockException)),
        new("DocumentBlock.TryReadBody", Documents(), ReadDocument, typeof(MalformedBlockException)),
        new("Document.Parse", Texts(), ParseDocument, typeof(InvalidDocumentException)),
        new("AttachmentTree.Read", Roots(), ReadTree, typeof(DagCborException)),
        new("FileSet.Read", Files(), static input => FileSet.Read(input), typeof(DagCborException)),
    ];

    private static void ReadMetaFile(byte[] input)
    {
        MetaEntry[] entries = [.. MetaFile.Read(input)];
        Demand(MetaFile.Read(MetaFile.Write(entries)).Select(static entry => entry.Cid).SequenceEqual(entries.Select(static entry => entry.Cid)), "entries are written as others");
    }

    private static void ReadMetaPayload(byte[] input)
    {
        CarGroup group = MetaPayload.Read(new MetaEntry(Cid.Of(CidCodec.DagCbor, input), [], input));
        Demand(MetaPayload.Read(MetaPayload.Write(group, [])).Cars.SequenceEqual(group.Cars), "a group is written as another");
    }

    private static void ReadHeader(byte[] input)
    {
        CarHeader header = CarHeader.Read(Block.Of(CidCodec.DagCbor, input));
        CarHeader again = CarHeader.Read(header.ToBlock());
        Demand(again.Heads.SequenceEqual(header.Heads) && again.Cars.SequenceEqual(header.Cars) && again.Compact.SequenceEqual(header.Compact), "a header is written as another");
    }

    private static void ReadDocument(byte[] input)
    {
        if (DocumentBlock.TryReadBody(Block.Of(CidCodec.DagCbor, input), out ReadOnlyMemory<byte> body))
            Demand(body.Length < input.Length, "a body is larger than its block");
    }

    private static void ReadTree(byte[] input)
    {
        AttachmentTree tree = AttachmentTree.Read(input);
        Demand(AttachmentTree.Read(tree.ToBlock().Bytes.Span).Leaves.SequenceEqual(tree.Leaves), "a root is written as another");
        Demand(tree.Find(0) == 0 && tree.Find(tree.Length - 1) == tree.Leaves.Count - 1, "a byte is looked for in another leaf");
    }

    private static void ParseDocument(byte[] input)
    {
        Document document = Document.Parse(input);
        DagCborValidator.ValidateCanonical(document.Body.Span);
        Demand(Document.Parse(document.ToUtf8Json()).Body.Span.SequenceEqual(document.Body.Span), "a document is read back as another");
    }

    private static byte[][] MetaFiles() =>
    [
        "[]"u8.ToArray(),
        MetaFile.Write([_entry]),
        MetaFile.Write([_entry, MetaPayload.Write(new CarGroup([_first]), [])]),
        MetaFile.Write([_entry with { Keys = [PublishedKey.Of(FileKey.FromBytes(new byte[16]))] }]),
        Encoding.UTF8.GetBytes($$"""{"keys":["x",{"a":[1]}],"metas":{{Encoding.UTF8.GetString(MetaFile.Write([_entry]))}}}"""),
    ];

    private static byte[][] Logs() =>
    [
        WalContent.Idle.ToBytes(),
        new WalContent([new CarGroup([_first, _second])], [new CarGroup([_second])], [(_first, true), (_second, false)]).ToBytes(),
        Encoding.UTF8.GetBytes($$"""{"operations":[{"cars":[{"/":"{{_first}}"}]}],"other":[[[[]]]]}"""),
    ];

    private static byte[][] Headers() =>
    [
        new CarHeader([], [], []).ToBlock().Bytes.ToArray(),
        new CarHeader([new CarGroup([_first, _second]), new CarGroup([_second])], [_first], []).ToBlock().Bytes.ToArray(),
        new CarHeader([], [_first, _second], [new CarGroup([_second])]).ToBlock().Bytes.ToArray(),
    ];

    private static byte[][] Documents() =>
    [
        DocumentBlock.Tombstone.Bytes.ToArray(),
        .. Texts().Take(3).Select(static text => Document.Parse(text).Block.Bytes.ToArray()),
    ];

    private static byte[][] Texts() =>
    [
        """{"_id":"a","n":1,"list":[1,-2,3.5,1e300,null,true,{"k":"v"}]}"""u8.ToArray(),
        """{"_id":"b","bytes":{"/":{"bytes":"AAEC"}},"link":{"/":"bafkqaaa"},"text":"\u00e9\ud83d\ude00"}"""u8.ToArray(),
        """{"n":18446744073709551615,"m":-18446744073709551616,"deep":[[[[[[]]]]]]}"""u8.ToArray(),
        """{"_id":"c","lone":"\ud800","twice":1,"twice":2}"""u8.ToArray(),
    ];

    private static byte[][] Roots()
    {
        Cid car = Cid.Of(CidCodec.Car, "car"u8);
        return
        [
            new AttachmentTree([new AttachmentLeaf(car, _first, 5)]).ToBlock().Bytes.ToArray(),
            new AttachmentTree([new AttachmentLeaf(car, _first, AttachmentTree.LeafLength), new AttachmentLeaf(car, _second, 70_000)]).ToBlock().Bytes.ToArray(),
        ];
    }

    private static byte[][] Files()
    {
        byte[] field = FileSet.WriteField(
            [], [new AttachmentInfo("a.txt", _second, [_first], 3, "text/plain", DateTimeOffset.UnixEpoch), new AttachmentInfo("b", _second, [_first], 0, "", DateTimeOffset.UnixEpoch)]);
        var writer = new DagCborWriter(256);
        writer.WriteMapHeader(1);
        writer.WriteText(FileSet.Field);
        writer.WriteEncoded(field);
        return [writer.ToArray(), Document.Parse("""{"_id":"a"}""").Body.ToArray()];
    }

    private static void Demand(bool holds, string otherwise)
    {
        if (!holds)
            throw new InvalidOperationException(otherwise);
    }
}
