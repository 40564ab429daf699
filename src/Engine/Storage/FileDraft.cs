using System.Buffers;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Crypto;

namespace FireproofBench.Engine.Storage;

/// <summary>A file while it is made: its plain content is written where it will be sealed, named there, and sealed in its place, in memory that is lent.</summary>
/// <remarks>So commits one after the other have one memory for all of their files, whatever the length: making and collecting it each time was half of what a large one allocated.</remarks>
internal readonly struct FileDraft
{
    private readonly FileKey? _key;
    private readonly byte[] _memory;
    private readonly int _start;
    private readonly int _length;
    private readonly int _plainLength;

    /// <summary>Begins a file.</summary>
    /// <param name="key">The key that seals it; null for a file that stays plain.</param>
    /// <param name="length">Length of the plain content.</param>
    public FileDraft(FileKey? key, int length)
    {
        _key = key;
        _plainLength = length;
        _length = key is null ? length : SealedFile.LengthOf(length);
        _memory = ArrayPool<byte>.Shared.Rent(_length);
        _start = key is null ? 0 : SealedFile.WriteFrame(key, _memory.AsSpan(0, _length), length);
    }

    /// <summary>The plain content: to be written whole, and gone when the file is sealed.</summary>
    public Span<byte> Plain => _memory.AsSpan(_start, _plainLength);

    /// <summary>Ends the writing.</summary>
    /// <param name="name">The content id of what was written.</param>
    /// <returns>The file as it is stored, until <see cref="Return"/>.</returns>
    public ReadOnlyMemory<byte> Seal(Cid name)
    {
        if (_key is not null)
            SealedFile.SealInPlace(_key, _memory.AsSpan(0, _length), _start, _plainLength, name);
        return _memory.AsMemory(0, _length);
    }

    /// <summary>Gives the memory back, once, when the file is stored. Not after a call that failed: what it began may still be reading.</summary>
    public void Return() => ArrayPool<byte>.Shared.Return(_memory);
}
