using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Engine.Sharing;

/// <summary>An invitation as one line of text that a passphrase opens: it may travel by any mail or chat, the passphrase by another way.</summary>
/// <remarks>
/// <para><c>fireproof-invitation:1:</c> and base64url without padding of: the way the key is derived (1 byte, 1 = PBKDF2-HMAC-SHA256), iterations (4 bytes, big
/// endian), salt (16), nonce (12), ciphertext with its tag of 16 bytes (AES-256-GCM), and a checksum: the first 8 bytes of the SHA-256 of all before it, the first words
/// included. What stands before the ciphertext is authenticated with it.</para>
/// <para>The checksum is no protection; it tells a text that was cut or mistyped from a wrong passphrase. The passphrase counts as its UTF-8 bytes.</para>
/// </remarks>
public static class SealedInvitation
{
    /// <summary>What every invitation of this version starts with.</summary>
    public const string Prefix = "fireproof-invitation:1:";

    /// <summary>Longest text that is read, in characters: 64 KiB.</summary>
    public const int MaxTextLength = 64 * 1024;

    /// <summary>Fewest iterations, for sealing and for opening.</summary>
    public const int MinIterations = 600_000;

    /// <summary>Most iterations: some seconds of work. A hostile text cannot ask for more.</summary>
    public const int MaxIterations = 10_000_000;

    /// <summary>Shortest passphrase, in characters, unless the caller says otherwise.</summary>
    public const int MinPassphraseLength = 12;

    /// <summary>Longest passphrase, in characters.</summary>
    public const int MaxPassphraseLength = 1024;

    private const string Name = "fireproof-invitation:";
    private const byte Pbkdf2 = 1;
    private const int SaltLength = 16;
    private const int NonceLength = 12;
    private const int TagLength = 16;
    private const int KeyLength = 32;
    private const int HeaderLength = 1 + 4 + SaltLength + NonceLength;
    private const int ChecksumLength = 8;

    /// <summary>Seals an invitation. Takes a good part of a second: that is what protects the passphrase.</summary>
    /// <param name="invitation">The invitation; it stays the caller's.</param>
    /// <param name="passphrase">The passphrase. It stays the caller's to erase.</param>
    /// <param name="entropy">Where salt and nonce come from.</param>
    /// <param name="iterations">From <see cref="MinIterations"/> to <see cref="MaxIterations"/>.</param>
    /// <param name="minLength">The shortest passphrase that is accepted, in characters. An empty one never is.</param>
    /// <returns>One line of ASCII.</returns>
    /// <exception cref="InvitationException">UnfitPassphrase; BeyondLimits for the iterations, and for an invitation too large to be opened again.</exception>
    public static string Seal(
        Invitation invitation, ReadOnlySpan<char> passphrase, IEntropy entropy, int iterations = MinIterations, int minLength = MinPassphraseLength)
    {
        CheckPassphrase(passphrase, minLength);
        CheckIterations(iterations);
        byte[] plain = invitation.ToBytes();
        try
        {
            byte[] file = new byte[HeaderLength + plain.Length + TagLength + ChecksumLength];
            if (Prefix.Length + Base64Url.GetEncodedLength(file.Length) > MaxTextLength)
                throw new InvitationException(InvitationFault.BeyondLimits, $"the invitation is longer than {MaxTextLength} characters");
            file[0] = Pbkdf2;
            BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(1), iterations);
            entropy.Fill(file.AsSpan(5, SaltLength + NonceLength));
            Span<byte> sealedPart = file.AsSpan(HeaderLength, plain.Length + TagLength);
            using (AesGcm cipher = Derive(passphrase, file))
                cipher.Encrypt(NonceOf(file), plain, sealedPart[..plain.Length], sealedPart[plain.Length..], Associated(file));
            Checksum(file.AsSpan(..^ChecksumLength), file.AsSpan(^ChecksumLength..));
            return Prefix + Base64Url.EncodeToString(file);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    /// <summary>Opens an invitation. Takes as long as its iterations ask for; what is beyond the limits is refused before.</summary>
    /// <param name="text">The line; white space around it does not count.</param>
    /// <param name="passphrase">The passphrase. It stays the caller's to erase.</param>
    /// <exception cref="InvitationException">As <see cref="InvitationFault"/> says.</exception>
    public static Invitation Open(string text, ReadOnlySpan<char> passphrase)
    {
        CheckPassphrase(passphrase, 1);
        byte[] file = ReadFrame(text);
        ReadOnlySpan<byte> sealedPart = file.AsSpan(HeaderLength..^ChecksumLength);
        byte[] plain = new byte[sealedPart.Length - TagLength];
        try
        {
            using (AesGcm cipher = Derive(passphrase, file))
                cipher.Decrypt(NonceOf(file), sealedPart[..plain.Length], sealedPart[plain.Length..], plain, Associated(file));
            return Invitation.Read(plain);
        }
        catch (AuthenticationTagMismatchException e)
        {
            throw new InvitationException(InvitationFault.WrongPassphrase, "the passphrase is wrong, or the invitation was changed", e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    /// <summary>Reads the frame and checks it against the limits; nothing is derived.</summary>
    internal static byte[] ReadFrame(string text)
    {
        if (text.Length > MaxTextLength)
            throw new InvitationException(InvitationFault.BeyondLimits, $"the text has {text.Length} characters, and {MaxTextLength} is the limit of an invitation");
        ReadOnlySpan<char> line = text.AsSpan().Trim();
        if (!line.StartsWith(Name, StringComparison.Ordinal))
            throw new InvitationException(InvitationFault.NotAnInvitation, $"that is no invitation: one starts with {Prefix}");
        if (!line.StartsWith(Prefix, StringComparison.Ordinal))
            throw new InvitationException(InvitationFault.UnknownVersion, $"the invitation is of a version that is not known here; known is {Prefix}");
        ReadOnlySpan<char> encoded = line[Prefix.Length..];
        byte[] file = new byte[Base64Url.GetMaxDecodedLength(encoded.Length)];
        if (encoded.ContainsAny(" \t\r\n=") || Base64Url.DecodeFromChars(encoded, file, out _, out int length) != OperationStatus.Done
            || length < HeaderLength + TagLength + ChecksumLength)
            throw Damaged();
        Array.Resize(ref file, length);
        Span<byte> expected = stackalloc byte[ChecksumLength];
        Checksum(file.AsSpan(..^ChecksumLength), expected);
        if (!expected.SequenceEqual(file.AsSpan(^ChecksumLength..)))
            throw Damaged();
        if (file[0] != Pbkdf2)
            throw new InvitationException(InvitationFault.UnknownVersion, $"the invitation derives its key in a way ({file[0]}) that is not known here");
        CheckIterations(BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(1)));
        return file;
    }

    private static InvitationException Damaged() => new(InvitationFault.Damaged, "the invitation was damaged on its way: a part is missing or another one; copy it again, whole");

    private static void CheckIterations(long iterations)
    {
        if (iterations is < MinIterations or > MaxIterations)
            throw new InvitationException(InvitationFault.BeyondLimits, $"{iterations} iterations, and {MinIterations} to {MaxIterations} are allowed");
    }

    private static void CheckPassphrase(ReadOnlySpan<char> passphrase, int minLength)
    {
        if (passphrase.IsEmpty)
            throw new InvitationException(InvitationFault.UnfitPassphrase, "the passphrase is empty");
        if (passphrase.Length < minLength)
            throw new InvitationException(InvitationFault.UnfitPassphrase, $"the passphrase is shorter than {minLength} characters: take some words that nobody guesses");
        if (passphrase.Length > MaxPassphraseLength)
            throw new InvitationException(InvitationFault.UnfitPassphrase, $"the passphrase is longer than {MaxPassphraseLength} characters");
    }

    private static ReadOnlySpan<byte> NonceOf(byte[] file) => file.AsSpan(5 + SaltLength, NonceLength);

    private static byte[] Associated(byte[] file) => [.. Encoding.ASCII.GetBytes(Prefix), .. file.AsSpan(0, HeaderLength)];

    private static void Checksum(ReadOnlySpan<byte> file, Span<byte> checksum)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.ASCII.GetBytes(Prefix));
        hash.AppendData(file);
        hash.GetHashAndReset().AsSpan(0, ChecksumLength).CopyTo(checksum);
    }

    private static AesGcm Derive(ReadOnlySpan<char> passphrase, byte[] file)
    {
        byte[] password = new byte[Encoding.UTF8.GetMaxByteCount(passphrase.Length)];
        Span<byte> key = stackalloc byte[KeyLength];
        try
        {
            int length = Encoding.UTF8.GetBytes(passphrase, password);
            int iterations = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(1));
            Rfc2898DeriveBytes.Pbkdf2(password.AsSpan(0, length), file.AsSpan(5, SaltLength), key, iterations, HashAlgorithmName.SHA256);
            return new AesGcm(key, TagLength);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(password);
            CryptographicOperations.ZeroMemory(key);
        }
    }
}
