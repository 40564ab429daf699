using System.Diagnostics;
using System.Globalization;
using System.Text;
using Amazon.S3;
using Amazon.S3.Model;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Entropy;
using FireproofBench.Gateways.S3;

namespace FireproofBench.S3Bench;

/// <summary>The gateway beside a bare loop over the client library: the same bytes, the same number of requests under way, rounds by turns.</summary>
internal sealed class Throughput(Settings settings, AmazonS3Client client, S3DataGateway gateway)
{
    // So that keys repeat and the store does not grow without end.
    private const int Keys = 64;

    /// <summary>Measures, and writes the rows of a table.</summary>
    public async Task<string> RunAsync()
    {
        StringBuilder table = new("| operation | bytes | bare loop, /s | gateway, /s | gateway to bare | lowest and highest round |\n|---|---|---|---|---|---|\n");
        foreach (int length in (int[])[4096, 1 << 20])
        {
            byte[] content = new byte[length];
            new SeededEntropy((ulong)length).Fill(content);
            await FillAsync(content);
            table.Append(await CompareAsync("put", length, (_, i) => PutBareAsync(i, content), (_, i) => gateway.PutAsync(Key(i), content, PutCondition.None, CancellationToken.None).AsTask()));
            table.Append(await CompareAsync("get", length, GetBareAsync, (_, i) => gateway.GetAsync(Key(i), null, CancellationToken.None).AsTask()));
        }

        return table.ToString();
    }

    private static string Key(int i) => string.Create(CultureInfo.InvariantCulture, $"data/{i % Keys}");

    private async Task FillAsync(byte[] content)
    {
        for (int i = 0; i < Keys; i++)
        {
            // The gateway makes the bucket.
            _ = await gateway.PutAsync(Key(i), content, PutCondition.None, CancellationToken.None);
            await PutBareAsync(i, content);
        }
    }

    private async Task PutBareAsync(int i, byte[] content)
    {
        using MemoryStream stream = new(content, writable: false);
        _ = await client.PutObjectAsync(new PutObjectRequest { BucketName = Store.Bucket, Key = "bare/" + Key(i), InputStream = stream, UseChunkEncoding = false });
    }

    private async Task GetBareAsync(int length, int i)
    {
        using GetObjectResponse response = await client.GetObjectAsync(Store.Bucket, "bare/" + Key(i));
        byte[] content = new byte[length];
        await response.ResponseStream.ReadExactlyAsync(content);

        // To its end, where the client library compares the sum.
        if (await response.ResponseStream.ReadAsync(new byte[1]) > 0)
            throw new InvalidOperationException("more came than was stored");
    }

    private async Task<string> CompareAsync(string operation, int length, Func<int, int, Task> bare, Func<int, int, Task> own)
    {
        // One round each to warm up.
        _ = await RoundAsync(length, bare);
        _ = await RoundAsync(length, own);
        List<double> bareRates = [];
        List<double> ownRates = [];
        List<double> ratios = [];
        for (int round = 0; round < settings.Rounds; round++)
        {
            // Whoever comes second meets the store as the first one left it; so each is first by turns.
            bool bareFirst = round % 2 == 0;
            double first = await RoundAsync(length, bareFirst ? bare : own);
            double second = await RoundAsync(length, bareFirst ? own : bare);
            (double bareRate, double ownRate) = bareFirst ? (first, second) : (second, first);
            bareRates.Add(bareRate);
            ownRates.Add(ownRate);
            ratios.Add(ownRate / bareRate);
        }

        string row = string.Create(
            CultureInfo.InvariantCulture,
            $"| {operation} | {length} | {Median(bareRates):F0} | {Median(ownRates):F0} | {Median(ratios):P0} | {ratios.Min():P0} to {ratios.Max():P0} |\n");
        await Console.Error.WriteAsync(row);
        return row;
    }

    private async Task<double> RoundAsync(int length, Func<int, int, Task> call)
    {
        int done = 0;
        long start = Stopwatch.GetTimestamp();
        TimeSpan end = TimeSpan.FromSeconds(settings.Seconds);
        await Task.WhenAll(Enumerable.Range(0, settings.Concurrency).Select(async worker =>
        {
            for (int i = worker; Stopwatch.GetElapsedTime(start) < end; i += settings.Concurrency)
            {
                await call(length, i);
                Interlocked.Increment(ref done);
            }
        }));
        return done / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
