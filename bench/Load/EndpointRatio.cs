using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using FireproofBench.EndpointBench;

namespace FireproofBench.LoadBench;

/// <summary>Load on an endpoint beside a bare loop over <see cref="HttpClient"/> on the same routes with the same bytes, rounds by turns.</summary>
internal static class EndpointRatio
{
    private const int Writers = 16;
    private const int Size = 4096;
    private const int Items = 1000;

    /// <summary>Measures, and writes a table.</summary>
    public static async Task<string> MeasureAsync(int rounds, int seconds, string work)
    {
        await using EndpointProcess endpoint = await EndpointProcess.StartAsync();
        StringBuilder table = new("| scenario | load, /s | bare loop, /s | load to bare | lowest and highest round |\n|---|---|---|---|---|\n");
        foreach (string scenario in (string[])["raw-put", "raw-get"])
        {
            List<(double Load, double Bare)> all = [];
            for (int round = 0; round <= rounds; round++)
            {
                double first = round % 2 == 0 ? await LoadAsync() : await BareAsync();
                double second = round % 2 == 0 ? await BareAsync() : await LoadAsync();

                // The first one warms up.
                if (round > 0)
                    all.Add(round % 2 == 0 ? (first, second) : (second, first));

                async Task<double> LoadAsync() => await RunAsync(scenario, endpoint.Address, seconds, Path.Combine(work, string.Create(CultureInfo.InvariantCulture, $"endpoint-{scenario}-{round}")));

                async Task<double> BareAsync() => await RunBareAsync(scenario == "raw-put", new Uri(endpoint.Address, $"v1/bare-{round}/objects/"), seconds);
            }

            double[] ratios = [.. all.Select(static one => one.Load / one.Bare).Order()];
            string row = string.Create(
                CultureInfo.InvariantCulture,
                $"| {scenario} | {all.Average(static one => one.Load):N0} | {all.Average(static one => one.Bare):N0} | {ratios[ratios.Length / 2]:P0} | {ratios[0]:P0} to {ratios[^1]:P0} |\n");
            await Console.Error.WriteAsync(row);
            table.Append(row);
        }

        return table.ToString();
    }

    private static async Task<double> RunAsync(string scenario, Uri endpoint, int seconds, string folder)
    {
        JsonElement run = await Tool.LoadAsync(
            folder, scenario, endpoint.ToString(), "--writers", Writers.ToString(CultureInfo.InvariantCulture), "--size", "4KiB", "--items", Items.ToString(CultureInfo.InvariantCulture), "--duration", $"{seconds}s");
        return run.GetProperty("steps")[0].GetProperty("perSecond").GetDouble();
    }

    private static async Task<double> RunBareAsync(bool puts, Uri objects, int seconds)
    {
        using HttpClient client = new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false });
        byte[] content = RandomBytes();
        if (!puts)
        {
            for (int i = 0; i < Items; i++)
                await PutAsync(i);
        }

        int done = 0;
        long start = Stopwatch.GetTimestamp();
        TimeSpan end = TimeSpan.FromSeconds(seconds);
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(worker => Task.Run(async () =>
        {
            for (int i = worker; Stopwatch.GetElapsedTime(start) < end; i += Writers)
            {
                if (puts)
                    await PutAsync(i);
                else
                    await GetAsync(i % Items);
                Interlocked.Increment(ref done);
            }
        })));
        return done / Stopwatch.GetElapsedTime(start).TotalSeconds;

        Uri AddressOf(int number) => new(objects, number.ToString(CultureInfo.InvariantCulture));

        async Task PutAsync(int number)
        {
            using ByteArrayContent body = new(content);
            body.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
            using HttpResponseMessage answer = await client.PutAsync(AddressOf(number), body);
            _ = answer.EnsureSuccessStatusCode();
        }

        async Task GetAsync(int number)
        {
            byte[] got = await client.GetByteArrayAsync(AddressOf(number));
            if (got.Length != Size)
                throw new InvalidDataException("another length came than was put");
        }
    }

    private static byte[] RandomBytes() => new Simulation.World.Dice(7, "bare").Bytes(Size);
}
