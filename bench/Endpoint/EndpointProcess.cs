using System.Diagnostics;
using System.Globalization;

namespace FireproofBench.EndpointBench;

/// <summary>An endpoint in a process of its own, with a folder and an SQLite file that go when it ends.</summary>
internal sealed class EndpointProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly DirectoryInfo _folder;

    private EndpointProcess(Process process, DirectoryInfo folder, Uri address)
    {
        _process = process;
        _folder = folder;
        Address = address;
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>Processor time that it took so far.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Memory that it has now, in bytes.</summary>
    public long Memory => Status("VmRSS");

    /// <summary>The most that it had.</summary>
    public long PeakMemory => Status("VmHWM");

    /// <summary>Memory of a process, in bytes: VmRSS now, VmHWM the most.</summary>
    public static long Status(int process, string name) => 1024 * long.Parse(
        File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith(name + ":", StringComparison.Ordinal)).Split(' ', '\t').Last(static part => long.TryParse(part, out _)),
        CultureInfo.InvariantCulture);

    /// <summary>Starts one and waits until it listens. Its folder is in the one that <c>FOLDER</c> names, or in <c>/var/tmp</c>.</summary>
    /// <param name="more">Further options of <c>serve</c>.</param>
    public static async Task<EndpointProcess> StartAsync(params string[] more)
    {
        string tool = Environment.GetEnvironmentVariable("TOOL") ?? Path.Combine(Root(), "src", "Scenarios", "bin", "Release", "net10.0", "FireproofBench.Scenarios");
        DirectoryInfo folder = Directory.CreateDirectory(Path.Combine(Environment.GetEnvironmentVariable("FOLDER") ?? "/var/tmp", $"fireproofbench-{Guid.NewGuid():n}"));
        ProcessStartInfo start = new(
            tool,
            ["serve", "--listen", "http://127.0.0.1:0", "--data", Path.Combine(folder.FullName, "objects"), "--meta", "sqlite:" + Path.Combine(folder.FullName, "heads.sqlite"), .. more])
        {
            RedirectStandardOutput = true,
        };
        Process process = Process.Start(start)!;
        string line = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("the endpoint did not start");
        return new EndpointProcess(process, folder, new Uri(line));
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    private static string Root()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "FireproofBench.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException("run it from the source tree, or set TOOL");
    }

    private long Status(string name) => Status(_process.Id, name);
}
