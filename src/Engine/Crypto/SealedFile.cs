using System.Security.Cryptography;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Cbor;

namespace FireproofBench.Engine.Crypto;

/// <summary>
/// The sealed form of a data file: a CBOR map <c>{iv, data, keyId}</c> around the AES-GCM ciphertext of the whole plain file.
/// </summary>
/// <remarks>
/// The nonce is the XOR fold of the plain file's multihash into twelve bytes, so equal content under an equal key gives an equal file, and a nonce
/// never meets two contents. The name of a file is the content id of its plain content. Source: the format of the reference engine 0.24.19.
/// </remarks>
public static class SealedFile
{
    private const int MultihashLength = 34;
    private const int NonceStart = 5;

    /// <summary>The content id by which a plain file is named: hashes it.</summary>
    public static Cid NameOf(ReadOnlySpan<byte> plain) => Cid.Of(CidCodec.Car, plain);

    /// <summary>Whether a stored file is sealed, told by its first bytes: no plain CAR file starts with them.</summary>
    public static bool IsSealed(ReadOnlySpan<byte> file) => file is [0xa3, 0x62, (byte)'i', (byte)'v', 0x40 | FileKey.NonceLength, ..];

    /// <summary>Seals a plain file.</summary>
    /// <param name="key">The key.</param>
    /// <param name="plain">The plain file.</param>
    /// <param name="name">Its content id, from <see cref="NameOf"/>: the nonce is folded from it, and a second hash saved.</param>
    /// <returns>The file as it is stored: <paramref name="plain"/>'s length and 77 to 83 bytes more.</returns>
    public static byte[] Seal(FileKey key, ReadOnlySpan<byte> plain, Cid name)
    {
        byte[] file = GC.AllocateUninitializedArray<byte>(LengthOf(plain.Length));
        Encrypt(key, plain, name, file, WriteFrame(key, file, plain.Length));
        return file;
    }

    /// <summary>Length of a plain file when it is sealed.</summary>
    internal static int LengthOf(int length) =>
        NonceStart + FileKey.NonceLength + 5 + DagCborWriter.HeadLength(length + FileKey.TagLength) + length + FileKey.TagLength + 6 + 2 + KeyFingerprint.Length;

    /// <summary>Writes the frame around a plain file that is not there yet: it is written where it will lie sealed, and never a second time in memory.</summary>
    /// <param name="key">The key.</param>
    /// <param name="file">As long as <see cref="LengthOf"/> says.</param>
    /// <param name="length">Length of the plain file.</param>
    /// <returns>Where the plain file begins.</returns>
    internal static int WriteFrame(FileKey key, Span<byte> file, int length)
    {
        int dataLength = length + FileKey.TagLength;
        int headLength = DagCborWriter.HeadLength(dataLength);
        Put(file, [0xa3, 0x62, (byte)'i', (byte)'v', 0x40 | FileKey.NonceLength]);
        Span<byte> rest = Put(file[(NonceStart + FileKey.NonceLength)..], "\x64"u8);
        rest = Put(rest, "data"u8);
        PutHead(rest, dataLength, headLength);
        int start = file.Length - rest.Length + headLength;
        rest = Put(file[(start + dataLength)..], "\x65keyId"u8);
        rest = Put(rest, [0x58, KeyFingerprint.Length]);
        key.Fingerprint.WriteBytes(rest);
        return start;
    }

    /// <summary>Seals the plain file that was written into a frame, in its place.</summary>
    /// <param name="key">The key of the frame.</param>
    /// <param name="file">The frame.</param>
    /// <param name="start">Where the plain file begins.</param>
    /// <param name="length">Its length.</param>
    /// <param name="name">Its content id.</param>
    internal static void SealInPlace(FileKey key, Span<byte> file, int start, int length, Cid name) => Encrypt(key, file.Slice(start, length), name, file, start);

    /// <summary>Opens a sealed file.</summary>
    /// <param name="keys">The keys of the database.</param>
    /// <param name="file">The file as it was stored.</param>
    /// <param name="name">The content id that the file is named by: the plain content must have it.</param>
    /// <returns>The plain file.</returns>
    /// <exception cref="SealException">Malformed frame, unknown key, or content that was changed.</exception>
    public static byte[] Open(KeyRing keys, ReadOnlySpan<byte> file, Cid name)
    {
        Frame frame = ReadFrame(file);
        FileKey key = keys.Find(frame.Fingerprint)
            ?? throw new SealException(SealFault.UnknownKey, $"the file is sealed with key {frame.Fingerprint}, which is not in the key bag") { Key = frame.Fingerprint };
        byte[] plain = GC.AllocateUninitializedArray<byte>(frame.Data.Length - FileKey.TagLength);
        try
        {
            key.Decrypt(frame.Nonce, frame.Data[..plain.Length], frame.Data[plain.Length..], plain);
        }
        catch (AuthenticationTagMismatchException e)
        {
            throw new SealException(SealFault.Tampered, "the authentication tag does not match: the file was changed", e);
        }

        if (!name.Names(plain))
            throw new SealException(SealFault.Tampered, "the content is another file's: it does not have the content id that the file is named by");
        return plain;
    }

    /// <summary>The name of the key that a file is sealed with.</summary>
    /// <exception cref="SealException">It is no sealed file.</exception>
    public static KeyFingerprint KeyOf(ReadOnlySpan<byte> file) => ReadFrame(file).Fingerprint;

    /// <summary>Folds the multihash behind a content id into a nonce: byte i is XORed onto byte i modulo 12.</summary>
    /// <param name="name">The content id of the plain file.</param>
    /// <param name="nonce">Twelve bytes to write.</param>
    public static void FoldNonce(Cid name, Span<byte> nonce)
    {
        Span<byte> multihash = stackalloc byte[MultihashLength];
        multihash[0] = 0x12;
        multihash[1] = 0x20;
        name.WriteDigest(multihash[2..]);
        nonce[..FileKey.NonceLength].Clear();
        for (int i = 0; i < MultihashLength; i++)
            nonce[i % FileKey.NonceLength] ^= multihash[i];
    }

    private static Frame ReadFrame(ReadOnlySpan<byte> file)
    {
        try
        {
            var reader = new DagCborReader(file);
            var frame = default(Frame);
            bool named = false;
            int fields = reader.ReadMapHeader();
            for (int i = 0; i < fields; i++)
            {
                ReadOnlySpan<byte> key = reader.ReadText();
                if (key.SequenceEqual("iv"u8) && frame.Nonce.IsEmpty)
                {
                    frame.Nonce = reader.ReadBytes();
                }
                else if (key.SequenceEqual("data"u8) && frame.Data.IsEmpty)
                {
                    frame.Data = reader.ReadBytes();
                }
                else if (key.SequenceEqual("keyId"u8) && !named)
                {
                    ReadOnlySpan<byte> id = reader.ReadBytes();
                    named = id.Length == KeyFingerprint.Length;
                    if (named)
                        frame.Fingerprint = KeyFingerprint.FromBytes(id);
                }
                else
                {
                    throw reader.Fail("a field is repeated, or none of iv, data and keyId");
                }
            }

            reader.ReadEnd();
            if (!named || frame.Nonce.Length != FileKey.NonceLength || frame.Data.Length < FileKey.TagLength)
                throw new SealException(SealFault.Malformed, "the frame lacks a nonce of 12 bytes, data with a tag, or a key id of 32 bytes");
            return frame;
        }
        catch (DagCborException e)
        {
            throw new SealException(SealFault.Malformed, "the file is not a sealed file", e);
        }
    }

    private static void Encrypt(FileKey key, ReadOnlySpan<byte> plain, Cid name, Span<byte> file, int start)
    {
        Span<byte> nonce = file.Slice(NonceStart, FileKey.NonceLength);
        FoldNonce(name, nonce);
        key.Encrypt(nonce, plain, file.Slice(start, plain.Length), file.Slice(start + plain.Length, FileKey.TagLength));
    }

    private static void PutHead(Span<byte> rest, int length, int headLength)
    {
        if (headLength == 1)
        {
            rest[0] = (byte)(0x40 | length);
            return;
        }

        rest[0] = (byte)(0x58 + (headLength == 2 ? 0 : headLength == 3 ? 1 : 2));
        for (int i = headLength - 1; i > 0; i--, length >>= 8)
            rest[i] = (byte)length;
    }

    private static Span<byte> Put(Span<byte> destination, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(destination);
        return destination[bytes.Length..];
    }

    private ref struct Frame
    {
        public ReadOnlySpan<byte> Nonce;
        public ReadOnlySpan<byte> Data;
        public KeyFingerprint Fingerprint;
    }
}
