using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace FireproofBench.Properties.Endpoint;

/// <summary><c>fireproofbench serve</c> in a process of its own, which can be killed and started again at the same place.</summary>
internal sealed class ServedProcess : IAsyncDisposable
{
    private readonly string[] _arguments;
    private Process? _process;

    private ServedProcess(int port, string[] arguments)
    {
        Address = new Uri($"http://127.0.0.1:{port}/");
        _arguments = arguments;
    }

    public Uri Address { get; }

    /// <summary>What it wrote to standard error, all starts together.</summary>
    public string Log { get; private set; } = "";

    public static async Task<ServedProcess> StartAsync(params string[] arguments)
    {
        ServedProcess served = new(FreePort(), arguments);
        await served.StartAsync();
        return served;
    }

    /// <summary>Starts it, again perhaps, and waits until it listens.</summary>
    public async Task StartAsync()
    {
        // The tool lies beside the tests.
        string tool = Path.Combine(AppContext.BaseDirectory, "FireproofBench.Scenarios.dll");
        ProcessStartInfo start = new("dotnet", [tool, "serve", "--listen", Address.ToString(), .. _arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        _process = Process.Start(start)!;
        _process.ErrorDataReceived += (_, line) => Log += line.Data + "\n";
        _process.BeginErrorReadLine();
        if (await _process.StandardOutput.ReadLineAsync() is null)
            throw new InvalidOperationException("the endpoint did not start: " + Log);
    }

    /// <summary>Ends it at once, whatever it does.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    /// <summary>Asks it to end (SIGINT or SIGTERM), and gives its exit code.</summary>
    public async Task<int> InterruptAsync(string signal)
    {
        using (Process kill = Process.Start("kill", [$"-{signal}", _process!.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
            await kill.WaitForExitAsync();
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
            await KillAsync();
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
