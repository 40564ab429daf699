using System.Numerics;
using FireproofBench.Engine.Blocks;
using FsCheck;
using FsCheck.Xunit;
using Xunit;

namespace FireproofBench.Properties.Blocks;

/// <summary>Base32, base58 and varints. Sources of the fixed cases: RFC 4648 section 10, draft-msporny-base58, multiformats unsigned-varint.</summary>
public sealed class TextCodecs
{
    private const string Base58Alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

    [Theory]
    [InlineData("", "")]
    [InlineData("f", "my")]
    [InlineData("fo", "mzxq")]
    [InlineData("foo", "mzxw6")]
    [InlineData("foob", "mzxw6yq")]
    [InlineData("fooba", "mzxw6ytb")]
    [InlineData("foobar", "mzxw6ytboi")]
    public void Base32_writes_the_text_of_the_standard_in_lower_case_without_padding(string plain, string text)
    {
        byte[] bytes = System.Text.Encoding.ASCII.GetBytes(plain);
        Assert.Equal(text, Base32.Encode(bytes));
        byte[] back = new byte[bytes.Length];
        Assert.True(Base32.TryDecode(text, back, out int written));
        Assert.Equal(bytes, back[..written]);
    }

    [Theory]
    [InlineData("m", "one character holds no byte")]
    [InlineData("mzx", "three characters hold no whole byte more than two")]
    [InlineData("mz", "bits left over that are not zero")]
    [InlineData("MY", "upper case")]
    [InlineData("m0", "a foreign digit")]
    [InlineData("m1", "a foreign digit")]
    [InlineData("m8", "a foreign digit")]
    [InlineData("my======", "padding")]
    public void Base32_has_one_spelling_for_each_byte_string(string text, string why) =>
        Assert.False(Base32.TryDecode(text, new byte[10], out _), why);

    [Fact]
    public void Base32_does_not_write_beyond_its_destination()
    {
        byte[] destination = [0, 0, 0xcc];
        Assert.False(Base32.TryDecode("mzxw6", destination.AsSpan(0, 2), out _));
        Assert.Equal(0xcc, destination[2]);
    }

    [Property]
    public void Base32_round_trips(byte[] bytes)
    {
        string text = Base32.Encode(bytes);
        Assert.Equal(Base32.EncodedLength(bytes.Length), text.Length);
        byte[] back = new byte[bytes.Length];
        Assert.True(Base32.TryDecode(text, back, out int written));
        Assert.Equal(bytes.Length, written);
        Assert.Equal(bytes, back);
    }

    [Theory]
    [InlineData("48656c6c6f20576f726c6421", "2NEpo7TZRRrLZSi2U")]
    [InlineData("0000287fb4cd", "11233QC4")]
    [InlineData("", "")]
    [InlineData("00", "1")]
    [InlineData("39", "z")]
    [InlineData("3a", "21")]
    public void Base58_writes_the_text_of_the_draft(string hex, string text)
    {
        Assert.Equal(text, Base58.Encode(Convert.FromHexString(hex)));
        Assert.True(Base58.TryDecode(text, out byte[] bytes));
        Assert.Equal(hex, Convert.ToHexStringLower(bytes));
    }

    [Property]
    public void Base58_is_the_number_in_base_58_with_a_one_for_each_leading_zero(byte[] bytes)
    {
        var number = new BigInteger(bytes, isUnsigned: true, isBigEndian: true);
        string text = "";
        for (; number > 0; number /= 58)
            text = Base58Alphabet[(int)(number % 58)] + text;
        text = new string('1', bytes.TakeWhile(static value => value == 0).Count()) + text;
        Assert.Equal(text, Base58.Encode(bytes));
        if (text.Length > Base58.MaxTextLength)
            return;
        Assert.True(Base58.TryDecode(text, out byte[] back));
        Assert.Equal(bytes, back);
    }

    [Fact]
    public void Base58_refuses_foreign_characters_and_text_beyond_its_limit()
    {
        foreach (char foreign in "0OIl+/é \0")
            Assert.False(Base58.TryDecode("z" + foreign, out _), $"{(int)foreign}");
        Assert.True(Base58.TryDecode(new string('z', Base58.MaxTextLength), out byte[] longest));
        Assert.Equal(new string('z', Base58.MaxTextLength), Base58.Encode(longest));
        Assert.False(Base58.TryDecode(new string('z', Base58.MaxTextLength + 1), out _));
    }

    [Theory]
    [InlineData(0UL, "00")]
    [InlineData(127UL, "7f")]
    [InlineData(128UL, "8001")]
    [InlineData(300UL, "ac02")]
    [InlineData(16384UL, "808001")]
    [InlineData((1UL << 63) - 1, "ffffffffffffffff7f")]
    public void Varints_are_written_least_significant_first(ulong value, string hex)
    {
        byte[] buffer = new byte[10];
        int length = Varint.Write(buffer, value);
        Assert.Equal(hex, Convert.ToHexStringLower(buffer.AsSpan(0, length)));
        Assert.Equal(length, Varint.Length(value));
        Assert.Equal(length, Varint.TryRead(buffer, out ulong read));
        Assert.Equal(value, read);
    }

    [Theory]
    [InlineData("", "nothing")]
    [InlineData("80", "cut off")]
    [InlineData("ffffffffffffffffff", "nine bytes that go on")]
    [InlineData("80808080808080808001", "64 bits in ten bytes")]
    [InlineData("8000", "a zero byte more than needed")]
    [InlineData("ff00", "a zero byte more than needed")]
    public void A_varint_that_is_cut_off_too_long_or_not_the_shortest_is_refused(string hex, string why) =>
        Assert.True(Varint.TryRead(Convert.FromHexString(hex), out _) == 0, why);

    [Property]
    public void Varints_round_trip(ulong value, byte after)
    {
        value >>= 1 + (after % 63);
        byte[] buffer = new byte[10];
        int length = Varint.Write(buffer, value);
        buffer[length] = after;
        Assert.Equal(length, Varint.TryRead(buffer, out ulong read));
        Assert.Equal(value, read);
    }
}
