using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using FireproofBench.Conformance.Cloud;
using FireproofBench.Gateways.Cloud.Protocol;

namespace FireproofBench.EndpointBench;

/// <summary>Many devices of the cloud protocol at one endpoint, two of them on each ledger, and one that asks for hundreds of addresses at once beside them.</summary>
internal static class CloudLoad
{
    private const string Tenant = "bench";
    private const int Each = 2;

    /// <summary>Lets devices put at a rate for a while.</summary>
    /// <param name="devices">How many devices.</param>
    /// <param name="rate">How many puts a second each.</param>
    /// <param name="length">For how long.</param>
    /// <param name="burst">How many addresses one more device asks for at once, once a second; 0 for none.</param>
    public static async Task RunAsync(int devices, double rate, TimeSpan length, int burst)
    {
        string folder = Directory.CreateTempSubdirectory("cloud-").FullName;
        try
        {
            using ECDsa pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            string jwk = Jwk(pair);
            string keys = Path.Combine(folder, "signer.jwk");
            await File.WriteAllTextAsync(keys, jwk);
            using CloudIssuer issuer = CloudIssuer.Read(jwk);
            await using EndpointProcess endpoint = await EndpointProcess.StartAsync("--cloud", keys);
            using HttpClient http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(60) };
            ConcurrentDictionary<string, CloudCommit> begun = new(StringComparer.Ordinal);
            List<CloudDevice> all = [];
            string Token(string ledger) => issuer.Make(DateTimeOffset.UtcNow.AddHours(3), "write", [new CloudLedgerName(Tenant, ledger)]);
            for (int i = 0; i < devices; i++)
            {
                string ledger = $"ledger-{i / Each}";
                all.Add(await CloudDevice.AttachAsync(endpoint.Address, http, Token(ledger), Tenant, ledger, begun));
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{devices} devices on {(devices + Each - 1) / Each} ledgers, {rate} puts a second each, for {length.TotalSeconds:0} s"));
            long start = Stopwatch.GetTimestamp();
            long put = 0;
            long late = 0;
            using CancellationTokenSource over = new(length);
            Task[] writing = [.. all.Select((device, i) => Task.Run(async () =>
            {
                long pause = (long)(Stopwatch.Frequency / rate);
                long next = start + (pause * i / devices);
                while (!over.IsCancellationRequested)
                {
                    TimeSpan wait = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), next);
                    if (wait > TimeSpan.Zero)
                        await Task.Delay(wait);
                    else if (wait < TimeSpan.FromMilliseconds(-1000 / rate))
                        _ = Interlocked.Increment(ref late);
                    await device.PutAsync(next);
                    _ = Interlocked.Increment(ref put);
                    next += pause;
                }
            }))];
            List<double> bursts = [];
            Task asking = burst == 0 ? Task.CompletedTask : AskAsync();
            async Task AskAsync()
            {
                await using CloudDevice other = await CloudDevice.AttachAsync(endpoint.Address, http, Token("other"), Tenant, "other", begun);
                while (!over.IsCancellationRequested)
                {
                    bursts.Add((await other.AskForManyAsync(burst)).TotalMilliseconds);
                    await Task.Delay(1000);
                }
            }

            long former = 0;
            while (!over.IsCancellationRequested)
            {
                await Task.Delay(Math.Max(1000, (int)(length.TotalMilliseconds / 10)));
                long now = Volatile.Read(ref put);
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{Stopwatch.GetElapsedTime(start).TotalSeconds,5:0} s  {(now - former) / Math.Max(1, length.TotalSeconds / 10),6:0} puts/s  {endpoint.Memory >> 20,4} MB  {Volatile.Read(ref late)} begun late"));
                former = now;
            }

            await Task.WhenAll([.. writing, asking]);
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            await Task.Delay(1000);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{put} puts, {put / seconds:0} a second; processor time of the endpoint {endpoint.ProcessorTime.TotalSeconds:0.0} s in {seconds:0.0} s; memory {endpoint.Memory >> 20} MB, at most {endpoint.PeakMemory >> 20} MB"));
            Tell("from the intended start of a put until the other device of the ledger had its file", [.. all.SelectMany(static device => device.Seen)]);
            if (burst > 0)
                Tell($"{burst} addresses at once beside them", bursts);
            string[] failures = [.. all.SelectMany(static device => device.Failures)];
            if (failures.Length > 0)
                Console.WriteLine($"{failures.Length} files of others could not be read, the first of them: {failures[0]}");
            foreach (CloudDevice device in all)
                await device.DisposeAsync();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Tell(string what, List<double> milliseconds)
    {
        milliseconds.Sort();
        double At(double share) => milliseconds[(int)Math.Min(milliseconds.Count - 1, share * milliseconds.Count)];
        Console.WriteLine(milliseconds.Count == 0 ? $"{what}: none" : string.Create(
            CultureInfo.InvariantCulture, $"{what}: n {milliseconds.Count}, p50 {At(0.5):0.0} ms, p99 {At(0.99):0.0} ms, max {milliseconds[^1]:0.0} ms"));
    }

    private static string Jwk(ECDsa pair)
    {
        ECParameters key = pair.ExportParameters(includePrivateParameters: true);
        static string Text(byte[]? number) => System.Buffers.Text.Base64Url.EncodeToString(number);
        return JsonSerializer.Serialize(new { kty = "EC", crv = "P-256", x = Text(key.Q.X), y = Text(key.Q.Y), d = Text(key.D) });
    }
}
