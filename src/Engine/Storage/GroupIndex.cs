using System.Buffers.Binary;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Cbor;

namespace FireproofBench.Engine.Storage;

/// <summary>
/// Which file of a large group holds which block, so that a device which has none of them fetches those that it needs and not all. The last file of a compacted group
/// of several files, with this one block in it: sealed like the others, since content ids in clear would let guessed documents be confirmed.
/// </summary>
/// <remarks>
/// Block: DAG-CBOR <c>{cars: [links], index: bytes, version: 1}</c>; the bytes are sorted entries of 10: the first 8 of the block's digest, then the place of the file
/// among the links (big-endian). Two blocks with the same start are told apart by looking. A form of our own, which the reference engine loads as a block that nothing refers to.
/// </remarks>
internal sealed class GroupIndex
{
    /// <summary>Most files of one group that an index can name.</summary>
    public const int MaxCars = ushort.MaxValue + 1;

    private const int DigestPrefix = 8;
    private const int EntryLength = DigestPrefix + sizeof(ushort);

    private readonly Cid[] _cars;
    private readonly ReadOnlyMemory<byte> _entries;

    private GroupIndex(Cid[] cars, ReadOnlyMemory<byte> entries)
    {
        _cars = cars;
        _entries = entries;
    }

    /// <summary>Whether a block is an index, told by its first bytes.</summary>
    public static bool IsIndex(ReadOnlySpan<byte> block) => block is [0xa3, 0x64, (byte)'c', (byte)'a', (byte)'r', (byte)'s', ..];

    /// <summary>Makes the index of a group.</summary>
    /// <param name="cars">Its files, at most <see cref="MaxCars"/>.</param>
    /// <param name="places">Each block, and the place of its file in <paramref name="cars"/>.</param>
    public static Block Write(ReadOnlySpan<Cid> cars, IReadOnlyCollection<(Cid Block, int Car)> places)
    {
        var sorted = new (ulong Key, ushort Car)[places.Count];
        int count = 0;
        foreach ((Cid block, int car) in places)
            sorted[count++] = (KeyOf(block), (ushort)car);
        Array.Sort(sorted);
        byte[] entries = new byte[sorted.Length * EntryLength];
        for (int i = 0; i < sorted.Length; i++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(entries.AsSpan(i * EntryLength), sorted[i].Key);
            BinaryPrimitives.WriteUInt16BigEndian(entries.AsSpan((i * EntryLength) + DigestPrefix), sorted[i].Car);
        }

        var writer = new DagCborWriter(entries.Length + (cars.Length * 44) + 64);
        writer.WriteMapHeader(3);
        writer.WriteText("cars"u8);
        writer.WriteLinks(cars);
        writer.WriteText("index"u8);
        writer.WriteBytes(entries);
        writer.WriteText("version"u8);
        writer.WriteInteger(1);
        return Block.Of(CidCodec.DagCbor, writer.ToArray());
    }

    /// <summary>Reads an index.</summary>
    /// <exception cref="MalformedBlockException">It is none, or names a file that it does not list.</exception>
    public static GroupIndex Read(Block block)
    {
        try
        {
            var reader = new DagCborReader(block.Bytes.Span);
            if (reader.ReadMapHeader() != 3)
                throw reader.Fail("an index has three fields");
            reader.ReadKey("cars"u8);
            Cid[] cars = reader.ReadLinks();
            if (cars.Length > MaxCars)
                throw reader.Fail($"an index names at most {MaxCars} files");
            reader.ReadKey("index"u8);
            byte[] entries = reader.ReadBytes().ToArray();
            reader.ReadKey("version"u8);
            if (reader.ReadInteger() != 1)
                throw reader.Fail("the version is not 1");
            reader.ReadEnd();
            if (entries.Length % EntryLength != 0)
                throw reader.Fail("the entries are cut off");
            for (int at = DigestPrefix; at < entries.Length; at += EntryLength)
            {
                if (BinaryPrimitives.ReadUInt16BigEndian(entries.AsSpan(at)) >= cars.Length)
                    throw reader.Fail("an entry names a file that is not listed");
            }

            return new GroupIndex(cars, entries);
        }
        catch (DagCborException e)
        {
            throw new MalformedBlockException(block.Cid, "an index of blocks", e);
        }
    }

    /// <summary>The files that may hold a block: none when no file of the group does, else nearly always one.</summary>
    public IEnumerable<Cid> Find(Cid block)
    {
        ulong key = KeyOf(block);
        int low = 0;
        int high = (_entries.Length / EntryLength) - 1;
        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            if (KeyAt(middle) < key)
                low = middle + 1;
            else
                high = middle - 1;
        }

        for (int i = low; i < _entries.Length / EntryLength && KeyAt(i) == key; i++)
            yield return _cars[BinaryPrimitives.ReadUInt16BigEndian(_entries.Span[((i * EntryLength) + DigestPrefix)..])];
    }

    private static ulong KeyOf(Cid block)
    {
        Span<byte> digest = stackalloc byte[32];
        block.WriteDigest(digest);
        return BinaryPrimitives.ReadUInt64BigEndian(digest);
    }

    private ulong KeyAt(int entry) => BinaryPrimitives.ReadUInt64BigEndian(_entries.Span[(entry * EntryLength)..]);
}
