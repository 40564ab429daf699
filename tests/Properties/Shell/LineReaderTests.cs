using System.Text;
using FireproofBench.Scenarios.Shell;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Xunit;

namespace FireproofBench.Properties.Shell;

public sealed class LineReaderTests
{
    [Property(MaxTest = 200)]
    public void Lines_come_back_as_they_were_however_the_stream_is_cut(string[] lines, PositiveInt cut)
    {
        string[] clean = [.. lines.Select(static line => new string([.. (line ?? "").Where(static c => c != '\n' && !char.IsSurrogate(c) && c != '\uFEFF')]))];
        using Pieces stream = new(Encoding.UTF8.GetBytes(string.Join('\n', clean)), (cut.Get % 7) + 1);
        string[] expected = clean.Length > 0 && clean[^1].Length == 0 ? clean[..^1] : clean;
        Assert.Equal(expected, ReadAll(stream));
    }

    [Fact]
    public void A_line_may_be_longer_than_any_piece_of_the_buffer()
    {
        string[] lines = ["a", new string('x', 300_000), "b", new string('y', 70_000)];
        using Pieces stream = new(Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n"), 65_536);
        Assert.Equal(lines, ReadAll(stream));
    }

    private static List<string> ReadAll(Stream stream)
    {
        LineReader reader = new(stream);
        List<string> lines = [];
        while (reader.ReadAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult() is { } line)
            lines.Add(Encoding.UTF8.GetString(line.Span));
        Assert.Equal(lines.Count, reader.Line);
        return lines;
    }

    private sealed class Pieces(byte[] bytes, int length) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(length, buffer.Length)], cancellationToken);
    }
}
