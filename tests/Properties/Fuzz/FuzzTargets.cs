using System.Text;
using System.Text.Json;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Car;
using FireproofBench.Engine.Cbor;
using FireproofBench.Engine.Clock;
using FireproofBench.Engine.Crypto;
using FireproofBench.Engine.Pail;
using FireproofBench.Engine.Sharing;
using FireproofBench.Gateways.Entropy;
using FireproofBench.Properties.Blocks;
using FireproofBench.Properties.Cbor;

namespace FireproofBench.Properties.Fuzz;

/// <summary>Every decoder of bytes from outside. A new decoder gets a row here.</summary>
internal static class FuzzTargets
{
    private const string KeyName = "@chat-data@";

    private static readonly byte[] _plain = [.. Enumerable.Range(0, 300).Select(static i => (byte)i)];

    private static readonly FileKey _key = FileKey.FromBytes("0123456789abcdef"u8);

    private static readonly KeyRing _ring = new(_key);

    private static readonly byte[][] _blocks =
    [
        .. Hexes("dag-cbor", "hex"), .. Hexes("dag-cbor-decode", "hex"), .. Hexes("meta", "eventHex"), .. Events(), .. Shards(),
    ];

    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("DagCborValidator.Validate", _blocks, static input => DagCborValidator.Validate(input), typeof(DagCborException)),
        new("DagCborValidator.ValidateCanonical", _blocks, ValidateCanonical, typeof(DagCborException)),
        new("DagCborReader.Skip", _blocks, static input => new DagCborReader(input).Skip(), typeof(DagCborException)),
        new("CarFile.Parse", [.. Hexes("car", "hex")], ParseCar, typeof(CarException)),
        new("SealedFile.Open", [SealedFile.Seal(_key, _plain, SealedFile.NameOf(_plain)), .. Hexes("aesgcm", "framedHex").Take(2)], OpenSealed, typeof(SealException)),
        new("KeyBagItem.Read", KeyBagItems(), static input => KeyBagItem.Read(KeyName, input).Dispose(), typeof(KeyBagException)),
        new("SealedInvitation.ReadFrame", Invitations(), static input => SealedInvitation.ReadFrame(Encoding.Latin1.GetString(input)), typeof(InvitationException)),
        new("Invitation.Read", InvitationContents(), ReadInvitation, typeof(InvitationException)),
        new("Shard.Read", [.. Shards()], ReadShard, typeof(MalformedBlockException)),
        new("ClockEvent.Read", [.. Events()], ReadEvent, typeof(MalformedBlockException)),
        new("Cid.TryParse", Texts(), static input => RoundTrip(input, static text => Cid.TryParse(text, out Cid cid) ? cid.ToString() : text)),
        new("Cid.TryReadBinary", Binaries(), ReadBinaryCid),
        new("LinkText.TryParse", Texts(), ParseLink),
        new("Base58.TryDecode", Texts(), static input => RoundTrip(input, static text => Base58.TryDecode(text, out byte[] bytes) ? Base58.Encode(bytes) : text)),
        new("Base32.TryDecode", Texts(), DecodeBase32),
        new("Varint.TryRead", [[0], [0x7f], [0x80, 1], [0xac, 2], [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]], ReadVarint),
        .. StorageFuzzTargets.All,
        .. GatewayFuzzTargets.All,
    ];

    private static void ValidateCanonical(byte[] input)
    {
        DagCborValidator.ValidateCanonical(input);
        Demand(CborTree.Encode(CborTree.Decode(input)).AsSpan().SequenceEqual(input), "a canonical block is written in other bytes");
    }

    private static void ParseCar(byte[] input)
    {
        CarFile file = CarFile.Parse(input);
        foreach (CarBlock block in file.Blocks)
            Demand(file.Content(block).Length == block.Length, "a block lies outside the file");
        Block[] blocks = [.. file.Blocks.Select(block => new Block(block.Cid, file.Content(block)))];
        Demand(CarWriter.Write([.. file.Roots], blocks).AsSpan().SequenceEqual(input), "a file is written in other bytes");
    }

    private static void OpenSealed(byte[] input) =>
        Demand(SealedFile.Open(_ring, input, SealedFile.NameOf(_plain)).AsSpan().SequenceEqual(_plain), "another content has the name of this one");

    private static void ReadShard(byte[] input)
    {
        Shard shard = Shard.Read(Block.Of(CidCodec.DagCbor, input));
        Demand(Shard.Create(shard.Prefix, shard.Entries.ToArray(), shard.MaxKeySize).Cid == shard.Cid, "a shard is written in other bytes");
    }

    private static void ReadEvent(byte[] input)
    {
        ClockEvent read = ClockEvent.Read(Block.Of(CidCodec.DagCbor, input));
        Cid[] parents = read.Parents.ToArray();
        if (read.Kind == OperationKind.Delete || !parents.SequenceEqual(parents.Order()))
            return;
        KeyValue[] operations = read.Operations.ToArray();
        ClockEvent again = read.Kind == OperationKind.Batch
            ? ClockEvent.Batch(operations, read.Root, parents)
            : ClockEvent.Put(operations[0].Key, operations[0].Value, read.Root, parents);
        Demand(again.Cid == read.Cid, "an event is written in other bytes");
    }

    private static void ReadBinaryCid(byte[] input)
    {
        if (!Cid.TryReadBinary(input, out Cid cid))
            return;
        byte[] binary = new byte[Cid.BinaryLength];
        cid.WriteBinary(binary);
        Demand(binary.AsSpan().SequenceEqual(input), "a content id is written in other bytes");
    }

    private static void ParseLink(byte[] input)
    {
        if (!LinkText.TryParse(Encoding.Latin1.GetString(input), out byte[] binary))
            return;
        string text = LinkText.Format(binary);
        Demand(LinkText.TryParse(text, out byte[] again) && again.AsSpan().SequenceEqual(binary), $"{text} is read as another link");
    }

    private static void DecodeBase32(byte[] input)
    {
        string text = Encoding.Latin1.GetString(input);
        byte[] bytes = new byte[input.Length];
        if (Base32.TryDecode(text, bytes, out int written))
            Demand(Base32.Encode(bytes.AsSpan(0, written)) == text, $"{text} is one of two spellings");
    }

    private static void ReadVarint(byte[] input)
    {
        int length = Varint.TryRead(input, out ulong value);
        if (length == 0)
            return;
        Span<byte> again = stackalloc byte[10];
        Demand(again[..Varint.Write(again, value)].SequenceEqual(input.AsSpan(0, length)), $"{value} is one of two spellings");
    }

    private static void RoundTrip(byte[] input, Func<string, string> there)
    {
        string text = Encoding.Latin1.GetString(input);
        Demand(there(text) == text, $"'{text}' is one of two spellings");
    }

    private static void Demand(bool holds, string otherwise)
    {
        if (!holds)
            throw new InvalidOperationException(otherwise);
    }

    private static IEnumerable<byte[]> Hexes(string file, string field) =>
        VectorFile.Lines(file).Where(line => line.TryGetProperty(field, out _)).Select(line => line.Hex(field)).Where(static bytes => bytes.Length < 4096);

    private static IEnumerable<byte[]> Events() => VectorFile.Lines("clock").SelectMany(static line => line.GetProperty("results").EnumerateArray())
        .Where(static result => result.TryGetProperty("eventHex", out JsonElement hex) && hex.ValueKind == JsonValueKind.String).Select(static result => result.Hex("eventHex"));

    private static IEnumerable<byte[]> Shards()
    {
        Cid value = Cid.Of(CidCodec.Raw, "value"u8);
        Cid link = Shard.Empty.Cid;
        yield return Shard.Empty.Block.Bytes.ToArray();
        yield return Shard.Create("", [new ShardEntry("a", value)]).Block.Bytes.ToArray();
        yield return Shard.Create("ab", [new ShardEntry("a", value, link), new ShardEntry("b", default, link), new ShardEntry("ccc", value)]).Block.Bytes.ToArray();
        yield return Shard.Create("doc-", [.. Enumerable.Range(10, 20).Select(i => new ShardEntry(i.ToString("d4", null), value))]).Block.Bytes.ToArray();
    }

    private static void ReadInvitation(byte[] input)
    {
        using Invitation invitation = Invitation.Read(input);
        using Invitation again = Invitation.Read(invitation.ToBytes());
        Demand((again.DatabaseName, again.Remote) == (invitation.DatabaseName, invitation.Remote), "an invitation is written as another");
        Demand(again.Keys.Keys.Select(static key => key.Fingerprint).SequenceEqual(invitation.Keys.Keys.Select(static key => key.Fingerprint)), "an invitation is written with other keys");
    }

    private static byte[][] InvitationContents()
    {
        using Invitation near = new("n", new KeyRing(_key.Copy()), null);
        using Invitation far = new("notes", new KeyRing(FileKey.FromBytes(new byte[32]), _key.Copy()), "https://example.org/notes");
        return [near.ToBytes(), far.ToBytes()];
    }

    private static byte[][] Invitations()
    {
        using Invitation invitation = new("n", new KeyRing(_key.Copy()), null);
        return [Encoding.ASCII.GetBytes(SealedInvitation.Seal(invitation, "a passphrase", new SeededEntropy(1))), "fireproof-invitation:1:AAAA"u8.ToArray()];
    }

    private static byte[][] KeyBagItems()
    {
        byte[] item = KeyBagItem.Write(KeyName, _key);
        string key = "z" + Base58.Encode(_key.ExportBytes());
        return
        [
            item,
            Encoding.UTF8.GetBytes($$"""{"name":"{{KeyName}}","key":"{{key}}"}"""),
            Encoding.UTF8.GetBytes($$$$"""{"name":"{{{{KeyName}}}}","keys":{"{{{{_key.Fingerprint}}}}":{"key":"{{{{key}}}}","default":true}}}"""),
            "{\"\\ud800\":[[[[[[[[null,1e999,\"\\u0000\"]]]]]]]]}"u8.ToArray(),
        ];
    }

    private static byte[][] Texts() =>
    [
        "bafyreihh6nbfbhgkf5lz7hhsscjgiquw426rxzr3fprbgonekzmyvirrhe"u8.ToArray(), "baembeig2is4vdgz4gyiadfh5uutxxeiuqtacnesnytrnilpwcu7q5m5tmu"u8.ToArray(),
        "bafkqaaa"u8.ToArray(), "QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG"u8.ToArray(), "zJ7AT5D8GUZr7z7mkUihNsu"u8.ToArray(), "1111"u8.ToArray(), [],
    ];

    private static byte[][] Binaries()
    {
        byte[] binary = new byte[Cid.BinaryLength];
        Shard.Empty.Cid.WriteBinary(binary);
        return [binary];
    }
}
