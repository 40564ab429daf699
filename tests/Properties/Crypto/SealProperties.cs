using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Cbor;
using FireproofBench.Engine.Crypto;
using FsCheck;
using FsCheck.Xunit;
using Xunit;

namespace FireproofBench.Properties.Crypto;

public sealed class SealProperties : IDisposable
{
    private readonly FileKey _key = FileKey.FromBytes("0123456789abcdef"u8);
    private readonly FileKey _other = FileKey.FromBytes("0123456789abcdef0123456789abcdef"u8);
    private readonly KeyRing _ring;

    public SealProperties() => _ring = new KeyRing(_key);

    public void Dispose()
    {
        _ring.Dispose();
        _key.Dispose();
        _other.Dispose();
    }

    [Property]
    public void A_sealed_file_opens_to_its_content_with_any_key_of_the_ring(byte[] plain, bool second)
    {
        Cid name = SealedFile.NameOf(plain);
        byte[] file = SealedFile.Seal(second ? _other : _key, plain, name);
        using var both = new KeyRing(FileKey.FromBytes(_key.ExportBytes()), FileKey.FromBytes(_other.ExportBytes()));
        Assert.Equal(plain, SealedFile.Open(both, file, name));
        Assert.InRange(file.Length - plain.Length, 77, 83);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(239)]
    [InlineData(240)]
    [InlineData(65519)]
    [InlineData(65520)]
    public void The_head_of_the_data_has_the_shortest_length(int length)
    {
        byte[] plain = new byte[length];
        byte[] file = SealedFile.Seal(_key, plain, SealedFile.NameOf(plain));
        DagCborValidator.Validate(file);
        Assert.Equal(plain, SealedFile.Open(_ring, file, SealedFile.NameOf(plain)));
        Assert.InRange(file.Length - length, 77, 83);
    }

    [Property]
    public void Equal_content_gives_an_equal_file_and_other_content_another_nonce(byte[] plain, byte[] another)
    {
        byte[] file = SealedFile.Seal(_key, plain, SealedFile.NameOf(plain));
        Assert.Equal(file, SealedFile.Seal(_key, (byte[])plain.Clone(), SealedFile.NameOf(plain)));
        if (plain.AsSpan().SequenceEqual(another))
            return;
        byte[] nonce = new byte[FileKey.NonceLength];
        byte[] second = new byte[FileKey.NonceLength];
        SealedFile.FoldNonce(SealedFile.NameOf(plain), nonce);
        SealedFile.FoldNonce(SealedFile.NameOf(another), second);
        Assert.NotEqual(nonce, second);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(40)]
    [InlineData(300)]
    public void Every_flipped_bit_is_refused(int length)
    {
        byte[] plain = [.. Enumerable.Range(0, length).Select(static i => (byte)i)];
        Cid name = SealedFile.NameOf(plain);
        byte[] file = SealedFile.Seal(_key, plain, name);
        for (int bit = 0; bit < file.Length * 8; bit++)
        {
            file[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Throws<SealException>(() => SealedFile.Open(_ring, file, name));
            file[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        Assert.Equal(plain, SealedFile.Open(_ring, file, name));
    }

    [Property(MaxTest = 30)]
    public void A_file_of_any_other_length_is_refused(NonEmptyArray<byte> plain)
    {
        Cid name = SealedFile.NameOf(plain.Get);
        byte[] file = SealedFile.Seal(_key, plain.Get, name);
        for (int length = 0; length < file.Length; length++)
            Assert.Equal(SealFault.Malformed, Assert.Throws<SealException>(() => SealedFile.Open(_ring, file.AsSpan(0, length), name)).Fault);
        Assert.Equal(SealFault.Malformed, Assert.Throws<SealException>(() => SealedFile.Open(_ring, (byte[])[.. file, 0], name)).Fault);
    }

    [Fact]
    public void A_file_of_an_unknown_key_names_the_key()
    {
        Cid name = SealedFile.NameOf("content"u8);
        byte[] file = SealedFile.Seal(_other, "content"u8, name);
        SealException refusal = Assert.Throws<SealException>(() => SealedFile.Open(_ring, file, name));
        Assert.Equal(SealFault.UnknownKey, refusal.Fault);
        Assert.Contains(_other.Fingerprint.ToString(), refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_names_a_key_it_was_not_sealed_with_is_refused()
    {
        Cid name = SealedFile.NameOf("content"u8);
        byte[] file = SealedFile.Seal(_other, "content"u8, name);
        _key.Fingerprint.WriteBytes(file.AsSpan(file.Length - KeyFingerprint.Length));
        Assert.Equal(SealFault.Tampered, Assert.Throws<SealException>(() => SealedFile.Open(_ring, file, name)).Fault);
    }

    [Fact]
    public void A_whole_file_under_another_files_name_is_refused()
    {
        byte[] file = SealedFile.Seal(_key, "content"u8, SealedFile.NameOf("content"u8));
        Assert.Equal(SealFault.Tampered, Assert.Throws<SealException>(() => SealedFile.Open(_ring, file, SealedFile.NameOf("other"u8))).Fault);
    }

    [Fact]
    public void A_field_that_stands_twice_is_refused()
    {
        Cid name = SealedFile.NameOf("content"u8);
        byte[] file = SealedFile.Seal(_key, "content"u8, name);
        byte[] doubled = [0xa4, .. file.AsSpan(1), 0x62, (byte)'i', (byte)'v', .. file.AsSpan(4, 1 + FileKey.NonceLength)];
        Assert.Equal(SealFault.Malformed, Assert.Throws<SealException>(() => SealedFile.Open(_ring, doubled, name)).Fault);
    }

    [Theory]
    [InlineData("a0", "an empty map")]
    [InlineData("80", "an array")]
    [InlineData("a36269764c000000000000000000000000646461746140656b6579496440", "empty data and key id")]
    [InlineData("a362697600646461746100656b6579496400", "fields that are integers")]
    [InlineData("a36269765bffffffffffffffff", "a nonce of 2^64-1 bytes")]
    public void A_frame_without_nonce_data_or_key_id_is_refused(string hex, string what)
    {
        SealException refusal = Assert.Throws<SealException>(() => SealedFile.Open(_ring, Convert.FromHexString(hex), SealedFile.NameOf([])));
        Assert.True(refusal.Fault == SealFault.Malformed, what);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    [InlineData(17)]
    [InlineData(33)]
    public void A_key_of_another_length_is_refused(int length) => Assert.Throws<ArgumentException>(() => FileKey.FromBytes(new byte[length]));
}
