using System.Diagnostics;

namespace FireproofBench.Properties.Reference;

/// <summary>The Node process behind <see cref="ReferenceEngine"/>: lines in, lines out, and the tail of what it logs.</summary>
internal sealed class NodeProcess : IAsyncDisposable
{
    private const int LogLines = 40;

    private readonly Process _process;
    private readonly Queue<string> _log = new();

    private NodeProcess(Process process)
    {
        _process = process;
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginErrorReadLine();
    }

    /// <summary>The last lines that the process logged.</summary>
    public string LastLog
    {
        get
        {
            lock (_log)
                return string.Join('\n', _log);
        }
    }

    /// <summary>Starts the process and reads its greeting; installs its packages when that was not done yet.</summary>
    /// <exception cref="NodeUnavailableException">Node is missing or too old, or the packages cannot be had.</exception>
    public static async Task<NodeProcess> StartAsync(CancellationToken cancellation)
    {
        await NodePackages.RequireAsync(cancellation);
        NodeProcess node = new(NodePackages.Start("node", "--no-warnings", "reference.mjs"));
        try
        {
            await node.ReadLineAsync(cancellation);
            return node;
        }
        catch (IOException failure)
        {
            string log = node.LastLog;
            await node.DisposeAsync();
            throw new ReferenceException($"The Node runner ended before its greeting ({failure.Message}).\n{log}", failure);
        }
    }

    /// <summary>Writes a line and reads the line that answers it.</summary>
    /// <exception cref="IOException">The process ended.</exception>
    public async Task<string> ExchangeAsync(string line, CancellationToken cancellation)
    {
        await _process.StandardInput.WriteLineAsync(line.AsMemory(), cancellation);
        await _process.StandardInput.FlushAsync(cancellation);
        return await ReadLineAsync(cancellation);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }

    private async Task<string> ReadLineAsync(CancellationToken cancellation) =>
        await _process.StandardOutput.ReadLineAsync(cancellation)
        ?? throw new EndOfStreamException("the process ended");

    private void Keep(string? line)
    {
        if (line is null)
            return;
        lock (_log)
        {
            _log.Enqueue(line);
            if (_log.Count > LogLines)
                _log.Dequeue();
        }
    }
}
