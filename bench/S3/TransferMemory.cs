using System.Diagnostics;
using System.Globalization;
using System.Net;
using FireproofBench.EndpointBench;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.WebDav;

namespace FireproofBench.S3Bench;

/// <summary>How much memory a process takes beyond its idle state while one large object is stored through a gateway and read back.</summary>
internal static class TransferMemory
{
    /// <summary>Measures in a process of its own for each gateway, and writes the rows of a table.</summary>
    public static async Task<string> RunAsync(Settings settings)
    {
        string table = "| gateway | bytes | idle, MB | peak, MB | over idle, MB | up, MB/s | down, MB/s |\n|---|---|---|---|---|---|---|\n";
        foreach (string side in (string[])["s3", "webdav"])
        {
            ProcessStartInfo start = new(Environment.ProcessPath!, ["--memory", side, "--bytes", settings.Bytes.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardOutput = true };
            using Process process = Process.Start(start)!;
            string row = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            await Console.Error.WriteAsync(row);
            table += process.ExitCode == 0 ? row : $"| {side} | not measured: the log says why | | | | | |\n";
        }

        return table;
    }

    /// <summary>Measures one gateway in this process, and prints its row.</summary>
    public static async Task MeasureAsync(string side, long bytes)
    {
        await using IDataGateway gateway = side == "s3" ? Store.Open() : OpenWebDav();

        // A small one first, so that what is needed anyway counts as idle.
        _ = await gateway.PutAsync("small", new byte[100_000], PutCondition.None, CancellationToken.None);
        _ = await gateway.GetAsync("small", null, CancellationToken.None);
        long idle = Status("VmRSS");
        long start = Environment.TickCount64;
        _ = await gateway.PutAsync("large", new ContentSource(bytes, _ => ValueTask.FromResult<Stream>(new CountedStream(bytes))), PutCondition.None, CancellationToken.None);
        long stored = Environment.TickCount64;
        await CheckAsync(gateway, bytes);
        long ended = Environment.TickCount64;
        long peak = Status("VmHWM");
        _ = await gateway.DeleteAsync("large", null, CancellationToken.None);
        _ = await gateway.DeleteAsync("small", null, CancellationToken.None);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {side} | {bytes} | {idle / 1e6:F0} | {peak / 1e6:F0} | {(peak - idle) / 1e6:F0} | {bytes / 1e3 / Math.Max(1, stored - start):F0} | {bytes / 1e3 / Math.Max(1, ended - stored):F0} |"));
    }

    private static async Task CheckAsync(IDataGateway gateway, long bytes)
    {
        await using ObjectStream back = (await ObjectStream.OpenAsync(gateway, "large", CancellationToken.None))!;
        byte[] piece = new byte[1 << 16];
        long position = 0;
        for (int read; (read = await back.ReadAsync(piece)) > 0; position += read)
        {
            for (int i = 0; i < read; i += 4096)
            {
                if (piece[i] != CountedStream.ByteAt(position + i))
                    throw new InvalidOperationException($"another byte came back at {position + i}");
            }
        }

        if (position != bytes)
            throw new InvalidOperationException($"{position} of {bytes} bytes came back");
    }

    // FIREPROOFBENCH_NGINX_DAV as http://USER:PASSWORD@host:port/path/.
    private static WebDavDataGateway OpenWebDav()
    {
        string text = Environment.GetEnvironmentVariable("FIREPROOFBENCH_NGINX_DAV")
            ?? throw new InvalidOperationException("FIREPROOFBENCH_NGINX_DAV names the server, as http://USER:PASSWORD@host:port/path/");
        UriBuilder address = new(text);
        NetworkCredential user = new(Uri.UnescapeDataString(address.UserName), Uri.UnescapeDataString(address.Password));
        (address.UserName, address.Password) = ("", "");
        address.Path += "fireproofbench-bench";
        return new WebDavDataGateway(new WebDavOptions { Address = address.Uri, Create = true, User = user.UserName, Password = user.Password }, Store.Gateway);
    }

    private static long Status(string name) => 1024 * long.Parse(
        File.ReadLines("/proc/self/status").First(line => line.StartsWith(name + ":", StringComparison.Ordinal)).Split(' ', '\t').Last(static part => long.TryParse(part, out _)),
        CultureInfo.InvariantCulture);
}
