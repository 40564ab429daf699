using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Pail;
using FireproofBench.Properties.Cbor;
using Xunit;

namespace FireproofBench.Properties.Pail;

public sealed class PailRefusals
{
    private static readonly Cid _link = Cid.Of(CidCodec.Raw, "value"u8);

    [Fact]
    public void The_empty_shard_is_the_reference_engines()
    {
        Assert.Equal("bafyreihh6nbfbhgkf5lz7hhsscjgiquw426rxzr3fprbgonekzmyvirrhe", Shard.Empty.Cid.ToString());
        Assert.Equal(0, Shard.Read(Shard.Empty.Block).Entries.Length);
    }

    [Theory]
    [InlineData("é", "U+00E9")]
    [InlineData("tab\t", "U+0009")]
    [InlineData("\u007f", "U+007F")]
    [InlineData("", "empty")]
    public void A_key_that_is_not_printable_ascii_is_refused_with_its_reason(string key, string because) =>
        Assert.Contains(because, PailKey.Refusal(key), StringComparison.Ordinal);

    [Fact]
    public void A_key_has_at_most_4096_characters()
    {
        Assert.Null(PailKey.Refusal(new string('~', 4096)));
        Assert.Contains("4097", PailKey.Refusal(new string('~', 4097)), StringComparison.Ordinal);
        Assert.Null(PailKey.Refusal(" "));
    }

    [Fact]
    public async Task Keys_as_long_as_they_may_be_share_a_chain_of_shards()
    {
        var session = new PailSession();
        string stem = new('k', PailKey.MaxLength - 1);
        await session.PutAsync(stem + "a", PailModel.Value(1));
        PailChange change = await session.PutAsync(stem + "b", PailModel.Value(2));
        Assert.Equal(PailKey.MaxLength, change.Additions.Count);
        Assert.Equal([stem + "a", stem + "b"], (await session.Shelf.EntriesAsync(session.Root)).Select(static entry => entry.Key));

        var together = new PailSession();
        await together.BatchAsync([KeyValuePair.Create(stem + "b", PailModel.Value(2)), KeyValuePair.Create(stem + "a", PailModel.Value(1))]);
        Assert.Equal(session.Root, together.Root);
    }

    [Fact]
    public async Task A_missing_shard_is_named()
    {
        MissingBlockException missing = await Assert.ThrowsAsync<MissingBlockException>(() => new ShardShelf().EntriesAsync(_link));
        Assert.Equal(_link, missing.Cid);
    }

    public static TheoryData<string, string> Malformed
    {
        get
        {
            var rows = new TheoryData<string, string>();
            void Add(string what, Action<Dictionary<string, object?>> change)
            {
                var shard = new Dictionary<string, object?>
                {
                    ["prefix"] = "",
                    ["entries"] = new List<object?>(),
                    ["version"] = (Int128)1,
                    ["keyChars"] = "ascii",
                    ["maxKeySize"] = (Int128)4096,
                };
                change(shard);
                rows.Add(what, Convert.ToHexString(CborTree.Encode(shard)));
            }

            Add("another version", static shard => shard["version"] = (Int128)2);
            Add("no version", static shard => shard.Remove("version"));
            Add("a field more", static shard => shard["zzzzzzzzzzzz"] = null);
            Add("other key characters", static shard => shard["keyChars"] = "utf8");
            Add("a prefix that is bytes", static shard => shard["prefix"] = Array.Empty<byte>());
            Add("a negative key size", static shard => shard["maxKeySize"] = (Int128)(-1));
            Add("a huge key size", static shard => shard["maxKeySize"] = (Int128)1 << 40);
            Add("entries that are a map", static shard => shard["entries"] = new Dictionary<string, object?>());
            Add("an entry without value", static shard => shard["entries"] = new List<object?> { new List<object?> { "a" } });
            Add("an entry of three", static shard => shard["entries"] = new List<object?> { new List<object?> { "a", _link, _link } });
            Add("a value that is text", static shard => shard["entries"] = new List<object?> { new List<object?> { "a", "b" } });
            Add("a link to nothing", static shard => shard["entries"] = new List<object?> { new List<object?> { "a", new List<object?>() } });
            Add("a link with two values", static shard => shard["entries"] = new List<object?> { new List<object?> { "a", new List<object?> { _link, _link, _link } } });
            Add("a foreign link", static shard => shard["entries"] = new List<object?> { new List<object?> { "a", new ForeignLink("01701301ff") } });
            Add("entries out of order", static shard => shard["entries"] = new List<object?> { new List<object?> { "b", _link }, new List<object?> { "a", _link } });
            Add("a repeated entry", static shard => shard["entries"] = new List<object?> { new List<object?> { "a", _link }, new List<object?> { "a", _link } });
            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Malformed))]
    public void A_block_that_is_not_a_shard_is_refused_by_its_name(string what, string hex)
    {
        Block block = Block.Of(CidCodec.DagCbor, Convert.FromHexString(hex));
        MalformedBlockException refusal = Assert.Throws<MalformedBlockException>(() => Shard.Read(block));
        Assert.True(refusal.Cid == block.Cid, what);
    }
}
