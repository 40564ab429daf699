using System.Collections.Immutable;
using System.Text;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Layout;
using FsCheck.Xunit;
using Xunit;

namespace FireproofBench.Properties.Gateways.Layout;

/// <summary>The meta file, against a file that the reference engine (@fireproof/core 0.24.19) wrote.</summary>
public sealed class MetaFileTests
{
    /// <summary>Two heads of one endpoint, as two devices left them.</summary>
    internal const string TwoHeads =
        "[{\"cid\":\"bafyreig6se77nonlf67r2id7emnsp622appdetsuwmc74clh7fpsqrozxu\",\"parents\":[],\"data\":\"MomRkYXRhoWZkYk1ldGFYTnsiY2FycyI6W3siLyI6ImJhZW1iZWllYWh6ZWpyaXZwY3pvZjY0YnB3a3U1d3NiZGNp" +
        "d2RmM216Y2R4bjU2cG8yZml0Z2g0YWx1In1dfWdwYXJlbnRzgA==\"},{\"cid\":\"bafyreiatdwnqyxmzv3mekfl7wb5w5u6hgiviu6dtctusanvoqedoh3g5by\",\"parents\":[],\"data\":\"MomRkYXRhoWZkYk1ldGFYTnsiY2FycyI6W3" +
        "siLyI6ImJhZW1iZWlhb3d1eGJydzJhNWdicmsyM3RrZnB6dnlqaWU0Z3NyczdqczZ1bmZuNmIybDJ5YWZ1dGp1In1dfWdwYXJlbnRzgA==\"}]";

    [Fact]
    public void A_file_of_the_reference_engine_is_read_and_written_byte_for_byte()
    {
        ImmutableArray<MetaEntry> entries = MetaFile.Read(Encoding.UTF8.GetBytes(TwoHeads));
        Assert.Equal(2, entries.Length);
        Assert.All(entries, e => Assert.Contains($"\"cid\":\"{e.Cid}\"", TwoHeads, StringComparison.Ordinal));
        Assert.Equal(TwoHeads, Encoding.UTF8.GetString(MetaFile.Write(entries.AsSpan())));
    }

    [Property]
    public void Whatever_is_written_is_read_again(byte[][] data, byte parents)
    {
        ImmutableArray<Cid> links = [.. Enumerable.Range(0, parents % 5).Select(i => Cid.Of(CidCodec.DagCbor, [(byte)i]))];
        MetaEntry[] entries = [.. data.Select(d => new MetaEntry(Cid.Of(CidCodec.DagCbor, d), links, d))];
        byte[] file = MetaFile.Write(entries);
        ImmutableArray<MetaEntry> read = MetaFile.Read(file);
        Assert.Equal(entries.Select(e => e.Cid), read.Select(e => e.Cid));
        Assert.All(read, e => Assert.Equal(links, e.Parents));
        Assert.Equal(file, MetaFile.Write(read.AsSpan()));
    }

    [Fact]
    public void The_content_id_is_that_of_the_data_whatever_the_file_says()
    {
        string lying = "[{\"cid\":\"bafyreihh6nbfbhgkf5lz7hhsscjgiquw426rxzr3fprbgonekzmyvirrhe\",\"parents\":[],\"data\":\"MoA==\"}]";
        Assert.Equal(Cid.Of(CidCodec.DagCbor, [0xa0]), Assert.Single(MetaFile.Read(Encoding.UTF8.GetBytes(lying))).Cid);
    }

    [Theory]
    [InlineData("[{\"key\":\"z1\",\"cid\":\"\",\"parents\":[],\"data\":\"MoA==\"}]")]
    [InlineData("[{\"key\":[\"z1\",\"z2\"],\"parents\":[],\"data\":\"MoA==\"}]")]
    [InlineData("{\"metas\":[{\"cid\":\"\",\"parents\":[],\"data\":\"MoA==\"}],\"keys\":[\"z1\"]}")]
    [InlineData("{\"keys\":[{}],\"metas\":[{\"data\":\"MoA==\",\"parents\":[]}]}")]
    [InlineData(" [ { \"parents\" : [ ] , \"data\" : \"MoA==\" } ] \n")]
    public void Forms_with_keys_and_white_space_are_read(string file) =>
        Assert.Equal(new byte[] { 0xa0 }, Assert.Single(MetaFile.Read(Encoding.UTF8.GetBytes(file))).Data.ToArray());

    [Theory]
    [InlineData("[{\"key\":\"zFIRST\",\"parents\":[],\"data\":\"MoA==\"}]", 1)]
    [InlineData("[{\"parents\":[],\"data\":\"MoA==\",\"key\":[\"zFIRST\",\"zSECOND\"]}]", 2)]
    [InlineData("[{\"parents\":[],\"data\":\"MoA==\",\"key\":\"zFIRST\",\"keys\":[\"zSECOND\"]}]", 2)]
    [InlineData("{\"metas\":[{\"parents\":[],\"data\":\"MoA==\"}],\"keys\":[\"zFIRST\",\"zSECOND\"]}", 2)]
    [InlineData("{\"keys\":[\"zFIRST\"],\"metas\":[{\"parents\":[],\"data\":\"MoA==\",\"key\":\"zSECOND\"}]}", 2)]
    [InlineData("[{\"key\":[\"z1\",7,null,{\"a\":[]},[[]],\"\",\"zFIRST\",\"FIRST\",\"zFIRSTFIRSTFIRST\"],\"parents\":[],\"data\":\"MoA==\"}]", 1)]
    public void Keys_beside_entries_are_read_in_all_forms_and_written_in_one(string form, int count)
    {
        string first = Base58.Encode(Enumerable.Range(0, 16).Select(static i => (byte)i).ToArray());
        string second = Base58.Encode(Enumerable.Range(200, 32).Select(static i => (byte)i).ToArray());
        MetaEntry entry = Assert.Single(MetaFile.Read(Encoding.UTF8.GetBytes(form.Replace("FIRST", first, StringComparison.Ordinal).Replace("SECOND", second, StringComparison.Ordinal))));
        Assert.Equal(count, entry.Keys.Length);
        string keys = string.Join(',', entry.Keys.Select(key => key.Fingerprint == Engine.Crypto.KeyFingerprint.Of(Enumerable.Range(0, 16).Select(static i => (byte)i).ToArray()) ? $"\"z{first}\"" : $"\"z{second}\""));
        byte[] written = MetaFile.Write([entry]);
        Assert.Equal($"[{{\"cid\":\"{entry.Cid}\",\"parents\":[],\"data\":\"MoA==\",\"key\":[{keys}]}}]", Encoding.UTF8.GetString(written));
        Assert.Equal(entry.Keys.Select(static key => key.Fingerprint), Assert.Single(MetaFile.Read(written)).Keys.Select(static key => key.Fingerprint));
        Assert.DoesNotContain(first, $"{entry} {entry.Keys[0]}", StringComparison.Ordinal);
    }

    [Fact]
    public void No_more_keys_are_read_than_the_limit()
    {
        string keys = string.Join(',', Enumerable.Range(0, PublishedKey.MaxKeys + 5).Select(static i => $"\"z{Base58.Encode(Enumerable.Repeat((byte)(i + 1), 16).ToArray())}\""));
        string file = $"{{\"metas\":[{{\"parents\":[],\"data\":\"MoA==\"}}],\"keys\":[{keys}]}}";
        Assert.Equal(PublishedKey.MaxKeys, Assert.Single(MetaFile.Read(Encoding.UTF8.GetBytes(file))).Keys.Length);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[")]
    [InlineData("[{}]")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("[[]]")]
    [InlineData("[] []")]
    [InlineData("{\"metas\":{}}")]
    [InlineData("[{\"parents\":[],\"data\":\"oA==\"}]")]
    [InlineData("[{\"parents\":[],\"data\":\"Mo\"}]")]
    [InlineData("[{\"parents\":[],\"data\":\"Mo A=\"}]")]
    [InlineData("[{\"parents\":[],\"data\":1}]")]
    [InlineData("[{\"parents\":{},\"data\":\"MoA==\"}]")]
    [InlineData("[{\"parents\":[\"bafy\"],\"data\":\"MoA==\"}]")]
    [InlineData("[{\"parents\":[1],\"data\":\"MoA==\"}]")]
    public void Anything_else_is_refused(string file) =>
        Assert.Throws<FormatException>(() => MetaFile.Read(Encoding.UTF8.GetBytes(file)));

    [Fact]
    public void Every_shorter_piece_of_a_file_is_refused()
    {
        byte[] file = Encoding.UTF8.GetBytes(TwoHeads);
        for (int length = 0; length < file.Length; length++)
            _ = Assert.Throws<FormatException>(() => MetaFile.Read(file.AsSpan(0, length)));
    }

    [Fact]
    public void More_entries_than_the_limit_are_refused_both_ways()
    {
        MetaEntry entry = new(Cid.Of(CidCodec.DagCbor, [0xa0]), [], new byte[] { 0xa0 });
        _ = Assert.Throws<FormatException>(() => MetaFile.Write(Enumerable.Repeat(entry, MetaFile.MaxEntries + 1).ToArray()));
        string file = "[" + string.Join(',', Enumerable.Repeat("{\"parents\":[],\"data\":\"MoA==\"}", MetaFile.MaxEntries + 1)) + "]";
        _ = Assert.Throws<FormatException>(() => MetaFile.Read(Encoding.UTF8.GetBytes(file)));
        _ = Assert.Throws<FormatException>(() => MetaFile.Write([new MetaEntry(entry.Cid, [], new byte[MetaFile.MaxLength])]));
    }
}
