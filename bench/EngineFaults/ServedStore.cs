using System.Diagnostics;

namespace FireproofBench.EngineFaults;

/// <summary>An endpoint of the tool on this machine, with folders of its own.</summary>
internal sealed class ServedStore : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _folder;
    private readonly Task _logging;

    private ServedStore(Process process, string folder, string address)
    {
        _process = process;
        _folder = folder;
        Address = address;

        // Nobody reads the log, and a full pipe would hold the endpoint up.
        _logging = process.StandardError.ReadToEndAsync();
    }

    /// <summary>Where it is.</summary>
    public string Address { get; }

    /// <summary>Starts one.</summary>
    /// <param name="tool">The tool's assembly.</param>
    public static async Task<ServedStore> StartAsync(string tool)
    {
        string folder = Directory.CreateTempSubdirectory("engine-faults-store-").FullName;
        Process process = Dotnet.Start(
            [tool, "serve", "--listen", "http://127.0.0.1:0", "--data", Path.Combine(folder, "objects"), "--meta", $"sqlite:{Path.Combine(folder, "heads.sqlite")}"]);

        // It says its address when it is ready.
        string? address = await process.StandardOutput.ReadLineAsync();
        return new ServedStore(process, folder, address ?? throw new InvalidOperationException($"the endpoint did not start: {await process.StandardError.ReadToEndAsync()}"));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        await _logging;
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
