using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace FireproofBench.Properties.CommandLine;

public sealed class LoadVerbTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("load-");

    private string Results => Path.Combine(_folder.FullName, "results");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Writers_side_by_side_on_a_folder_leave_a_result_and_nothing_else()
    {
        string store = Path.Combine(_folder.FullName, "store");
        (int exit, string output, string error) = await RunAsync("concurrent-writers", store, "--writers", "3", "--duration", "2s", "--size", "500B", "--seed", "7", "--threshold", "count(put) > 0");
        Assert.True(exit == 0, output + error);
        Assert.Contains("No anomaly: all contents were as they were written.", output, StringComparison.Ordinal);
        Assert.Contains("holds  count(put) > 0", output, StringComparison.Ordinal);
        string run = Assert.Single(Directory.GetDirectories(Results));
        Assert.EndsWith("-7", run, StringComparison.Ordinal);
        Assert.Equal(["histograms.hlog", "junit.xml", "report.html", "run.json", "series.csv", "series.jsonl", "summary.md"], Directory.GetFiles(run).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        using JsonDocument json = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(run, "run.json")));
        Assert.Equal("fireproofbench/load/1", json.RootElement.GetProperty("schema").GetString());
        Assert.Equal(["put", "upload"], json.RootElement.GetProperty("steps").EnumerateArray().Select(static step => step.GetProperty("name").GetString()));
        Assert.True(json.RootElement.GetProperty("requests").GetProperty("put").GetInt64() > 0);
        Assert.Empty(json.RootElement.GetProperty("leftovers").EnumerateArray());
        Assert.False(Directory.Exists(store));

        // The same figures for a build server, a page of text and a spreadsheet.
        Assert.Contains("<testcase classname=\"load.concurrent-writers\" name=\"count(put) &gt; 0\"", await File.ReadAllTextAsync(Path.Combine(run, "junit.xml")), StringComparison.Ordinal);
        Assert.Contains("| `count(put) > 0` |", await File.ReadAllTextAsync(Path.Combine(run, "summary.md")), StringComparison.Ordinal);
        string[] table = await File.ReadAllLinesAsync(Path.Combine(run, "series.csv"));
        Assert.All(table, line => Assert.Equal(table[0].Count(static c => c == ','), line.Count(static c => c == ',')));
        Assert.Equal(json.RootElement.GetProperty("steps")[0].GetProperty("succeeded").GetInt64(), table.Skip(1).Select(static line => line.Split(',')).Where(static cells => cells[2] == "put").Sum(static cells => long.Parse(cells[3], CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task Prometheus_may_ask_while_a_run_goes_on()
    {
        int port = Random.Shared.Next(20_000, 30_000);
        Uri address = new($"http://127.0.0.1:{port}/");
        Task<(int Exit, string Output, string Error)> run = RunAsync("raw-put", "memory:", "--rate", "100/s", "--duration", "4s", "--prometheus", address.ToString());
        using HttpClient client = new();
        string text = "";
        const string Put = "fireproofbench_load_calls_total\\{[^}]*outcome=\"success\",step=\"put\"\\} [1-9]";
        while (!run.IsCompleted && !(text.Contains("fireproofbench_load_latency_seconds{", StringComparison.Ordinal) && Regex.IsMatch(text, Put)))
        {
            try
            {
                text = await client.GetStringAsync(new Uri(address, "metrics"));
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }

            await Task.Delay(50);
        }

        Assert.Contains("fireproofbench_load_latency_seconds{", text, StringComparison.Ordinal);
        Assert.Matches(Put, text);
        Assert.Matches("fireproofbench_load_anomalies_total\\{[^}]*kind=\"lost-update\"\\} 0", text);
        Assert.Equal(0, (await run).Exit);
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync(new Uri(address, "metrics")));
    }

    [Fact]
    public async Task A_broken_threshold_is_exit_code_1()
    {
        (int exit, string output, _) = await RunAsync("raw-put", "memory:", "--rate", "100/s", "--duration", "1s", "--threshold", "rate(put) > 100000");
        Assert.Equal(1, exit);
        Assert.Contains("BROKEN rate(put) > 100000 (measured", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_stores_take_turns_and_are_compared()
    {
        (int exit, string output, string error) = await RunAsync("raw-put", "memory:", "--against", "memory:", "--pairs", "2", "--writers", "2", "--duration", "500ms", "--seed", "7");
        Assert.True(exit is 0 or 1, output + error);
        Assert.Contains("2 runs against 2", output, StringComparison.Ordinal);
        Assert.Contains("run 4 of 4 is done", error, StringComparison.Ordinal);
        foreach ((string side, int[] seeds) in new[] { ("base", new[] { 7, 10 }), ("new", [8, 9]) })
            Assert.Equal(seeds.Select(static seed => $"-{seed}"), Directory.GetDirectories(Path.Combine(Results, "turns-raw-put-7", side)).Select(static run => run[run.LastIndexOf('-')..]).OrderBy(static seed => seed.Length).ThenBy(static seed => seed, StringComparer.Ordinal));
        (exit, _, error) = await RunAsync("raw-put", "memory:", "--against", "memory:", "--seed", "7");
        Assert.Equal(2, exit);
        Assert.Contains("is there already", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("raw-put is what?", "raw-putt", "memory:", "there is no scenario 'raw-putt'")]
    [InlineData("no URL", "raw-put", null, "load needs the URL of a store")]
    [InlineData("virtual", "raw-put", "sim:strong", "lives in virtual time")]
    [InlineData("two models", "raw-put", "memory:", "give one of the three", "--rate", "5/s", "--writers", "3")]
    [InlineData("rate", "raw-put", "memory:", "--rate: 'inject 5 30s': '5' is no rate", "--rate", "5")]
    [InlineData("negative rate", "raw-put", "memory:", "'-5/s' is no rate", "--rate", "-5/s")]
    [InlineData("nobody", "raw-put", "memory:", "'0' is no load", "--writers", "0")]
    [InlineData("too many", "raw-put", "memory:", "'20000' is no whole number of copies up to 10,000", "--writers", "20000")]
    [InlineData("no workers", "raw-put", "memory:", "--workers: 1 to 10000", "--rate", "5/s", "--workers", "0")]
    [InlineData("too long", "raw-put", "memory:", "--size: a length from 128 bytes to 64 MiB", "--size", "65MiB")]
    [InlineData("too many items", "raw-get", "memory:", "--items: 1 to 10000000", "--items", "10000001")]
    [InlineData("one device", "sync-lag", "memory:", "sync-lag needs at least 2 devices", "--writers", "1")]
    [InlineData("size", "raw-put", "memory:", "--size: a length from 128 bytes", "--size", "5B")]
    [InlineData("prometheus", "raw-put", "memory:", "--prometheus: 'here' is no address such as", "--prometheus", "here")]
    [InlineData("items", "raw-get", "memory:", "--items: 1 to", "--items", "0")]
    [InlineData("arrivals", "raw-get", "memory:", "neither constant nor poisson", "--arrivals", "often")]
    [InlineData("start in the past", "raw-put", "memory:", "--start-at: 2020-01-01T00:00:00Z is over; it is 2", "--start-at", "2020-01-01T00:00:00Z")]
    [InlineData("start far away", "raw-put", "memory:", "is more than 24 hours ahead", "--start-at", "2999-01-01T00:00Z")]
    [InlineData("start in no form", "raw-put", "memory:", "--start-at: 'noon' is no time such as 2026-12-01T02:00:00Z", "--start-at", "noon")]
    [InlineData("start of another zone", "raw-put", "memory:", "(ISO 8601, UTC)", "--start-at", "2999-01-01T00:00:00+01:00")]
    [InlineData("no feed", "raw-put", "memory:", "--feed: 'none.csv' cannot be read", "--feed", "none.csv")]
    [InlineData("a feed of nothing", "raw-put", "memory:", "--feed: '/dev/null': it has no row", "--feed", "/dev/null")]
    [InlineData("a feed for nobody", "raw-list", "memory:", "--feed: raw-list takes no data from rows. These do: concurrent-writers,", "--feed", "none.csv")]
    [InlineData("two sizes", "raw-put", "memory:", "give one of them", "--feed", "none.csv", "--size", "1KiB")]
    [InlineData("order of a feed", "raw-put", "memory:", "'often' is none of circular, random and constant", "--feed-order", "often")]
    [InlineData("order without a feed", "raw-put", "memory:", "give that too", "--feed-order", "random")]
    [InlineData("read back by itself", "raw-get", "memory:", "--verify: raw-get looks at all contents by itself. These read back a part: raw-put.", "--verify", "all")]
    [InlineData("read back what?", "raw-put", "memory:", "--verify: 'most' is neither all nor a number", "--verify", "most")]
    [InlineData("threshold", "raw-get", "memory:", "there is no step 'put'; the scenario has get", "--threshold", "p99(put) < 5ms")]
    public async Task What_cannot_be_run_is_refused_before_anything_is_written(string what, string scenario, string? store, string reason, params string[] more)
    {
        Assert.NotEmpty(what);
        (int exit, _, string error) = await RunAsync([scenario, .. store is null ? Array.Empty<string>() : [store], .. more]);
        Assert.Equal(2, exit);
        Assert.Contains(reason, error, StringComparison.Ordinal);
        Assert.True(!Directory.Exists(Results) || Directory.GetDirectories(Results).Length == 0);
    }

    [Fact]
    public async Task A_prefix_that_is_not_empty_is_refused_and_left_as_it_is()
    {
        string store = Path.Combine(_folder.FullName, "store");
        string mine = Path.Combine(store, "load-0000000000000009", "mine");
        Directory.CreateDirectory(Path.GetDirectoryName(mine)!);
        await File.WriteAllTextAsync(mine, "mine");
        (int exit, _, string error) = await RunAsync("raw-put", store, "--seed", "9", "--duration", "1s");
        Assert.Equal(2, exit);
        Assert.Contains("Take another --seed, or remove them.", error, StringComparison.Ordinal);
        Assert.Equal("mine", await File.ReadAllTextAsync(mine));
    }

    [Fact]
    public async Task A_planned_start_stands_in_the_result_beside_the_actual_one()
    {
        DateTimeOffset start = new(DateTime.UtcNow.AddSeconds(3).Ticks / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond, TimeSpan.Zero);
        string text = start.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        (int exit, string output, string error) = await RunAsync("raw-put", "memory:", "--writers", "1", "--duration", "500ms", "--warm-up", "200ms", "--start-at", text);
        Assert.True(exit == 0, output + error);
        Assert.Contains($"waits until {start.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC", error, StringComparison.Ordinal);
        using JsonDocument json = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(Assert.Single(Directory.GetDirectories(Results)), "run.json")));
        DateTimeOffset actual = json.RootElement.GetProperty("loadStartedAt").GetDateTimeOffset();
        Assert.Equal(start, json.RootElement.GetProperty("plannedStartAt").GetDateTimeOffset());
        Assert.InRange(actual - start, TimeSpan.FromMilliseconds(-5), TimeSpan.FromSeconds(5));
        Assert.Equal(TimeSpan.FromMilliseconds(200), json.RootElement.GetProperty("startedAt").GetDateTimeOffset() - actual);
        (exit, _, error) = await RunAsync("raw-put", "memory:", "--against", "memory:", "--start-at", "2999-01-01T00:00:00Z");
        Assert.Equal(2, exit);
        Assert.Contains("--start-at", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("concurrent-writers", "title,text\none,first\ntwo,second\n")]
    [InlineData("compaction", "{\"title\":\"one\",\"tags\":[1,2.5]}\n{\"title\":\"two\"}")]
    [InlineData("game", "title\none\n")]
    [InlineData("raw-put", "size\n200\n3000\n")]
    [InlineData("raw-get", "{\"size\":200}\n{\"size\":3000}")]
    public async Task Contents_of_the_user_s_own_rows_are_verified_as_others(string scenario, string rows)
    {
        string feed = Path.Combine(_folder.FullName, "rows.txt");
        await File.WriteAllTextAsync(feed, rows);
        (int exit, string output, string error) = await RunAsync(scenario, "memory:", "--feed", feed, "--feed-order", "random", "--writers", "2", "--duration", "1s", "--items", "30", "--seed", "7");
        Assert.True(exit == 0, output + error);
        Assert.Contains("No anomaly", output, StringComparison.Ordinal);
        string run = Assert.Single(Directory.GetDirectories(Results));
        using JsonDocument json = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(run, "run.json")));
        JsonElement told = json.RootElement.GetProperty("settings").GetProperty("feed");
        Assert.Equal(("rows.txt", "random", 64), (told.GetProperty("name").GetString(), told.GetProperty("order").GetString(), told.GetProperty("sha256").GetString()!.Length));
        Assert.Contains("rows of rows.txt, random", await File.ReadAllTextAsync(Path.Combine(run, "report.html")), StringComparison.Ordinal);
        JsonElement step = json.RootElement.GetProperty("steps")[0];
        if (scenario.StartsWith("raw", StringComparison.Ordinal))
            Assert.InRange(step.GetProperty("bytes").GetDouble() / step.GetProperty("succeeded").GetDouble(), 300, 2900);
    }

    private Task<(int Exit, string Output, string Error)> RunAsync(params string[] arguments)
    {
        string[] results = arguments.Contains("--list") ? [] : ["--results", Results];
        return CommandLineRun.OfAsync(["load", .. arguments, .. results]);
    }
}
