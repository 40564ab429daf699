using System.Text;

namespace FireproofBench.Scenarios.Shell;

/// <summary>Results on their way to standard output: UTF-8, lines end with a line feed, written in large pieces. The stream itself stays open.</summary>
internal sealed class ShellOutput(Stream output) : IAsyncDisposable
{
    private static readonly byte[] s_end = "\n"u8.ToArray();
    private readonly byte[] _waiting = new byte[64 * 1024];
    private int _length;

    /// <summary>Writes a line.</summary>
    public async ValueTask WriteLineAsync(ReadOnlyMemory<byte> line, CancellationToken cancellation)
    {
        await WriteAsync(line, cancellation);
        await WriteAsync(s_end, cancellation);
    }

    /// <summary>Writes a line.</summary>
    public ValueTask WriteLineAsync(string line, CancellationToken cancellation) => WriteLineAsync(Encoding.UTF8.GetBytes(line), cancellation);

    /// <summary>Writes bytes.</summary>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        if (bytes.Length > _waiting.Length - _length)
            await FlushAsync(cancellation);
        if (bytes.Length > _waiting.Length)
        {
            await output.WriteAsync(bytes, cancellation);
            return;
        }

        bytes.CopyTo(_waiting.AsMemory(_length));
        _length += bytes.Length;
    }

    /// <summary>Hands on what waits, also after a failure: whole lines that were written are good.</summary>
    public async ValueTask DisposeAsync()
    {
        await FlushAsync(CancellationToken.None);
        await output.FlushAsync();
    }

    private async ValueTask FlushAsync(CancellationToken cancellation)
    {
        int length = _length;
        _length = 0;
        if (length > 0)
            await output.WriteAsync(_waiting.AsMemory(0, length), cancellation);
    }
}
