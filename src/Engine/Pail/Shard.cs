using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Cbor;

namespace FireproofBench.Engine.Pail;

/// <summary>
/// A node of the pail: the entries under one prefix, sorted by key, as an immutable block.
/// </summary>
/// <remarks>
/// Block: DAG-CBOR <c>{prefix, entries: [[key, value]…], version: 1, keyChars: "ascii", maxKeySize}</c>, where a value is a link to the
/// document, <c>[child]</c>, or <c>[child, document]</c>. Source: @web3-storage/pail 0.6.2, shard version 1.
/// </remarks>
public sealed class Shard
{
    private const int Version = 1;

    private static readonly Shard _empty = Create("", []);

    private readonly ShardEntry[] _entries;

    private Shard(Block block, string prefix, ShardEntry[] entries, long maxKeySize)
    {
        Block = block;
        Prefix = prefix;
        _entries = entries;
        MaxKeySize = maxKeySize;
    }

    /// <summary>The shard without prefix and entries, the first root of every database.</summary>
    public static Shard Empty => _empty;

    /// <summary>The encoded shard.</summary>
    public Block Block { get; }

    /// <summary>The content id of the shard.</summary>
    public Cid Cid => Block.Cid;

    /// <summary>What all keys below this shard start with.</summary>
    public string Prefix { get; }

    /// <summary>The entries, sorted by key (ordinal).</summary>
    public ReadOnlySpan<ShardEntry> Entries => _entries;

    internal long MaxKeySize { get; }

    /// <summary>Encodes a shard.</summary>
    /// <param name="prefix">What its keys start with.</param>
    /// <param name="entries">The entries, sorted by key; the array must not change afterwards.</param>
    public static Shard Create(string prefix, ShardEntry[] entries) => Create(prefix, entries, PailKey.MaxLength);

    /// <summary>Reads a shard.</summary>
    /// <param name="block">The block.</param>
    /// <exception cref="MalformedBlockException">The block is not a shard of version 1 with ASCII keys in order.</exception>
    public static Shard Read(Block block)
    {
        try
        {
            var reader = new DagCborReader(block.Bytes.Span);
            if (reader.ReadMapHeader() != 5)
                throw reader.Fail("a shard has five fields");
            reader.ReadKey("prefix"u8);
            string prefix = ReadAscii(ref reader);
            reader.ReadKey("entries"u8);
            var entries = new ShardEntry[reader.ReadArrayHeader(DagCborWriter.LinkLength)];
            for (int i = 0; i < entries.Length; i++)
            {
                entries[i] = ReadEntry(ref reader);
                if (i > 0 && string.CompareOrdinal(entries[i - 1].Key, entries[i].Key) >= 0)
                    throw reader.Fail("the entries are not sorted by key");
            }

            reader.ReadKey("version"u8);
            if (reader.ReadInteger() != Version)
                throw reader.Fail("the shard is of another version than 1");
            reader.ReadKey("keyChars"u8);
            if (!reader.ReadText().SequenceEqual("ascii"u8))
                throw reader.Fail("the shard's keys are not ASCII");
            reader.ReadKey("maxKeySize"u8);
            Int128 maxKeySize = reader.ReadInteger();
            if (maxKeySize < 0 || maxKeySize > int.MaxValue)
                throw reader.Fail($"the longest key of {maxKeySize} is out of range");
            reader.ReadEnd();
            return new Shard(block, prefix, entries, (long)maxKeySize);
        }
        catch (DagCborException e)
        {
            throw new MalformedBlockException(block.Cid, "a shard", e);
        }
    }

    /// <summary>The entry whose child shard holds the keys that start with a longer prefix than this shard's; -1 when there is none.</summary>
    internal int LinkTowards(string prefix)
    {
        ReadOnlySpan<char> rest = prefix.AsSpan(Prefix.Length);
        for (int i = 0; i < _entries.Length; i++)
        {
            if (_entries[i].IsLink && rest.StartsWith(_entries[i].Key, StringComparison.Ordinal))
                return i;
        }

        return -1;
    }

    internal static Shard Create(string prefix, ShardEntry[] entries, long maxKeySize)
    {
        var writer = new DagCborWriter(EncodedLength(prefix, entries, maxKeySize));
        writer.WriteMapHeader(5);
        writer.WriteText("prefix"u8);
        writer.WriteText(prefix);
        writer.WriteText("entries"u8);
        writer.WriteArrayHeader(entries.Length);
        foreach (ShardEntry entry in entries)
            WriteEntry(writer, entry);
        writer.WriteText("version"u8);
        writer.WriteInteger(Version);
        writer.WriteText("keyChars"u8);
        writer.WriteText("ascii"u8);
        writer.WriteText("maxKeySize"u8);
        writer.WriteInteger(maxKeySize);
        return new Shard(Block.Of(CidCodec.DagCbor, writer.ToArray()), prefix, entries, maxKeySize);
    }

    // Exact, so that the writer's buffer becomes the block without a copy.
    private static int EncodedLength(string prefix, ShardEntry[] entries, long maxKeySize)
    {
        int length = 1 + "prefix".Length + "entries".Length + "version".Length + "keyChars".Length + "maxKeySize".Length + 5
            + TextLength(prefix.Length) + DagCborWriter.HeadLength(entries.Length) + 1 + TextLength("ascii".Length) + DagCborWriter.HeadLength(maxKeySize);
        foreach (ShardEntry entry in entries)
        {
            length += 1 + TextLength(entry.Key.Length) + (entry.IsLink ? 1 + DagCborWriter.LinkLength : 0)
                + (entry.Value.IsDefined ? DagCborWriter.LinkLength : 0);
        }

        return length;
    }

    private static int TextLength(int length) => DagCborWriter.HeadLength(length) + length;

    private static ShardEntry ReadEntry(ref DagCborReader reader)
    {
        if (reader.ReadArrayHeader() != 2)
            throw reader.Fail("an entry is a pair");
        string key = ReadAscii(ref reader);
        if (reader.Peek() == DagCborKind.Link)
            return new ShardEntry(key, reader.ReadLink());
        int count = reader.ReadArrayHeader();
        if (count is not (1 or 2))
            throw reader.Fail("an entry links to a child shard, with or without a value");
        Cid link = reader.ReadLink();
        return new ShardEntry(key, count == 2 ? reader.ReadLink() : default, link);
    }

    private static void WriteEntry(DagCborWriter writer, ShardEntry entry)
    {
        writer.WriteArrayHeader(2);
        writer.WriteText(entry.Key);
        if (entry.IsLink)
        {
            writer.WriteArrayHeader(entry.Value.IsDefined ? 2 : 1);
            writer.WriteLink(entry.Link);
        }

        if (entry.Value.IsDefined)
            writer.WriteLink(entry.Value);
    }

    private static string ReadAscii(ref DagCborReader reader) => System.Text.Encoding.UTF8.GetString(reader.ReadText());
}
