using System.Security.Cryptography;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Crypto;

namespace FireproofBench.Micro.Stages;

/// <summary>What nobody can do without: the hashes and the encryption of given bytes, each one raw call of the platform, and nothing around them.</summary>
internal sealed class PhysicalLimit : IDisposable
{
    private readonly ReadOnlyMemory<byte>[] _hashed;
    private readonly byte[] _sealed;
    private readonly byte[] _tag = new byte[FileKey.TagLength];
    private readonly byte[] _nonce = new byte[FileKey.NonceLength];
    private readonly byte[] _out;
    private readonly AesGcm _cipher = new(new byte[FileKey.DefaultLength], FileKey.TagLength);

    private PhysicalLimit(ReadOnlyMemory<byte>[] hashed, byte[] content)
    {
        _hashed = hashed;
        _sealed = content;
        _out = new byte[content.Length];
    }

    /// <summary>Bytes that go through the hash.</summary>
    public long HashedLength => _hashed.Sum(static content => (long)content.Length);

    /// <summary>Bytes that go through the cipher.</summary>
    public int SealedLength => _sealed.Length;

    /// <summary>To hash each of several contents.</summary>
    public static PhysicalLimit OfHashing(params IEnumerable<ReadOnlyMemory<byte>> contents) => new([.. contents], []);

    /// <summary>To encrypt a content.</summary>
    public static PhysicalLimit OfSealing(ReadOnlyMemory<byte> content) => new([], content.ToArray());

    /// <summary>To decrypt a content, and to hash what comes of it.</summary>
    public static PhysicalLimit OfOpening(ReadOnlyMemory<byte> content)
    {
        var limit = new PhysicalLimit([content], content.ToArray());
        limit._cipher.Encrypt(limit._nonce, limit._sealed, limit._out, limit._tag);
        limit._out.CopyTo(limit._sealed, 0);
        return limit;
    }

    /// <summary>To hash the blocks of a file and the file, and to encrypt it.</summary>
    public static PhysicalLimit OfCommit(IEnumerable<Block> blocks, ReadOnlyMemory<byte> file) =>
        new([.. blocks.Select(static block => block.Bytes), file], file.ToArray());

    /// <summary>Hashes and encrypts.</summary>
    /// <returns>Something of the result, so that no compiler leaves the work out.</returns>
    public int Run()
    {
        int seen = Hash();
        if (_sealed.Length == 0)
            return seen;
        _cipher.Encrypt(_nonce, _sealed, _out, _tag);
        return seen ^ _tag[0];
    }

    /// <summary>Decrypts and hashes.</summary>
    public int RunOpening()
    {
        _cipher.Decrypt(_nonce, _sealed, _tag, _out);
        return Hash();
    }

    /// <inheritdoc/>
    public void Dispose() => _cipher.Dispose();

    private int Hash()
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        int seen = 0;
        foreach (ReadOnlyMemory<byte> content in _hashed)
        {
            SHA256.HashData(content.Span, digest);
            seen ^= digest[0];
        }

        return seen;
    }
}
