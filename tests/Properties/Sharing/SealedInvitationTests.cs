using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Crypto;
using FireproofBench.Engine.Sharing;
using FireproofBench.Gateways.Entropy;
using Xunit;

namespace FireproofBench.Properties.Sharing;

/// <summary>An invitation as text: what the right passphrase opens, and what nothing opens.</summary>
public sealed class SealedInvitationTests
{
    private const string Passphrase = "correct horse battery";

    private static readonly byte[] _old = Convert.FromHexString("000102030405060708090a0b0c0d0e0f");

    private static readonly byte[] _new = Convert.FromHexString("ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100");

    private static readonly Lazy<string> _text = new(() => Seal(Passphrase));

    [Fact]
    public void The_right_passphrase_gives_name_keys_and_place()
    {
        using Invitation opened = SealedInvitation.Open($"  {_text.Value}\r\n", Passphrase);
        Assert.Equal(("nötes", "https://example.org/notes"), (opened.DatabaseName, opened.Remote));
        Assert.Equal(_new, opened.Keys.Sealing.ExportBytes());
        Assert.Equal(_old, opened.Keys.Find(KeyFingerprint.Of(_old))!.ExportBytes());
        Assert.Equal(2, opened.Keys.Keys.Length);
    }

    [Fact]
    public void An_invitation_is_one_line_of_ascii_without_any_of_what_it_says()
    {
        Assert.Matches("^fireproof-invitation:1:[A-Za-z0-9_-]+$", _text.Value);
        byte[] file = Decode(_text.Value);
        foreach (byte[] secret in (byte[][])[_old, _new, Encoding.UTF8.GetBytes(Passphrase), "example.org"u8.ToArray(), Encoding.UTF8.GetBytes("nötes")])
            Assert.Equal(-1, file.AsSpan().IndexOf(secret));
    }

    [Fact]
    public void Each_invitation_has_its_own_salt_and_nonce()
    {
        byte[] first = Decode(Seal(Passphrase, seed: 1));
        byte[] second = Decode(Seal(Passphrase, seed: 2));
        Assert.Equal(first[..5], second[..5]);
        Assert.NotEqual(first[5..21], second[5..21]);
        Assert.NotEqual(first[21..33], second[21..33]);
    }

    /// <summary>Source: the derivation and the cipher of the BCL, put together here by hand.</summary>
    [Fact]
    public void The_format_is_what_the_doc_comment_says()
    {
        byte[] file = Decode(_text.Value);
        Assert.Equal((1, 600_000), (file[0], BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(1))));
        byte[] prefix = "fireproof-invitation:1:"u8.ToArray();
        Assert.Equal(SHA256.HashData([.. prefix, .. file[..^8]])[..8], file[^8..]);
        byte[] key = Rfc2898DeriveBytes.Pbkdf2(Passphrase, file[5..21], 600_000, HashAlgorithmName.SHA256, 32);
        byte[] plain = new byte[file.Length - 33 - 16 - 8];
        using AesGcm cipher = new(key, 16);
        cipher.Decrypt(file.AsSpan(21, 12), file.AsSpan(33, plain.Length), file.AsSpan(33 + plain.Length, 16), plain, [.. prefix, .. file[..33]]);
        byte[] expected =
        [
            0xa3, 0x64, .. "keys"u8, 0x82, 0x58, 32, .. _new, 0x50, .. _old, 0x64, .. "name"u8, 0x66, .. Encoding.UTF8.GetBytes("nötes"),
            0x66, .. "remote"u8, 0x78, 25, .. "https://example.org/notes"u8,
        ];
        Assert.Equal(expected, plain);
    }

    [Fact]
    public void A_wrong_passphrase_is_told_as_one()
    {
        InvitationException refusal = Refused(InvitationFault.WrongPassphrase, () => SealedInvitation.Open(_text.Value, "incorrect horse battery"));
        Assert.Equal("the passphrase is wrong, or the invitation was changed", refusal.Message);
        Assert.DoesNotContain("incorrect horse", refusal.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_change_on_purpose_cannot_be_told_from_a_wrong_passphrase()
    {
        // Salt, nonce, ciphertext and tag; the checksum is made good again.
        int length = Decode(_text.Value).Length;
        foreach (int at in (int[])[5, 21, 33, length - 9])
            _ = Refused(InvitationFault.WrongPassphrase, () => SealedInvitation.Open(Changed(file => file[at] ^= 1), Passphrase));
        _ = Refused(InvitationFault.WrongPassphrase, () => SealedInvitation.Open(Changed(static file => BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(1), 600_001)), Passphrase));
    }

    [Fact]
    public void A_text_that_was_damaged_on_its_way_is_told_as_such_before_anything_is_computed()
    {
        string text = _text.Value;
        for (int length = SealedInvitation.Prefix.Length; length < text.Length; length++)
            _ = Refused(InvitationFault.Damaged, () => SealedInvitation.Open(text[..length], Passphrase));
        for (int at = SealedInvitation.Prefix.Length; at < text.Length - 1; at++)
            _ = Refused(InvitationFault.Damaged, () => SealedInvitation.Open(text[..at] + (text[at] == 'A' ? 'B' : 'A') + text[(at + 1)..], Passphrase));
        _ = Refused(InvitationFault.Damaged, () => SealedInvitation.Open(text.Insert(40, "\n"), Passphrase));
        _ = Refused(InvitationFault.Damaged, () => SealedInvitation.Open(text + "=", Passphrase));
    }

    [Theory]
    [InlineData("", InvitationFault.NotAnInvitation)]
    [InlineData("hello", InvitationFault.NotAnInvitation)]
    [InlineData("Fireproof-invitation:1:AAAA", InvitationFault.NotAnInvitation)]
    [InlineData("fireproof-invitation:2:AAAA", InvitationFault.UnknownVersion)]
    [InlineData("fireproof-invitation:1:", InvitationFault.Damaged)]
    [InlineData("fireproof-invitation:1:äöü", InvitationFault.Damaged)]
    public void What_is_no_invitation_is_refused(string text, InvitationFault fault) => Refused(fault, () => SealedInvitation.Open(text, Passphrase));

    [Fact]
    public void A_hostile_text_cannot_ask_for_endless_work()
    {
        foreach (uint iterations in (uint[])[0, 1, 599_999, 10_000_001, int.MaxValue, uint.MaxValue])
        {
            InvitationException refusal = Refused(
                InvitationFault.BeyondLimits, () => SealedInvitation.Open(Changed(file => BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(1), iterations)), Passphrase));
            Assert.Contains("10000000", refusal.Message, StringComparison.Ordinal);
        }

        _ = Refused(InvitationFault.UnknownVersion, () => SealedInvitation.Open(Changed(static file => file[0] = 2), Passphrase));
        _ = Refused(InvitationFault.BeyondLimits, () => SealedInvitation.Open(SealedInvitation.Prefix + new string('A', SealedInvitation.MaxTextLength), Passphrase));
    }

    [Fact]
    public void A_passphrase_that_protects_nothing_is_refused()
    {
        _ = Refused(InvitationFault.UnfitPassphrase, () => Seal(""));
        _ = Refused(InvitationFault.UnfitPassphrase, () => Seal("elevenchars"));
        _ = Refused(InvitationFault.UnfitPassphrase, () => Seal(new string('x', 1025)));
        _ = Refused(InvitationFault.UnfitPassphrase, () => SealedInvitation.Open(_text.Value, ""));
        using Invitation invitation = Invite();
        _ = Refused(InvitationFault.UnfitPassphrase, () => SealedInvitation.Seal(invitation, "", new SeededEntropy(1), minLength: 0));
        using Invitation opened = SealedInvitation.Open(SealedInvitation.Seal(invitation, "short", new SeededEntropy(1), minLength: 1), "short");
        Assert.Equal("nötes", opened.DatabaseName);
        _ = Refused(InvitationFault.BeyondLimits, () => SealedInvitation.Seal(invitation, Passphrase, new SeededEntropy(1), iterations: 599_999));
    }

    [Fact]
    public void What_would_steer_a_terminal_or_fill_it_is_refused()
    {
        foreach ((string name, string? remote) in ((string, string?)[])
            [("", null), ("a\u001b[2J", null), ("a", "b\n"), ("a", ""), (new string('n', 1025), null), ("a", new string('r', 4097))])
        {
            using KeyRing keys = new(FileKey.FromBytes(_old));
            _ = Refused(InvitationFault.BeyondLimits, () => new Invitation(name, keys, remote));
        }
    }

    [Fact]
    public void As_many_keys_as_a_bag_can_hold_fit_and_one_more_is_refused()
    {
        using KeyRing keys = new(FileKey.FromBytes(_old), [.. Enumerable.Range(1, KeyRing.MaxKeys - 1).Select(static i => FileKey.FromBytes(SHA256.HashData([(byte)i])))]);
        using Invitation most = new("n", keys.Copy(), null);
        using Invitation opened = SealedInvitation.Open(SealedInvitation.Seal(most, Passphrase, new SeededEntropy(1)), Passphrase);
        Assert.Equal(keys.Keys.Select(static key => key.Fingerprint), opened.Keys.Keys.Select(static key => key.Fingerprint));
        keys.Add(opened.Keys);
        using FileKey more = FileKey.FromBytes(_new);
        keys.Add(more);
        _ = Refused(InvitationFault.BeyondLimits, () => new Invitation("n", keys, null));
    }

    [Fact]
    public void Keys_are_erased_with_the_invitation_and_never_printed()
    {
        Invitation invitation = Invite();
        FileKey key = invitation.Keys.Sealing;
        string printed = $"{invitation} {invitation.Keys} {key}";
        Assert.DoesNotContain(Base58.Encode(_new), printed, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToHexString(_new), printed, StringComparison.OrdinalIgnoreCase);
        invitation.Dispose();
        _ = Assert.Throws<ObjectDisposedException>(key.ExportBytes);
        Assert.Equal(new byte[32], typeof(FileKey).GetField("_key", System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.NonPublic)!.GetValue(key));
    }

    private static Invitation Invite() => new("nötes", new KeyRing(FileKey.FromBytes(_new), FileKey.FromBytes(_old)), "https://example.org/notes");

    private static string Seal(string passphrase, ulong seed = 1)
    {
        using Invitation invitation = Invite();
        return SealedInvitation.Seal(invitation, passphrase, new SeededEntropy(seed));
    }

    private static byte[] Decode(string text) => Base64Url.DecodeFromChars(text.AsSpan(SealedInvitation.Prefix.Length));

    private static string Changed(Action<byte[]> change)
    {
        byte[] file = Decode(_text.Value);
        change(file);
        SHA256.HashData([.. "fireproof-invitation:1:"u8, .. file[..^8]]).AsSpan(0, 8).CopyTo(file.AsSpan(^8..));
        return SealedInvitation.Prefix + Base64Url.EncodeToString(file);
    }

    private static InvitationException Refused(InvitationFault fault, Func<object> call)
    {
        InvitationException refusal = Assert.Throws<InvitationException>(call);
        Assert.Equal(fault, refusal.Fault);
        return refusal;
    }
}
