namespace FireproofBench.Scenarios.Shell;

/// <summary>Reads a stream line by line without ever holding more than one line.</summary>
/// <param name="stream">UTF-8; a byte order mark at its start is passed over. A carriage return before the end of a line is JSON's white space and stays.</param>
internal sealed class LineReader(Stream stream)
{
    /// <summary>Longest line, in bytes: a bulk of a hundred thousand documents. It is held in memory while it is applied.</summary>
    public const int MaxLength = 256 * 1024 * 1024;

    private const int FirstLength = 64 * 1024;

    private byte[] _buffer = new byte[FirstLength];
    private int _start;
    private int _scanned;
    private int _end;

    /// <summary>The number of the line that was read last, from 1; 0 before the first.</summary>
    public long Line { get; private set; }

    /// <summary>Reads the next line, without its end; null at the end of the stream. The bytes are good until the next call.</summary>
    /// <exception cref="InvalidDataException">The line is longer than <see cref="MaxLength"/>.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellation)
    {
        while (true)
        {
            int length = _buffer.AsSpan(_scanned, _end - _scanned).IndexOf((byte)'\n');
            if (length >= 0)
                return Take(_scanned + length - _start, 1);
            _scanned = _end;
            if (await FillAsync(cancellation))
                continue;
            if (_end > _start)
                return Take(_end - _start, 0);
            return null;
        }
    }

    /// <summary>Reads what is left, as one.</summary>
    /// <exception cref="InvalidDataException">It is longer than <see cref="MaxLength"/>.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> ReadToEndAsync(CancellationToken cancellation)
    {
        while (await FillAsync(cancellation))
        {
            // The buffer grows until the stream ends.
        }

        return Take(_end - _start, 0);
    }

    private ReadOnlyMemory<byte> Take(int length, int separator)
    {
        ReadOnlyMemory<byte> line = _buffer.AsMemory(_start, length);
        _start += length + separator;
        _scanned = _start;
        Line++;
        return Line == 1 && line.Span.StartsWith("\uFEFF"u8) ? line[3..] : line;
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancellation)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _scanned -= _start;
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length)
        {
            if (_end >= MaxLength)
            {
                Line++;
                throw new InvalidDataException($"it is longer than {MaxLength} bytes; split it into several");
            }

            Array.Resize(ref _buffer, Math.Min(_buffer.Length * 2, MaxLength));
        }

        // A terminal's read cannot be cancelled; the wait for it can.
        int read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellation).AsTask().WaitAsync(cancellation);
        _end += read;
        return read > 0;
    }
}
