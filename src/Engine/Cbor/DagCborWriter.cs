using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using FireproofBench.Engine.Blocks;

namespace FireproofBench.Engine.Cbor;

/// <summary>
/// Writes canonical DAG-CBOR into a growing buffer: shortest heads, numbers with 64 bits. The order of map keys is the caller's: shorter first,
/// then by bytes (<see cref="DagCborValidator.CompareKeys"/>).
/// </summary>
/// <remarks>One writer serves many blocks: <see cref="Clear"/> keeps the buffer. Not for several threads at once. Source: DAG-CBOR specification.</remarks>
public sealed class DagCborWriter : IDisposable
{
    /// <summary>Length of a link: tag, byte string head, 36 bytes of content id behind a zero.</summary>
    public const int LinkLength = 41;

    private const long MaxSafeInteger = (1L << 53) - 1;

    private readonly ArrayPool<byte>? _lender;
    private byte[] _buffer;
    private int _length;

    /// <summary>A writer with room for <paramref name="capacity"/> bytes before it grows.</summary>
    public DagCborWriter(int capacity = 256) => _buffer = GC.AllocateUninitializedArray<byte>(capacity);

    private DagCborWriter(ArrayPool<byte> lender, int capacity)
    {
        _lender = lender;
        _buffer = lender.Rent(capacity);
    }

    /// <summary>Bytes written so far.</summary>
    public int Length => _length;

    /// <summary>What was written so far; valid until the next write.</summary>
    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    /// <summary>A writer on memory that is lent, for contents of any length: only what <see cref="ToArray"/> gives is allocated. Dispose of it once. Not for secrets.</summary>
    internal static DagCborWriter Borrow(int capacity) => new(ArrayPool<byte>.Shared, capacity);

    /// <summary>Forgets what was written.</summary>
    public void Clear() => _length = 0;

    /// <summary>Overwrites what was written and forgets it: for secrets. Room for all of it must have been asked for at the start, else copies are left behind.</summary>
    public void Erase()
    {
        CryptographicOperations.ZeroMemory(_buffer);
        _length = 0;
    }

    /// <summary>What was written, as an array of its own: the buffer itself when it is exactly full, after which the writer starts a new one.</summary>
    public byte[] ToArray()
    {
        if (_length != _buffer.Length || _lender is not null)
        {
            byte[] copy = GC.AllocateUninitializedArray<byte>(_length);
            Written.CopyTo(copy);
            return copy;
        }

        byte[] full = _buffer;
        _buffer = [];
        _length = 0;
        return full;
    }

    /// <summary>What was written, in memory of its own: the buffer itself when little of it is left over, after which nothing more may be written.</summary>
    internal ReadOnlyMemory<byte> ToMemory() => _lender is null && IsSlack(_buffer.Length - _length, _length) ? _buffer.AsMemory(0, _length) : ToArray();

    /// <summary>Writes null.</summary>
    public void WriteNull() => Reserve(1)[0] = 0xf6;

    /// <summary>Writes true or false.</summary>
    public void WriteBoolean(bool value) => Reserve(1)[0] = value ? (byte)0xf5 : (byte)0xf4;

    /// <summary>Writes an integer.</summary>
    public void WriteInteger(long value)
    {
        if (value >= 0)
            WriteHead(0, (ulong)value);
        else
            WriteHead(1, (ulong)(-1 - value));
    }

    /// <summary>Writes an integer from 0 to 2^64-1.</summary>
    public void WriteUnsigned(ulong value) => WriteHead(0, value);

    /// <summary>Writes the integer -1-<paramref name="argument"/>, from -1 down to -2^64.</summary>
    public void WriteNegative(ulong argument) => WriteHead(1, argument);

    /// <summary>Writes a number as the reference engine does: an integral one within ±(2^53-1) as an integer (-0.0 as 0), any other with 64 bits.</summary>
    /// <exception cref="ArgumentException">The number is NaN or infinite: DAG-CBOR has no such values.</exception>
    public void WriteNumber(double value)
    {
        if (!double.IsFinite(value))
            throw new ArgumentException($"{value} has no form in DAG-CBOR.", nameof(value));
        if (IsWrittenAsInteger(value))
        {
            WriteInteger((long)value);
            return;
        }

        Span<byte> destination = Reserve(9);
        destination[0] = 0xfb;
        BinaryPrimitives.WriteDoubleBigEndian(destination[1..], value);
    }

    /// <summary>Writes text from its UTF-8 bytes, which must be valid.</summary>
    public void WriteText(ReadOnlySpan<byte> utf8)
    {
        WriteHead(3, (ulong)utf8.Length);
        utf8.CopyTo(Reserve(utf8.Length));
    }

    /// <summary>Writes text; a lone surrogate becomes U+FFFD.</summary>
    public void WriteText(string text)
    {
        int length = Encoding.UTF8.GetByteCount(text);
        WriteHead(3, (ulong)length);
        Encoding.UTF8.GetBytes(text, Reserve(length));
    }

    /// <summary>Writes a byte string.</summary>
    public void WriteBytes(ReadOnlySpan<byte> bytes)
    {
        WriteHead(2, (ulong)bytes.Length);
        bytes.CopyTo(Reserve(bytes.Length));
    }

    /// <summary>Writes a content id as a link (tag 42).</summary>
    public void WriteLink(Cid cid)
    {
        Span<byte> destination = Reserve(LinkLength);
        destination[0] = 0xd8;
        destination[1] = 42;
        destination[2] = 0x58;
        destination[3] = Cid.BinaryLength + 1;
        destination[4] = 0;
        cid.WriteBinary(destination[5..]);
    }

    /// <summary>Writes any content id, given in its binary form, as a link (tag 42).</summary>
    public void WriteForeignLink(ReadOnlySpan<byte> binary)
    {
        WriteHead(6, 42);
        WriteHead(2, (ulong)binary.Length + 1);
        Reserve(1)[0] = 0;
        binary.CopyTo(Reserve(binary.Length));
    }

    /// <summary>Writes an array of content ids.</summary>
    public void WriteLinks(ReadOnlySpan<Cid> links)
    {
        WriteArrayHeader(links.Length);
        foreach (Cid link in links)
            WriteLink(link);
    }

    /// <summary>Writes the head of an array; the values follow.</summary>
    public void WriteArrayHeader(int count) => WriteHead(4, (ulong)count);

    /// <summary>Writes the head of a map; key and value follow <paramref name="count"/> times, keys in canonical order.</summary>
    public void WriteMapHeader(int count) => WriteHead(5, (ulong)count);

    /// <summary>Writes bytes that are one or more encoded values already.</summary>
    public void WriteEncoded(ReadOnlySpan<byte> encoded) => encoded.CopyTo(Reserve(encoded.Length));

    /// <summary>Gives memory back that was lent; a writer on its own memory stays as it is.</summary>
    public void Dispose()
    {
        if (_lender is null)
            return;
        _lender.Return(_buffer);
        (_buffer, _length) = ([], 0);
    }

    /// <summary>Length of a head with this argument, 0 or more: of a length, a count or an integer.</summary>
    internal static int HeadLength(long argument) => argument switch { < 24 => 1, <= byte.MaxValue => 2, <= ushort.MaxValue => 3, <= uint.MaxValue => 5, _ => 9 };

    /// <summary>Whether what is left over of an array is too little to copy the rest for it: an eighth at most.</summary>
    internal static bool IsSlack(int left, int used) => left <= used >> 3;

    internal static bool IsWrittenAsInteger(double value) => Math.Abs(value) <= MaxSafeInteger && double.IsInteger(value);

    private void WriteHead(int major, ulong argument)
    {
        byte top = (byte)(major << 5);
        if (argument < 24)
        {
            Reserve(1)[0] = (byte)(top | argument);
        }
        else if (argument <= byte.MaxValue)
        {
            Span<byte> destination = Reserve(2);
            destination[0] = (byte)(top | 24);
            destination[1] = (byte)argument;
        }
        else if (argument <= ushort.MaxValue)
        {
            Span<byte> destination = Reserve(3);
            destination[0] = (byte)(top | 25);
            BinaryPrimitives.WriteUInt16BigEndian(destination[1..], (ushort)argument);
        }
        else if (argument <= uint.MaxValue)
        {
            Span<byte> destination = Reserve(5);
            destination[0] = (byte)(top | 26);
            BinaryPrimitives.WriteUInt32BigEndian(destination[1..], (uint)argument);
        }
        else
        {
            Span<byte> destination = Reserve(9);
            destination[0] = (byte)(top | 27);
            BinaryPrimitives.WriteUInt64BigEndian(destination[1..], argument);
        }
    }

    private Span<byte> Reserve(int count)
    {
        if (count > _buffer.Length - _length)
            Grow(count);
        Span<byte> reserved = _buffer.AsSpan(_length, count);
        _length += count;
        return reserved;
    }

    private void Grow(int count)
    {
        int capacity = (int)Math.Min(Array.MaxLength, Math.Max((long)_buffer.Length * 2, (long)_length + count));
        if (_lender is null)
        {
            Array.Resize(ref _buffer, capacity);
            return;
        }

        byte[] larger = _lender.Rent(capacity);
        Written.CopyTo(larger);
        _lender.Return(_buffer);
        _buffer = larger;
    }
}
