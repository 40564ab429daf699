using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace FireproofBench.Properties.Fixtures;

/// <summary>A file system of its own in memory, small enough to be filled.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();

    private SmallDisk()
    {
    }

    /// <summary>Mounts one. Skips the test, with the reason, where that is not allowed.</summary>
    /// <param name="length">Its size in bytes.</param>
    public static async Task<SmallDisk> RequireAsync(int length)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "a file system in memory is mounted on Linux only");
        SmallDisk disk = new();
        string error = await RunAsync("mount", "-t", "tmpfs", "-o", string.Create(CultureInfo.InvariantCulture, $"size={length}"), "none", disk._folder.Path);
        if (error.Length > 0)
        {
            disk._folder.Dispose();
            Assert.Skip($"a small file system cannot be mounted; that needs root ({error})");
        }

        return disk;
    }

    /// <summary>A path on it.</summary>
    public string At(string name) => _folder.At(name);

    public async ValueTask DisposeAsync()
    {
        _ = await RunAsync("umount", "-l", _folder.Path);
        _folder.Dispose();
    }

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        string error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? "" : error.Trim() is { Length: > 0 } told ? told : $"exit code {process.ExitCode}";
    }
}
