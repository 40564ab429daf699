using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Cbor;

namespace FireproofBench.Engine.Documents;

/// <summary>The block of a document, <c>{doc: {…}}</c>, and the one of every deleted document, <c>{del: true}</c>.</summary>
/// <remarks>Source: the format of the reference engine 0.24.19.</remarks>
internal static class DocumentBlock
{
    private static readonly byte[] _head = [0xa1, 0x63, (byte)'d', (byte)'o', (byte)'c'];

    /// <summary>The block that stands for a deleted document; the same for all.</summary>
    public static Block Tombstone { get; } = Block.Of(CidCodec.DagCbor, new byte[] { 0xa1, 0x63, (byte)'d', (byte)'e', (byte)'l', 0xf5 });

    /// <summary>What stands before the document's own map in its block.</summary>
    public static ReadOnlySpan<byte> Head => _head;

    /// <summary>Finds the document's map in a block.</summary>
    /// <param name="block">The block.</param>
    /// <param name="body">The map, a slice of the block; empty for a tombstone.</param>
    /// <returns>False for a tombstone.</returns>
    /// <exception cref="MalformedBlockException">The block is neither.</exception>
    public static bool TryReadBody(Block block, out ReadOnlyMemory<byte> body)
    {
        body = default;
        try
        {
            var reader = new DagCborReader(block.Bytes.Span);
            int fields = reader.ReadMapHeader();
            for (int i = 0; i < fields; i++)
            {
                ReadOnlySpan<byte> key = reader.ReadText();
                if (key.SequenceEqual("del"u8) && reader.Peek() == DagCborKind.Boolean && reader.ReadBoolean())
                    return false;
                if (!key.SequenceEqual("doc"u8))
                {
                    reader.Skip();
                    continue;
                }

                int start = reader.Position;
                if (reader.Peek() != DagCborKind.Map)
                    throw reader.Fail("a document is a map");
                reader.Skip();
                body = block.Bytes[start..reader.Position];
            }

            reader.ReadEnd();
            return body.Length > 0 ? true : throw reader.Fail("the block holds neither doc nor del");
        }
        catch (DagCborException e)
        {
            throw new MalformedBlockException(block.Cid, "a document", e);
        }
    }
}
