using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using FireproofBench.Properties.Fixtures;

namespace FireproofBench.Properties.Reference;

/// <summary>The Node process behind <see cref="ReferenceEngine"/>: lines in, lines out, and the tail of what it logs.</summary>
internal sealed class NodeProcess : IAsyncDisposable
{
    private const int OldestSupported = 20;
    private const int LogLines = 40;

    private static readonly TimeSpan InstallWithin = TimeSpan.FromMinutes(5);
    private static readonly string Folder = SourceTree.PropertiesFolder("Reference");

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
        await RequireNodeAsync(cancellation);
        if (!File.Exists(Path.Combine(Folder, "node_modules", ".package-lock.json")))
            await InstallAsync(cancellation);

        NodeProcess node = new(Start("node", "--no-warnings", "reference.mjs"));
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

    private static async Task RequireNodeAsync(CancellationToken cancellation)
    {
        (int code, string output) = await RunAsync(InstallWithin, "node", ["--version"], cancellation);
        string version = output.Trim();
        if (code != 0 || !version.StartsWith('v') || !int.TryParse(version[1..].Split('.')[0], out int major))
            throw new NodeUnavailableException($"Node did not tell its version: {version}");
        if (major < OldestSupported)
            throw new NodeUnavailableException($"Node {version} is older than {OldestSupported}, which the reference engine needs.");
    }

    private static async Task InstallAsync(CancellationToken cancellation)
    {
        string npm = OperatingSystem.IsWindows() ? "npm.cmd" : "npm";
        string[] arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
        (int code, string output) = await RunAsync(InstallWithin, npm, arguments, cancellation);
        if (code != 0)
            throw new NodeUnavailableException($"The packages of the reference engine could not be installed (npm ci): {output.Trim()}");
    }

    private static async Task<(int Code, string Output)> RunAsync(
        TimeSpan within,
        string program,
        string[] arguments,
        CancellationToken cancellation)
    {
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(within);
        using Process process = Start(program, arguments);
        process.StandardInput.Close();
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(deadline.Token);
            Task<string> errors = process.StandardError.ReadToEndAsync(deadline.Token);
            await process.WaitForExitAsync(deadline.Token);
            return (process.ExitCode, await output + await errors);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            process.Kill(entireProcessTree: true);
            throw new NodeUnavailableException($"{program} {string.Join(' ', arguments)} took longer than {within.TotalMinutes} minutes.");
        }
    }

    private static Process Start(string program, params string[] arguments)
    {
        UTF8Encoding utf8 = new(encoderShouldEmitUTF8Identifier: false);
        ProcessStartInfo start = new(program, arguments)
        {
            WorkingDirectory = Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = utf8,
            StandardOutputEncoding = utf8,
            StandardErrorEncoding = utf8,
        };
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            throw new NodeUnavailableException($"'{program}' is not on the PATH; the reference engine needs Node {OldestSupported} or later with npm.");
        }
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
