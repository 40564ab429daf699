using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Clock;
using FireproofBench.Properties.Blocks;
using FireproofBench.Properties.Cbor;
using FsCheck.Xunit;
using Xunit;

namespace FireproofBench.Properties.Clock;

public sealed class EventBlocks
{
    private static readonly Cid _link = Cid.Of(CidCodec.Raw, "value"u8);

    public static TheoryData<string, string> Malformed
    {
        get
        {
            var rows = new TheoryData<string, string>();
            void Add(string what, Action<Dictionary<string, object?>, Dictionary<string, object?>> change)
            {
                var data = new Dictionary<string, object?> { ["type"] = "put", ["root"] = _link, ["key"] = "k", ["value"] = _link };
                var clockEvent = new Dictionary<string, object?> { ["data"] = data, ["parents"] = new List<object?>() };
                change(clockEvent, data);
                rows.Add(what, Convert.ToHexString(CborTree.Encode(clockEvent)));
            }

            Add("no parents", static (clockEvent, _) => clockEvent.Remove("parents"));
            Add("a field more", static (clockEvent, _) => clockEvent["zzzzzzzzz"] = null);
            Add("parents that are a map", static (clockEvent, _) => clockEvent["parents"] = new Dictionary<string, object?>());
            Add("a parent that is text", static (clockEvent, _) => clockEvent["parents"] = new List<object?> { "p" });
            Add("data that is text", static (clockEvent, _) => clockEvent["data"] = "d");
            Add("data that is empty", static (clockEvent, _) => clockEvent["data"] = new Dictionary<string, object?>());
            Add("a meta event", static (clockEvent, _) => clockEvent["data"] = new Dictionary<string, object?> { ["dbMeta"] = Array.Empty<byte>() });
            Add("another type", static (_, data) => data["type"] = "inc");
            Add("a removal with a value", static (_, data) => data["type"] = "del");
            Add("a put without value", static (_, data) => data.Remove("value"));
            Add("a put without key", static (_, data) => data.Remove("key"));
            Add("a put without root", static (_, data) => data.Remove("root"));
            Add("a value that is text", static (_, data) => data["value"] = "v");
            Add("a batch of another type", static (_, data) =>
            {
                data.Remove("key");
                data.Remove("value");
                data["ops"] = new List<object?>();
            });
            Add("a batch that removes", static (_, data) =>
            {
                data.Remove("key");
                data.Remove("value");
                data["type"] = "batch";
                data["ops"] = new List<object?> { new Dictionary<string, object?> { ["key"] = "k", ["type"] = "del", ["value"] = _link } };
            });
            return rows;
        }
    }

    [Property(Arbitrary = [typeof(CidValues)])]
    public void An_event_is_read_back_as_it_was_made(Cid value, Cid root, Cid[] parents, bool batch)
    {
        KeyValue[] operations = [new("k", value), new("k2", root), new("k", root)];
        ClockEvent made = batch ? ClockEvent.Batch(operations, root, parents) : ClockEvent.Put("k", value, root, parents);
        ClockEvent read = ClockEvent.Read(made.Block);
        Assert.True(made.Cid.Names(made.Block.Bytes.Span));
        Assert.Equal(made.Kind, read.Kind);
        Assert.Equal(batch ? operations : operations[..1], read.Operations.ToArray());
        Assert.Equal(root, read.Root);
        Assert.Equal([.. parents.Order()], read.Parents.ToArray());
    }

    [Fact]
    public void A_removal_is_understood()
    {
        byte[] block = CborTree.Encode(new Dictionary<string, object?>
        {
            ["data"] = new Dictionary<string, object?> { ["type"] = "del", ["root"] = _link, ["key"] = "k" },
            ["parents"] = new List<object?>(),
        });
        ClockEvent read = ClockEvent.Read(Block.Of(CidCodec.DagCbor, block));
        Assert.Equal(OperationKind.Delete, read.Kind);
        Assert.Equal("k", read.Operations[0].Key);
        Assert.False(read.Operations[0].Value.IsDefined);
    }

    [Theory]
    [MemberData(nameof(Malformed))]
    public void A_block_that_is_not_an_event_is_refused_by_its_name(string what, string hex)
    {
        Block block = Block.Of(CidCodec.DagCbor, Convert.FromHexString(hex));
        MalformedBlockException refusal = Assert.Throws<MalformedBlockException>(() => ClockEvent.Read(block));
        Assert.True(refusal.Cid == block.Cid, what);
    }
}
