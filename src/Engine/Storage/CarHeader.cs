using System.Collections.Immutable;
using System.Runtime.InteropServices;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Car;
using FireproofBench.Engine.Cbor;
using FireproofBench.Engine.Crypto;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Engine.Storage;

/// <summary>The first block of a commit's first file: the log of files before the commit, the heads after it, and the files that it replaces.</summary>
/// <remarks>
/// Block: DAG-CBOR <c>{fp: {cars, meta: {head}, compact}}</c>. A plain commit has <c>compact: []</c>; a compaction of the reference engine lists
/// the whole log there and has <c>cars: []</c>; one in tiers lists the merged groups and keeps the others in <c>cars</c>.
/// Source: the format of the reference engine 0.24.19.
/// </remarks>
/// <param name="Cars">The log of groups beside this one, newest first.</param>
/// <param name="Heads">The heads of the clock after the commit.</param>
/// <param name="Compact">The groups that this one replaces, newest first.</param>
public sealed record CarHeader(ImmutableArray<CarGroup> Cars, ImmutableArray<Cid> Heads, ImmutableArray<CarGroup> Compact)
{
    /// <summary>
    /// Whether the header stands for itself: it names a state that was merged from several heads, and adds nothing to it. No log lists a bookmark, so that it can go
    /// when the next head is there. A field of ours, <c>meta: {head, bookmark: true}</c>, which the reference engine passes over.
    /// </summary>
    public bool IsBookmark { get; init; }

    /// <summary>Whether a block is the header of a compaction, told by its ends: <c>{fp: …</c> and not <c>… compact: []}</c>.</summary>
    internal static bool IsCompaction(ReadOnlySpan<byte> block) => block is [0xa1, 0x62, (byte)'f', (byte)'p', ..] && !block.EndsWith(PlainEnd);

    /// <summary>The header of a file that is not a plain commit: a compaction, or a file with nothing but a header and perhaps a mark. Null for all others, which are not decoded.</summary>
    internal static CarHeader? ReadOdd(CarFile file)
    {
        if (file.Blocks.Count == 0 || file.Roots.Count != 1 || file.Blocks[0].Cid != file.Roots[0])
            return null;
        ReadOnlyMemory<byte> first = file.Content(file.Blocks[0]);
        if (FileMark.BlocksBeside(file) > 1 && !IsCompaction(first.Span))
            return null;
        try
        {
            return Read(new Block(file.Roots[0], first));
        }
        catch (MalformedBlockException)
        {
            return null;
        }
    }

    /// <summary>Encodes the header.</summary>
    public Block ToBlock()
    {
        var writer = new DagCborWriter(64 + ((Cars.Length + Heads.Length + Compact.Length) * 44));
        writer.WriteMapHeader(1);
        writer.WriteText("fp"u8);
        writer.WriteMapHeader(3);
        writer.WriteText("cars"u8);
        WriteGroups(writer, Cars);
        writer.WriteText("meta"u8);
        writer.WriteMapHeader(IsBookmark ? 2 : 1);
        writer.WriteText("head"u8);
        writer.WriteLinks(Heads.AsSpan());
        if (IsBookmark)
        {
            writer.WriteText("bookmark"u8);
            writer.WriteBoolean(true);
        }

        writer.WriteText("compact"u8);
        WriteGroups(writer, Compact);
        return Block.Of(CidCodec.DagCbor, writer.ToArray());
    }

    /// <summary>Reads a header. Fields of <c>meta</c> that are not known here are passed over.</summary>
    /// <exception cref="MalformedBlockException">The block is not a header.</exception>
    public static CarHeader Read(Block block)
    {
        try
        {
            var reader = new DagCborReader(block.Bytes.Span);
            var header = new CarHeader([], [], []);
            if (reader.ReadMapHeader() != 1)
                throw reader.Fail("a header has one field");
            reader.ReadKey("fp"u8);
            int fields = reader.ReadMapHeader();
            for (int i = 0; i < fields; i++)
            {
                ReadOnlySpan<byte> key = reader.ReadText();
                if (key.SequenceEqual("cars"u8))
                    header = header with { Cars = ReadGroups(ref reader) };
                else if (key.SequenceEqual("compact"u8))
                    header = header with { Compact = ReadGroups(ref reader) };
                else if (key.SequenceEqual("meta"u8))
                    header = ReadMeta(ref reader, header);
                else
                    reader.Skip();
            }

            reader.ReadEnd();
            return header;
        }
        catch (DagCborException e)
        {
            throw new MalformedBlockException(block.Cid, "a header", e);
        }
    }

    /// <summary>Opens a file as a provider has it, for those who keep heads and were given the keys: its header says which files of a log a head stands for.</summary>
    /// <param name="stored">The file, sealed or plain.</param>
    /// <param name="name">The content id that the file is named by; a sealed one is checked against it, a plain one is not.</param>
    /// <param name="keys">Keys that may open it; none for a plain file.</param>
    /// <returns>Null when no key opens it.</returns>
    /// <exception cref="SealException">The file was changed, or is none.</exception>
    /// <exception cref="CarException">What is sealed in it is no CAR file.</exception>
    public static CarFile? OpenStored(ReadOnlyMemory<byte> stored, Cid name, IReadOnlyList<PublishedKey> keys)
    {
        if (!SealedFile.IsSealed(stored.Span))
            return CarFile.Parse(stored);
        KeyFingerprint seal = SealedFile.KeyOf(stored.Span);
        foreach (PublishedKey key in keys)
        {
            if (key.Fingerprint != seal)
                continue;
            using KeyRing ring = new(key.ToFileKey());
            return CarFile.Parse(SealedFile.Open(ring, stored.Span, name));
        }

        return null;
    }

    /// <summary>Reads the header of a commit's first file.</summary>
    /// <returns>Null when the file is none of the first files of a commit.</returns>
    public static CarHeader? ReadFirst(CarFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (file.Roots.Count != 1 || file.Blocks.Count == 0 || file.Blocks[0].Cid != file.Roots[0])
            return null;
        Block first = new(file.Roots[0], file.Content(file.Blocks[0]));
        if (!first.Cid.Names(first.Bytes.Span))
            return null;
        try
        {
            return Read(first);
        }
        catch (MalformedBlockException)
        {
            return null;
        }
    }

    private static ReadOnlySpan<byte> PlainEnd => [0x67, (byte)'c', (byte)'o', (byte)'m', (byte)'p', (byte)'a', (byte)'c', (byte)'t', 0x80];

    private static void WriteGroups(DagCborWriter writer, ImmutableArray<CarGroup> groups)
    {
        writer.WriteArrayHeader(groups.Length);
        foreach (CarGroup group in groups)
            writer.WriteLinks(group.Cars.AsSpan());
    }

    private static ImmutableArray<CarGroup> ReadGroups(ref DagCborReader reader)
    {
        var groups = new CarGroup[reader.ReadArrayHeader(DagCborWriter.LinkLength)];
        for (int i = 0; i < groups.Length; i++)
        {
            Cid[] cars = reader.ReadLinks();
            if (cars.Length == 0)
                throw reader.Fail("a group has at least one file");
            groups[i] = new CarGroup(ImmutableCollectionsMarshal.AsImmutableArray(cars));
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(groups);
    }

    private static CarHeader ReadMeta(ref DagCborReader reader, CarHeader header)
    {
        int fields = reader.ReadMapHeader();
        for (int i = 0; i < fields; i++)
        {
            ReadOnlySpan<byte> key = reader.ReadText();
            if (key.SequenceEqual("head"u8))
                header = header with { Heads = ImmutableCollectionsMarshal.AsImmutableArray(reader.ReadLinks()) };
            else if (key.SequenceEqual("bookmark"u8))
                header = header with { IsBookmark = reader.ReadBoolean() };
            else
                reader.Skip();
        }

        return header;
    }
}
