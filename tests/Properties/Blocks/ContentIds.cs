using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Cbor;
using FsCheck.Xunit;
using Xunit;

namespace FireproofBench.Properties.Blocks;

/// <summary>Source of the fixed cases: the genesis blocks of every database that the reference engine made.</summary>
public sealed class ContentIds
{
    private const string Known = "bafyreihh6nbfbhgkf5lz7hhsscjgiquw426rxzr3fprbgonekzmyvirrhe";

    [Property(Arbitrary = [typeof(CidValues)])]
    public void Text_and_bytes_round_trip(Cid cid)
    {
        byte[] binary = Binary(cid);
        Assert.True(Cid.TryReadBinary(binary, out Cid read));
        Assert.Equal(cid, read);
        Assert.Equal(cid, Cid.Parse(cid.ToString()));
        Assert.Equal(Cid.TextLength, cid.ToString().Length);
        Assert.Equal(cid, Cid.FromDigest(cid.Codec, binary.AsSpan(4)));
        Assert.True(LinkText.TryParse(cid.ToString(), out byte[] foreign));
        Assert.Equal(binary, foreign);
        Assert.Equal(cid.ToString(), LinkText.Format(binary));
    }

    [Property(Arbitrary = [typeof(CidValues)])]
    public void They_are_ordered_by_their_bytes(Cid left, Cid right)
    {
        int expected = Math.Sign(Binary(left).AsSpan().SequenceCompareTo(Binary(right)));
        Assert.Equal(expected, Math.Sign(left.CompareTo(right)));
        Assert.Equal(expected < 0, left < right);
        Assert.Equal(expected > 0, left > right);
        Assert.Equal(expected <= 0, left <= right);
        Assert.Equal(expected >= 0, left >= right);
        Assert.Equal(expected == 0, left == right);
        Assert.Equal(expected != 0, left != right);
        if (expected == 0)
            Assert.Equal(left.GetHashCode(), right.GetHashCode());
    }

    [Property(Arbitrary = [typeof(CidValues)])]
    public void The_text_order_is_that_of_the_text(Cid left, Cid right) =>
        Assert.Equal(Math.Sign(string.CompareOrdinal(left.ToString(), right.ToString())), Math.Sign(Cid.CompareText(left, right)));

    [Fact]
    public void The_order_of_bytes_and_the_order_of_text_differ()
    {
        // The lower five bits of the first byte are one character: 25 is the letter z, 26 the digit 2, which sorts before it.
        Cid low = Cid.FromDigest(CidCodec.DagCbor, [25, .. new byte[31]]);
        Cid high = Cid.FromDigest(CidCodec.DagCbor, [26, .. new byte[31]]);
        Assert.True(low < high);
        Assert.NotEqual(Math.Sign(low.CompareTo(high)), Math.Sign(Cid.CompareText(low, high)));
    }

    [Property(Arbitrary = [typeof(CidValues)])]
    public void Every_other_spelling_of_a_text_is_refused(Cid cid, int position)
    {
        string text = cid.ToString();
        int at = (int)((uint)position % Cid.TextLength);
        foreach (char other in "az27A08=é ")
        {
            if (other == text[at])
                continue;
            string changed = text[..at] + other + text[(at + 1)..];
            if (Cid.TryParse(changed, out Cid read))
                Assert.Equal(changed, read.ToString());
        }

        Assert.False(Cid.TryParse(text.AsSpan(0, Cid.TextLength - 1), out _));
        Assert.False(Cid.TryParse(text + "a", out _));
        Assert.False(Cid.TryParse(text.ToUpperInvariant(), out _));
    }

    [Fact]
    public void Other_versions_codecs_and_hashes_are_refused()
    {
        byte[] binary = Binary(Cid.Parse(Known));
        foreach ((int at, byte value) in new (int, byte)[] { (0, 0), (0, 2), (1, 0), (1, 0x70), (2, 0x13), (3, 0x1f), (3, 0x21) })
        {
            byte[] changed = [.. binary];
            changed[at] = value;
            Assert.False(Cid.TryReadBinary(changed, out _), $"byte {at} = {value}");
        }

        Assert.False(Cid.TryReadBinary(binary.AsSpan(0, 35), out _));
        Assert.False(Cid.TryReadBinary([.. binary, 0], out _));
        Assert.False(Cid.TryParse("QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG", out _));
        FormatException refusal = Assert.Throws<FormatException>(() => Cid.Parse("nonsense"));
        Assert.Contains("nonsense", refusal.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Cid.FromDigest(CidCodec.Raw, new byte[31]));
        Assert.Throws<ArgumentException>(() => Cid.FromDigest(CidCodec.None, new byte[32]));
    }

    [Fact]
    public void It_names_its_content_and_nothing_else()
    {
        byte[] content = [1, 2, 3];
        Cid cid = Cid.Of(CidCodec.Raw, content);
        Assert.True(cid.Names(content));
        content[1] ^= 1;
        Assert.False(cid.Names(content));
        Assert.False(default(Cid).IsDefined);
        Assert.Equal("", default(Cid).ToString());
    }

    [Theory]
    [InlineData("QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG")]
    [InlineData("bafkqaaa")]
    [InlineData("bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi")]
    public void Foreign_content_ids_keep_their_text(string text)
    {
        Assert.True(LinkText.TryParse(text, out byte[] binary));
        Assert.True(LinkText.IsWellFormed(binary));
        Assert.Equal(text, LinkText.Format(binary));
    }

    [Theory]
    [InlineData("")]
    [InlineData("b")]
    [InlineData("z")]
    [InlineData("Qm")]
    [InlineData("bafy")]
    [InlineData("hello world")]
    [InlineData("bafkqaaaa")]
    public void Text_that_is_no_content_id_is_refused(string text) => Assert.False(LinkText.TryParse(text, out _));

    private static byte[] Binary(Cid cid)
    {
        byte[] binary = new byte[Cid.BinaryLength];
        cid.WriteBinary(binary);
        return binary;
    }
}
