using System.Text.Json;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Cbor;
using FireproofBench.Properties.Blocks;
using Xunit;

namespace FireproofBench.Properties.Cbor;

/// <summary>Source of the vectors: dag-cbor.jsonl, dag-cbor-decode.jsonl and meta.jsonl, written by @ipld/dag-cbor 9.2.7.</summary>
public sealed class DagCborVectors
{
    /// <summary>
    /// Text that is not UTF-8. The reference engine reads it with replacement characters, and so under another content id than it has; it never
    /// writes such text. This engine refuses it.
    /// </summary>
    private const string BrokenText = "62c328";

    public static TheoryData<int, string> Encodings => VectorFile.Rows("dag-cbor", static line => Shorten(line.GetProperty("value").GetRawText()));

    public static TheoryData<int, string> Decodings => VectorFile.Rows("dag-cbor-decode", static line => line.Text("hex"));

    public static TheoryData<int, string> MetaEvents => VectorFile.Rows("meta", static line => line.Text("cid"));

    [Theory]
    [MemberData(nameof(Encodings))]
    public void A_value_is_encoded_to_the_bytes_and_content_id_of_the_reference_engine(int line, string name)
    {
        JsonElement vector = VectorFile.Lines("dag-cbor")[line];
        object? value = CborTree.FromJson(vector.GetProperty("value"));
        if (vector.TryGetProperty("error", out _))
        {
            // NaN and infinity are refused; an integer of 65 bits does not fit what the writer takes.
            Exception refusal = Assert.ThrowsAny<Exception>(() => CborTree.Encode(value));
            Assert.True(refusal is ArgumentException or OverflowException, $"{name}: {refusal}");
            return;
        }

        byte[] encoded = CborTree.Encode(value);
        Assert.Equal(vector.Text("hex"), Convert.ToHexStringLower(encoded));
        Assert.Equal(vector.Text("cid"), Cid.Of(CidCodec.DagCbor, encoded).ToString());
        DagCborValidator.ValidateCanonical(encoded);
        Assert.Equal(vector.Text("hex"), Convert.ToHexStringLower(CborTree.Encode(CborTree.Decode(encoded))));
    }

    [Theory]
    [MemberData(nameof(Decodings))]
    public void Bytes_are_accepted_and_refused_as_by_the_reference_engine(int line, string name)
    {
        JsonElement vector = VectorFile.Lines("dag-cbor-decode")[line];
        byte[] block = vector.Hex("hex");
        if (vector.TryGetProperty("error", out _) || name == BrokenText)
        {
            Assert.Throws<DagCborException>(() => DagCborValidator.Validate(block));
            return;
        }

        DagCborValidator.Validate(block);
        object? value = CborTree.Decode(block);
        Assert.Equal(CborTree.Describe(CborTree.FromJson(vector.GetProperty("value"))), CborTree.Describe(value));
    }

    [Theory]
    [MemberData(nameof(MetaEvents))]
    public void The_event_block_of_a_meta_entry_is_encoded_to_the_bytes_and_content_id_of_the_reference_engine(int line, string cid)
    {
        JsonElement vector = VectorFile.Lines("meta")[line];
        var value = new Dictionary<string, object?>
        {
            ["parents"] = vector.GetProperty("parents").EnumerateArray().Select(static parent => Cid.Parse(parent.GetString()!)).Order()
                .Select(static parent => (object?)parent).ToList(),
            ["data"] = new Dictionary<string, object?> { ["dbMeta"] = System.Text.Encoding.UTF8.GetBytes(vector.Text("dbMetaJson")) },
        };
        byte[] encoded = CborTree.Encode(value);
        Assert.Equal(vector.Text("eventHex"), Convert.ToHexStringLower(encoded));
        Assert.Equal(cid, Cid.Of(CidCodec.DagCbor, encoded).ToString());
    }

    private static string Shorten(string text) => text.Length <= 60 ? text : text[..60] + "…";
}
