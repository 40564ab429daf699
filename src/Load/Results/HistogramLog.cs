using System.Globalization;
using HdrHistogram;
using HdrHistogram.Utilities;

namespace FireproofBench.Load.Results;

/// <summary>Histograms in the log format of HdrHistogram, version 1.3: a line an interval and a tag, with the histogram as compressed V2 in base64. Its tools read it.</summary>
/// <remarks>The library's own writer makes UTF-16, which its reader refuses. Values are nanoseconds; the column for the maximum is in milliseconds, as those tools expect.</remarks>
internal sealed class HistogramLog : IDisposable
{
    private const long MaxLength = 1L << 30;

    // Longer than any run.
    private const double MaxSeconds = 1e9;

    private readonly TextWriter _lines;
    private ByteBuffer _buffer = ByteBuffer.Allocate(1024);
    private byte[] _bytes = [];

    /// <summary>Begins a log.</summary>
    /// <param name="lines">Where it goes; closed with this.</param>
    /// <param name="start">When the measured part began.</param>
    public HistogramLog(TextWriter lines, DateTimeOffset start)
    {
        _lines = lines;
        lines.Write("#[Logged with fireproofbench]\n#[Histogram log format version 1.3]\n");
        lines.Write(string.Create(CultureInfo.InvariantCulture, $"#[StartTime: {start.ToUnixTimeMilliseconds() / 1000.0:0.000} (seconds since epoch), {start:u}]\n"));
        lines.Write("#[BaseTime: 0.0 (seconds since epoch)]\n\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\",\"Interval_Compressed_Histogram\"\n");
    }

    /// <summary>Adds a histogram; an empty one is left out.</summary>
    /// <param name="tag">Whose it is, without blanks and commas.</param>
    /// <param name="at">When the interval began, from the start.</param>
    /// <param name="length">How long it was.</param>
    /// <param name="latencies">The histogram.</param>
    public void Add(string tag, TimeSpan at, TimeSpan length, Latencies latencies)
    {
        if (latencies.Count == 0)
            return;
        _lines.Write(string.Create(
            CultureInfo.InvariantCulture,
            $"Tag={tag},{at.TotalSeconds:0.000},{length.TotalSeconds:0.000},{latencies.At(100).TotalMilliseconds:0.000},{Convert.ToBase64String(Encode(latencies.Histogram))}\n"));
    }

    /// <summary>Reads a log back.</summary>
    /// <exception cref="FormatException">A line is no line of such a log; the message names it.</exception>
    public static IEnumerable<(string Tag, TimeSpan At, TimeSpan Length, HistogramBase Histogram)> Read(TextReader lines)
    {
        int number = 0;
        while (lines.ReadLine() is { } line)
        {
            number++;
            if (line.Length == 0 || line[0] is '#' or '"')
                continue;
            string[] fields = line.Split(',');
            if (fields.Length != 5 || !fields[0].StartsWith("Tag=", StringComparison.Ordinal)
                || !double.TryParse(fields[1], CultureInfo.InvariantCulture, out double at) || !double.TryParse(fields[2], CultureInfo.InvariantCulture, out double length)
                || !(Math.Abs(at) <= MaxSeconds) || length is not (>= 0 and <= MaxSeconds))
            {
                throw new FormatException($"line {number} is no line of a histogram log: 'Tag=NAME,start,length,max,histogram'");
            }

            yield return (fields[0][4..], TimeSpan.FromSeconds(at), TimeSpan.FromSeconds(length), Decode(fields[4], number));
        }
    }

    /// <summary>Reads the log of a run.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="take">Gets each histogram.</param>
    /// <exception cref="InvalidDataException">There is none, or it is damaged; the message says what and where.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static void ReadFile(string path, Action<string, TimeSpan, TimeSpan, HistogramBase> take)
    {
        if (!File.Exists(path) || new FileInfo(path).Length > MaxLength)
            throw new InvalidDataException($"'{path}' is missing, or longer than {MaxLength >> 20} MiB");
        using StreamReader lines = File.OpenText(path);
        try
        {
            foreach ((string tag, TimeSpan at, TimeSpan length, HistogramBase histogram) in Read(lines))
                take(tag, at, length, histogram);
        }
        catch (FormatException damage)
        {
            throw new InvalidDataException($"'{path}', {damage.Message}", damage);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _lines.Dispose();

    private static HistogramBase Decode(string base64, int number)
    {
        try
        {
            return HistogramEncoding.DecodeFromCompressedByteBuffer(ByteBuffer.Allocate(Convert.FromBase64String(base64)), 0);
        }
        catch (Exception damage) when (damage is not OutOfMemoryException)
        {
            throw new FormatException($"line {number}: the histogram is damaged: {damage.Message}", damage);
        }
    }

    private ReadOnlySpan<byte> Encode(LongHistogram histogram)
    {
        int needed = histogram.GetNeededByteBufferCapacity();
        if (_buffer.Capacity() < needed)
        {
            _buffer = ByteBuffer.Allocate(needed);
            _bytes = new byte[needed];
        }

        _buffer.Position = 0;
        int length = histogram.EncodeIntoCompressedByteBuffer(_buffer);
        _buffer.Position = 0;
        for (int i = 0; i < length; i++)
            _bytes[i] = _buffer.Get();
        return _bytes.AsSpan(0, length);
    }
}
