using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Cbor;

namespace FireproofBench.Engine.Clock;

/// <summary>An event of the Merkle clock: an operation, the root of the pail after it, and the events that it follows.</summary>
/// <remarks>
/// Block: DAG-CBOR <c>{data: {…, root, type}, parents}</c>, parents sorted by the bytes of their content ids.
/// Source: @web3-storage/pail 0.6.2, clock and crdt; Sanjuán and others, Merkle-CRDTs.
/// </remarks>
public sealed class ClockEvent
{
    private readonly Cid[] _parents;
    private readonly KeyValue[] _operations;

    private ClockEvent(Block block, OperationKind kind, KeyValue[] operations, Cid root, Cid[] parents)
    {
        Block = block;
        Kind = kind;
        Root = root;
        _operations = operations;
        _parents = parents;
    }

    /// <summary>The encoded event.</summary>
    public Block Block { get; }

    /// <summary>The content id of the event.</summary>
    public Cid Cid => Block.Cid;

    /// <summary>What the event does.</summary>
    public OperationKind Kind { get; }

    /// <summary>The keys that it touches, in the order in which they are applied; one unless it is a batch.</summary>
    public ReadOnlySpan<KeyValue> Operations => _operations;

    /// <summary>The root shard of the pail after the event.</summary>
    public Cid Root { get; }

    /// <summary>The events before it, sorted by bytes; none for the first event of a database.</summary>
    public ReadOnlySpan<Cid> Parents => _parents;

    /// <summary>Encodes the event of a single put.</summary>
    public static ClockEvent Put(string key, Cid value, Cid root, IEnumerable<Cid> parents)
    {
        var writer = new DagCborWriter(256 + key.Length);
        writer.WriteMapHeader(2);
        writer.WriteText("data"u8);
        writer.WriteMapHeader(4);
        writer.WriteText("key"u8);
        writer.WriteText(key);
        WriteRoot(writer, root);
        writer.WriteText("put"u8);
        writer.WriteText("value"u8);
        writer.WriteLink(value);
        return Finish(writer, OperationKind.Put, [new KeyValue(key, value)], root, parents);
    }

    /// <summary>Encodes the event of several puts.</summary>
    /// <param name="operations">The puts, in order; the array must not change afterwards.</param>
    /// <param name="root">The root shard after them.</param>
    /// <param name="parents">The heads before.</param>
    public static ClockEvent Batch(KeyValue[] operations, Cid root, IEnumerable<Cid> parents)
    {
        var writer = new DagCborWriter(256 + (operations.Length * 80));
        writer.WriteMapHeader(2);
        writer.WriteText("data"u8);
        writer.WriteMapHeader(3);
        writer.WriteText("ops"u8);
        writer.WriteArrayHeader(operations.Length);
        foreach (KeyValue operation in operations)
        {
            writer.WriteMapHeader(3);
            writer.WriteText("key"u8);
            writer.WriteText(operation.Key);
            writer.WriteText("type"u8);
            writer.WriteText("put"u8);
            writer.WriteText("value"u8);
            writer.WriteLink(operation.Value);
        }

        WriteRoot(writer, root);
        writer.WriteText("batch"u8);
        return Finish(writer, OperationKind.Batch, operations, root, parents);
    }

    /// <summary>Reads an event.</summary>
    /// <exception cref="MalformedBlockException">The block is not an event of this format.</exception>
    public static ClockEvent Read(Block block)
    {
        try
        {
            var reader = new DagCborReader(block.Bytes.Span);
            if (reader.ReadMapHeader() != 2)
                throw reader.Fail("an event has two fields");
            reader.ReadKey("data"u8);
            (OperationKind kind, KeyValue[] operations, Cid root) = ReadOperation(ref reader);
            reader.ReadKey("parents"u8);
            Cid[] parents = reader.ReadLinks();
            reader.ReadEnd();
            return new ClockEvent(block, kind, operations, root, parents);
        }
        catch (DagCborException e)
        {
            throw new MalformedBlockException(block.Cid, "an event", e);
        }
    }

    private static (OperationKind Kind, KeyValue[] Operations, Cid Root) ReadOperation(ref DagCborReader reader)
    {
        int fields = reader.ReadMapHeader();
        ReadOnlySpan<byte> first = reader.ReadText();
        if (first.SequenceEqual("ops"u8))
        {
            var operations = new KeyValue[reader.ReadArrayHeader(DagCborWriter.LinkLength)];
            for (int i = 0; i < operations.Length; i++)
                operations[i] = ReadBatched(ref reader);
            Cid root = ReadRoot(ref reader, out ReadOnlySpan<byte> type);
            return fields == 3 && type.SequenceEqual("batch"u8)
                ? (OperationKind.Batch, operations, root)
                : throw reader.Fail("an operation with ops is a batch");
        }

        if (!first.SequenceEqual("key"u8))
            throw reader.Fail("an operation starts with a key or with ops");
        string key = ReadString(ref reader);
        Cid newRoot = ReadRoot(ref reader, out ReadOnlySpan<byte> kind);
        if (fields == 3 && kind.SequenceEqual("del"u8))
            return (OperationKind.Delete, [new KeyValue(key, default)], newRoot);
        if (fields != 4 || !kind.SequenceEqual("put"u8))
            throw reader.Fail("the operation is none of put, del and batch");
        reader.ReadKey("value"u8);
        return (OperationKind.Put, [new KeyValue(key, reader.ReadLink())], newRoot);
    }

    private static KeyValue ReadBatched(ref DagCborReader reader)
    {
        if (reader.ReadMapHeader() != 3)
            throw reader.Fail("an operation of a batch has three fields");
        reader.ReadKey("key"u8);
        string key = ReadString(ref reader);
        reader.ReadKey("type"u8);
        reader.ReadKey("put"u8);
        reader.ReadKey("value"u8);
        return new KeyValue(key, reader.ReadLink());
    }

    private static Cid ReadRoot(ref DagCborReader reader, out ReadOnlySpan<byte> type)
    {
        reader.ReadKey("root"u8);
        Cid root = reader.ReadLink();
        reader.ReadKey("type"u8);
        type = reader.ReadText();
        return root;
    }

    private static string ReadString(ref DagCborReader reader) => System.Text.Encoding.UTF8.GetString(reader.ReadText());

    private static void WriteRoot(DagCborWriter writer, Cid root)
    {
        writer.WriteText("root"u8);
        writer.WriteLink(root);
        writer.WriteText("type"u8);
    }

    private static ClockEvent Finish(DagCborWriter writer, OperationKind kind, KeyValue[] operations, Cid root, IEnumerable<Cid> parents)
    {
        Cid[] sorted = [.. parents.Order()];
        writer.WriteText("parents"u8);
        writer.WriteLinks(sorted);
        return new ClockEvent(Block.Of(CidCodec.DagCbor, writer.ToArray()), kind, operations, root, sorted);
    }
}
