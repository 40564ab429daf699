using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Crypto;

namespace FireproofBench.Engine.Storage;

/// <summary>A file while it is made: its plain content is written where it will be stored, named there, and sealed in its place.</summary>
/// <remarks>A commit so takes the memory of one file, whatever its length.</remarks>
internal readonly struct FileDraft
{
    private readonly FileKey? _key;
    private readonly byte[] _file;
    private readonly int _start;
    private readonly int _length;

    /// <summary>Begins a file.</summary>
    /// <param name="key">The key that seals it; null for a file that stays plain.</param>
    /// <param name="length">Length of the plain content.</param>
    public FileDraft(FileKey? key, int length)
    {
        _key = key;
        _length = length;
        _file = key is null ? GC.AllocateUninitializedArray<byte>(length) : SealedFile.MakeFrame(key, length, out _start);
    }

    /// <summary>The plain content: to be written whole, and gone when the file is sealed.</summary>
    public Span<byte> Plain => _file.AsSpan(_start, _length);

    /// <summary>Ends the writing.</summary>
    /// <param name="name">The content id of what was written.</param>
    /// <returns>The file as it is stored.</returns>
    public ReadOnlyMemory<byte> Seal(Cid name)
    {
        if (_key is not null)
            SealedFile.SealInPlace(_key, _file, _start, _length, name);
        return _file;
    }
}
