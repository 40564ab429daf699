using System.Diagnostics;
using System.Text;

namespace FireproofBench.Properties.Endpoint;

/// <summary><c>fireproofbench serve</c> in a process of its own, which can be killed and started again at the same place.</summary>
/// <remarks>FIREPROOFBENCH_TEST_LOGS names a folder where the logs are kept, so that somebody can search them.</remarks>
internal sealed class ServedProcess : IAsyncDisposable
{
    private const int MaxStarts = 100;
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(100);

    private readonly string[] _arguments;
    private readonly (string Name, string Value)[] _environment;
    private readonly StringBuilder _log = new();
    private Process? _process;

    private ServedProcess(string[] arguments, (string Name, string Value)[] environment)
    {
        _arguments = arguments;
        _environment = environment;
    }

    /// <summary>Where it listens: a port that was free at the first start, and the same one after it.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1:0/");

    /// <summary>What it wrote to standard error, all starts together. Whole once it has ended.</summary>
    public string Log
    {
        get
        {
            lock (_log)
                return _log.ToString();
        }
    }

    public static Task<ServedProcess> StartAsync(params string[] arguments) => StartAsync([], arguments);

    /// <summary>Starts one with variables of its own.</summary>
    public static async Task<ServedProcess> StartAsync((string Name, string Value)[] environment, params string[] arguments)
    {
        ServedProcess served = new(arguments, environment);
        await served.StartAsync();
        return served;
    }

    /// <summary>Starts it, again perhaps, and waits until it listens.</summary>
    public async Task StartAsync()
    {
        for (int attempt = 1; await TryStartAsync() is not { } address; attempt++)
        {
            // Whoever asked meanwhile may have got this port as its own, and gives it back soon.
            if (attempt == MaxStarts || !Log.Contains("cannot listen", StringComparison.Ordinal))
                throw new InvalidOperationException("the endpoint did not start: " + Log);
            await Task.Delay(_pause);
        }
    }

    /// <summary>Ends it at once, whatever it does.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await EndedAsync();
    }

    /// <summary>Asks it to end (SIGINT or SIGTERM), and gives its exit code.</summary>
    public async Task<int> InterruptAsync(string signal)
    {
        using (Process kill = Process.Start("kill", [$"-{signal}", _process!.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
            await kill.WaitForExitAsync();
        return await EndedAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await KillAsync();
        if (Environment.GetEnvironmentVariable("FIREPROOFBENCH_TEST_LOGS") is { Length: > 0 } folder)
            await File.WriteAllTextAsync(Path.Combine(folder, $"serve-{Guid.NewGuid():n}.log"), Log);
    }

    private async Task<Uri?> TryStartAsync()
    {
        // The tool lies beside the tests.
        string tool = Path.Combine(AppContext.BaseDirectory, "FireproofBench.Scenarios.dll");
        ProcessStartInfo start = new("dotnet", [tool, "serve", "--listen", Address.ToString(), .. _arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach ((string name, string value) in _environment)
            start.Environment[name] = value;
        _process = Process.Start(start)!;
        _process.ErrorDataReceived += (_, line) =>
        {
            lock (_log)
                _ = _log.Append(line.Data).Append('\n');
        };
        _process.BeginErrorReadLine();
        if (await _process.StandardOutput.ReadLineAsync() is { } address)
            return Address = new Uri(address + "/");
        _ = await EndedAsync();
        return null;
    }

    private async Task<int> EndedAsync()
    {
        await _process!.WaitForExitAsync();
        int exit = _process.ExitCode;
        _process.Dispose();
        _process = null;
        return exit;
    }
}
