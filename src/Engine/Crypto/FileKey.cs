using System.Security.Cryptography;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Engine.Crypto;

/// <summary>A key that seals files: 16 bytes (AES-128, the default of the format), 24 or 32. Erased when disposed of.</summary>
public sealed class FileKey : IDisposable
{
    /// <summary>Length of a new key, in bytes.</summary>
    public const int DefaultLength = 16;

    /// <summary>Length of the nonce, in bytes.</summary>
    public const int NonceLength = 12;

    /// <summary>Length of the authentication tag, in bytes.</summary>
    public const int TagLength = 16;

    private readonly byte[] _key;

    // A cipher is not for two threads at once, and making one costs more than sealing a small file: one is kept, whoever finds it taken makes another.
    private AesGcm? _idle;

    private volatile bool _isErased;

    private FileKey(byte[] key)
    {
        _key = key;
        Fingerprint = KeyFingerprint.Of(key);
    }

    /// <summary>The name of this key.</summary>
    public KeyFingerprint Fingerprint { get; }

    /// <summary>The key with these bytes, copied.</summary>
    /// <exception cref="ArgumentException">The length is none of 16, 24 and 32.</exception>
    public static FileKey FromBytes(ReadOnlySpan<byte> key) =>
        key.Length is 16 or 24 or 32
            ? new FileKey(key.ToArray())
            : throw new ArgumentException($"An AES key has 16, 24 or 32 bytes, not {key.Length}.", nameof(key));

    /// <summary>A new random key of the default length.</summary>
    public static FileKey Create(IEntropy entropy)
    {
        byte[] key = new byte[DefaultLength];
        entropy.Fill(key);
        return new FileKey(key);
    }

    /// <summary>A key of its own with the same bytes.</summary>
    /// <exception cref="ObjectDisposedException">The key is erased.</exception>
    public FileKey Copy() => new(ExportBytes());

    /// <summary>A copy of the raw bytes, for a key bag. The caller erases it.</summary>
    /// <exception cref="ObjectDisposedException">The key is erased.</exception>
    public byte[] ExportBytes() => WhileThere((byte[])_key.Clone());

    /// <summary>Erases the key.</summary>
    public void Dispose()
    {
        _isErased = true;
        CryptographicOperations.ZeroMemory(_key);
        Interlocked.Exchange(ref _idle, null)?.Dispose();
    }

    internal void Encrypt(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plain, Span<byte> cipher, Span<byte> tag)
    {
        AesGcm aes = Rent();
        aes.Encrypt(nonce, plain, cipher, tag);
        Return(aes);
    }

    internal void Decrypt(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> cipher, ReadOnlySpan<byte> tag, Span<byte> plain)
    {
        AesGcm aes = Rent();
        try
        {
            aes.Decrypt(nonce, cipher, tag, plain);
        }
        finally
        {
            Return(aes);
        }
    }

    private AesGcm Rent() => Interlocked.Exchange(ref _idle, null) ?? WhileThere(new AesGcm(_key, TagLength));

    // Who goes on while the database is closed would else seal with a key of zeros, and find every file changed. Looked at after the key was read: it is erased afterwards only.
    private T WhileThere<T>(T made) => _isErased ? throw new ObjectDisposedException(nameof(Database)) : made;

    private void Return(AesGcm aes) => Interlocked.Exchange(ref _idle, aes)?.Dispose();
}
