using System.Globalization;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways;
using FireproofBench.Gateways.Entropy;
using FireproofBench.Gateways.Http;

namespace FireproofBench.EndpointBench;

/// <summary>How much memory client and endpoint take beyond their idle state while one large object is stored and read back.</summary>
internal static class TransferMemory
{
    public static async Task RunAsync(long bytes)
    {
        await using EndpointProcess endpoint = await EndpointProcess.StartAsync();
        await using HttpDataGateway gateway = new(endpoint.Address, "bench", new GatewayOptions { Time = TimeProvider.System, Entropy = SystemEntropy.Instance });

        // A small one first, so that what both need anyway counts as idle.
        _ = await gateway.PutAsync("small", new byte[100_000], PutCondition.None, CancellationToken.None);
        _ = await gateway.GetAsync("small", null, CancellationToken.None);
        long idleClient = EndpointProcess.Status(Environment.ProcessId, "VmRSS");
        long idleEndpoint = endpoint.Memory;
        long start = Environment.TickCount64;
        _ = await gateway.PutAsync("large", new ContentSource(bytes, _ => ValueTask.FromResult<Stream>(new CountedStream(bytes))), PutCondition.None, CancellationToken.None);
        long stored = Environment.TickCount64;
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

        long ended = Environment.TickCount64;
        if (position != bytes)
            throw new InvalidOperationException($"{position} of {bytes} bytes came back");
        Tell("client", EndpointProcess.Status(Environment.ProcessId, "VmHWM"), idleClient);
        Tell("endpoint", endpoint.PeakMemory, idleEndpoint);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{bytes} bytes up in {stored - start} ms ({bytes / 1e3 / (stored - start):F0} MB/s), down in {ended - stored} ms ({bytes / 1e3 / (ended - stored):F0} MB/s)"));
    }

    private static void Tell(string who, long peak, long idle) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"{who}: idle {idle / 1e6:F0} MB, peak {peak / 1e6:F0} MB, {(peak - idle) / 1e6:F0} MB over idle"));
}
