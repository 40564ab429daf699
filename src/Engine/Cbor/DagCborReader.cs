using System.Buffers.Binary;
using System.Text.Unicode;
using FireproofBench.Engine.Blocks;

namespace FireproofBench.Engine.Cbor;

/// <summary>
/// Reads DAG-CBOR from a span, value by value, without allocating. Strict where the reference engine is: shortest heads, definite lengths, no
/// tag but 42, finite numbers.
/// </summary>
/// <remarks>
/// Text must be UTF-8 too. The reference engine puts U+FFFD for what is not, and then knows the block by another content id; it never writes such text.
/// Map keys are taken in any order; <see cref="DagCborValidator"/> finds repeated ones. Every failure is a <see cref="DagCborException"/>.
/// Source: RFC 8949, DAG-CBOR specification.
/// </remarks>
/// <param name="bytes">One block.</param>
public ref struct DagCborReader(ReadOnlySpan<byte> bytes)
{
    private const byte LinkTag = 42;

    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _position;

    /// <summary>Bytes read so far.</summary>
    public readonly int Position => _position;

    /// <summary>Whether all bytes were read.</summary>
    public readonly bool AtEnd => _position == _bytes.Length;

    /// <summary>The first byte of what comes next; there must be one.</summary>
    internal readonly byte Head => _bytes[_position];

    /// <summary>What comes next.</summary>
    public readonly DagCborKind Peek()
    {
        if (AtEnd)
            throw Fail("a value was expected, the block ends");
        byte head = _bytes[_position];
        return (head >> 5) switch
        {
            0 or 1 => DagCborKind.Integer,
            2 => DagCborKind.Bytes,
            3 => DagCborKind.Text,
            4 => DagCborKind.Array,
            5 => DagCborKind.Map,
            6 => DagCborKind.Link,
            _ => head switch
            {
                0xf4 or 0xf5 => DagCborKind.Boolean,
                0xf6 or 0xf7 => DagCborKind.Null,
                0xf9 or 0xfa or 0xfb => DagCborKind.Float,
                _ => throw Fail($"simple value 0x{head:x2} is not allowed"),
            },
        };
    }

    /// <summary>Reads null.</summary>
    public void ReadNull()
    {
        Expect(DagCborKind.Null);
        _position++;
    }

    /// <summary>Reads true or false.</summary>
    public bool ReadBoolean()
    {
        Expect(DagCborKind.Boolean);
        return _bytes[_position++] == 0xf5;
    }

    /// <summary>Reads an integer from -2^64 to 2^64-1.</summary>
    public Int128 ReadInteger()
    {
        Expect(DagCborKind.Integer);
        bool negative = _bytes[_position] >> 5 == 1;
        ulong argument = ReadArgument();
        return negative ? -1 - (Int128)argument : argument;
    }

    /// <summary>Reads a number of 16, 32 or 64 bits.</summary>
    public double ReadFloat()
    {
        Expect(DagCborKind.Float);
        int width = 1 << (_bytes[_position] - 0xf8);
        ReadOnlySpan<byte> raw = Take(1 + width, "a number")[1..];
        double value = width switch
        {
            2 => (double)BinaryPrimitives.ReadHalfBigEndian(raw),
            4 => BinaryPrimitives.ReadSingleBigEndian(raw),
            _ => BinaryPrimitives.ReadDoubleBigEndian(raw),
        };
        if (!double.IsFinite(value))
            throw Fail(double.IsNaN(value) ? "NaN is not allowed" : "infinity is not allowed");
        return value;
    }

    /// <summary>Reads text as its UTF-8 bytes, checked.</summary>
    public ReadOnlySpan<byte> ReadText()
    {
        Expect(DagCborKind.Text);
        int length = ReadLength("text");
        ReadOnlySpan<byte> utf8 = Take(length, "text");
        if (!Utf8.IsValid(utf8))
            throw Fail("text is not valid UTF-8");
        return utf8;
    }

    /// <summary>Reads a byte string.</summary>
    public ReadOnlySpan<byte> ReadBytes()
    {
        Expect(DagCborKind.Bytes);
        int length = ReadLength("a byte string");
        return Take(length, "a byte string");
    }

    /// <summary>Reads a content id that the database format makes: CIDv1, SHA-256.</summary>
    public Cid ReadLink()
    {
        ReadOnlySpan<byte> binary = ReadForeignLink();
        return Cid.TryReadBinary(binary, out Cid cid) ? cid : throw Fail("the link is not a CIDv1 over SHA-256");
    }

    /// <summary>Reads any content id as the bytes of its binary form; that they are well formed is checked.</summary>
    public ReadOnlySpan<byte> ReadForeignLink()
    {
        Expect(DagCborKind.Link);
        ulong tag = ReadArgument();
        if (tag != LinkTag)
            throw Fail($"tag {tag} is not allowed, only 42");
        if (AtEnd || Peek() != DagCborKind.Bytes)
            throw Fail("tag 42 does not hold a byte string");
        ReadOnlySpan<byte> content = ReadBytes();
        if (content.Length < 2 || content[0] != 0 || !LinkText.IsWellFormed(content[1..]))
            throw Fail("tag 42 does not hold a content id");
        return content[1..];
    }

    /// <summary>Reads an array of content ids that the database format makes.</summary>
    public Cid[] ReadLinks()
    {
        var links = new Cid[ReadArrayHeader(DagCborWriter.LinkLength)];
        for (int i = 0; i < links.Length; i++)
            links[i] = ReadLink();
        return links;
    }

    /// <summary>Reads the head of an array.</summary>
    /// <param name="itemLength">The fewest bytes that a value of it takes, 1 or more: who reserves memory for them is so bound by the length of the block.</param>
    /// <returns>How many values follow; never more than what is left of the block has room for.</returns>
    public int ReadArrayHeader(int itemLength = 1)
    {
        Expect(DagCborKind.Array);
        return ReadCount(itemLength, "an array");
    }

    /// <summary>Reads the head of a map.</summary>
    /// <returns>How many pairs of key and value follow; each takes at least two bytes.</returns>
    public int ReadMapHeader()
    {
        Expect(DagCborKind.Map);
        return ReadCount(2, "a map");
    }

    /// <summary>Passes over one value with all that it holds, checking it as it goes.</summary>
    public void Skip()
    {
        // An explicit stack: the input decides the depth, so it must not decide the depth of calls.
        Span<int> open = stackalloc int[DagCborLimits.MaxDepth];
        int depth = 0;
        do
        {
            if (depth > 0)
                open[depth - 1]--;
            if (depth == DagCborLimits.MaxDepth && Peek() is DagCborKind.Array or DagCborKind.Map)
                throw Fail($"nested deeper than {DagCborLimits.MaxDepth}");
            int items = SkipHead();
            if (items > 0)
                open[depth++] = items;

            while (depth > 0 && open[depth - 1] == 0)
                depth--;
        }
        while (depth > 0);
    }

    /// <summary>Demands that the block ends here.</summary>
    public readonly void ReadEnd()
    {
        if (!AtEnd)
            throw Fail($"{_bytes.Length - _position} bytes follow the value");
    }

    /// <summary>Demands text that is exactly this key.</summary>
    public void ReadKey(ReadOnlySpan<byte> key)
    {
        if (!ReadText().SequenceEqual(key))
            throw Fail($"the key '{System.Text.Encoding.UTF8.GetString(key)}' was expected");
    }

    /// <summary>A failure at this place of the block.</summary>
    public readonly DagCborException Fail(string reason) => new(_position, reason);

    private int SkipHead()
    {
        switch (Peek())
        {
            case DagCborKind.Null:
            case DagCborKind.Boolean:
                _position++;
                return 0;
            case DagCborKind.Integer:
                ReadArgument();
                return 0;
            case DagCborKind.Float:
                ReadFloat();
                return 0;
            case DagCborKind.Text:
                ReadText();
                return 0;
            case DagCborKind.Bytes:
                ReadBytes();
                return 0;
            case DagCborKind.Link:
                ReadForeignLink();
                return 0;
            case DagCborKind.Array:
                return ReadArrayHeader();
            default:
                return checked(2 * ReadMapHeader());
        }
    }

    private readonly void Expect(DagCborKind kind)
    {
        DagCborKind found = Peek();
        if (found != kind)
            throw Fail($"{kind} was expected, {found} was found");
    }

    private ulong ReadArgument()
    {
        int info = _bytes[_position] & 31;
        if (info < 24)
        {
            _position++;
            return (ulong)info;
        }

        if (info > 27)
            throw Fail(info == 31 ? "indefinite lengths are not allowed" : $"head 0x{_bytes[_position]:x2} is not allowed");
        int width = 1 << (info - 24);
        ReadOnlySpan<byte> raw = Take(1 + width, "a head")[1..];
        ulong value = width switch
        {
            1 => raw[0],
            2 => BinaryPrimitives.ReadUInt16BigEndian(raw),
            4 => BinaryPrimitives.ReadUInt32BigEndian(raw),
            _ => BinaryPrimitives.ReadUInt64BigEndian(raw),
        };
        ulong least = width switch { 1 => 24, 2 => 1UL << 8, 4 => 1UL << 16, _ => 1UL << 32 };
        return value >= least ? value : throw Fail("an integer takes more bytes than it needs");
    }

    private int ReadLength(string what)
    {
        ulong length = ReadArgument();
        if (length > (ulong)(_bytes.Length - _position))
            throw Fail($"{what} of {length} bytes is longer than the block");
        return (int)length;
    }

    private int ReadCount(int bytesPerItem, string what)
    {
        ulong count = ReadArgument();
        if (count > (ulong)((_bytes.Length - _position) / bytesPerItem))
            throw Fail($"{what} of {count} items is longer than the block");
        return (int)count;
    }

    private ReadOnlySpan<byte> Take(int length, string what)
    {
        if (length > _bytes.Length - _position)
            throw Fail($"{what} is cut off");
        ReadOnlySpan<byte> taken = _bytes.Slice(_position, length);
        _position += length;
        return taken;
    }
}
