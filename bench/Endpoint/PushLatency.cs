using System.Diagnostics;
using System.Globalization;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways;
using FireproofBench.Gateways.Entropy;
using FireproofBench.Gateways.Http;

namespace FireproofBench.EndpointBench;

/// <summary>How long it takes from the moment in which a device publishes until each subscriber has the message. All on one machine.</summary>
internal static class PushLatency
{
    // Until then the compiler of both sides still works on what the first publications showed to be hot.
    private const int WarmUp = 100;

    // Whoever is woken for each message makes sending dearer, and on this machine it is the endpoint that pays: so messages gather.
    private static readonly TimeSpan _gathering = TimeSpan.FromMilliseconds(1);

    public static async Task RunAsync(int subscribers, int publications, int rate)
    {
        await using EndpointProcess endpoint = await EndpointProcess.StartAsync();
        await using HttpMetadataGateway publisher = new(endpoint.Address, "bench", new GatewayOptions { Time = TimeProvider.System, Entropy = SystemEntropy.Instance });
        List<Subscriber> all = [.. Enumerable.Range(0, subscribers).Select(static _ => new Subscriber())];
        foreach (Subscriber one in all)
            one.Open(endpoint.Address, "bench");
        Console.WriteLine($"{subscribers} subscribers, {publications} publications at {rate} a second");

        // The sequence number of a publication is its index and one more.
        int total = WarmUp + publications;
        long[] started = new long[total + 1];
        double[] latencies = new double[(long)publications * subscribers];
        int filled = 0;
        Thread listening = new(() => filled = Listen(all, started, latencies, total));
        listening.Start();
        using PeriodicTimer pace = new(TimeSpan.FromSeconds(1.0 / rate));
        MetaEntry? former = null;
        (TimeSpan Endpoint, TimeSpan Client) before = default;
        double[] acknowledged = new double[total + 1];
        for (int i = 1; i <= total; i++)
        {
            _ = await pace.WaitForNextTickAsync();
            if (i == WarmUp + 1)
                before = (endpoint.ProcessorTime, Environment.CpuUsage.TotalTime);
            byte[] data = new byte[180];
            BitConverter.TryWriteBytes(data, i);
            MetaEntry entry = new(Cid.Of(CidCodec.DagCbor, data), former is null ? [] : [former.Cid], data);
            started[i] = Stopwatch.GetTimestamp();
            await publisher.PublishAsync(entry, former is null ? [] : [former.Cid], CancellationToken.None);
            acknowledged[i] = Stopwatch.GetElapsedTime(started[i]).TotalMilliseconds;
            former = entry;
        }

        listening.Join();
        TimeSpan used = endpoint.ProcessorTime - before.Endpoint;
        TimeSpan own = Environment.CpuUsage.TotalTime - before.Client;
        Array.Sort(latencies);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"publication to subscriber, ms: p50 {At(latencies, 0.5):F2}, p90 {At(latencies, 0.9):F2}, p99 {At(latencies, 0.99):F2}, max {latencies[^1]:F2} ({filled} deliveries)"));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"processor time a delivery, µs: endpoint {used.TotalMicroseconds / latencies.Length:F1}, subscriber {own.TotalMicroseconds / latencies.Length:F1}"));
        double[] answers = [.. acknowledged[(WarmUp + 1)..].Order()];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"publication to its own answer, ms: p50 {At(answers, 0.5):F2}, p99 {At(answers, 0.99):F2}"));
        foreach (Subscriber one in all)
            one.Dispose();
    }

    private static int Listen(List<Subscriber> all, long[] started, double[] latencies, int total)
    {
        Epoll epoll = new();
        foreach ((int index, Subscriber one) in all.Index())
            epoll.Watch(one.Handle, index);
        int[] ready = new int[256];
        int filled = 0;
        int open = all.Count;
        Action<int> arrived = number =>
        {
            if (number > WarmUp && number <= total)
                latencies[filled++] = Stopwatch.GetElapsedTime(Volatile.Read(ref started[number])).TotalMilliseconds;
            if (number == total)
                open--;
        };
        while (open > 0)
        {
            int count = epoll.Wait(ready, 1000);
            for (int i = 0; i < count; i++)
                all[ready[i]].Read(arrived);

            // It counts: what arrives meanwhile is read later, and its time is taken then.
            if (count < ready.Length)
                Thread.Sleep(_gathering);
        }

        return filled;
    }

    private static double At(double[] sorted, double share) => sorted[Math.Min(sorted.Length - 1, (int)(share * sorted.Length))];
}
