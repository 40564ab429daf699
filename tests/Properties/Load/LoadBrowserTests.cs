using System.Globalization;
using System.Text.Json.Nodes;
using FireproofBench.Properties.CommandLine;
using FireproofBench.Properties.Endpoint.Cloud;
using FireproofBench.Properties.Fixtures;
using Xunit;

namespace FireproofBench.Properties.Load;

/// <summary>The pages of load in a real browser: on a wide screen, on a narrow one, and on paper.</summary>
/// <remarks>FIREPROOFBENCH_TEST_PAGES names a folder for pictures of the pages.</remarks>
public sealed class LoadBrowserTests : IDisposable
{
    private const int Wide = 1400;
    private const int Narrow = 380;

    // A4 without its margins, in CSS pixels.
    private const int Paper = 718;

    private static readonly TimeSpan s_drawnWithin = TimeSpan.FromSeconds(20);

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_page_of_a_run_is_whole_on_a_wide_screen_a_narrow_one_and_paper()
    {
        string results = _folder.At("results");
        await RunAsync("load", "concurrent-writers", _folder.At("store"), "--writers", "4", "--duration", "3s", "--size", "500B", "--threshold", "p99(put) < 10s", "--results", results);
        await LookAsync("load", Path.Combine(Assert.Single(Directory.GetDirectories(results)), "report.html"), "throughput", "latency", "percentiles", "distribution", "event-0", "gauge-0");
    }

    [Fact]
    public async Task The_page_of_a_run_that_never_had_load_is_whole_too()
    {
        string results = _folder.At("results");
        (int exit, _, _) = await CommandLineRun.OfAsync("load", "raw-get", "memory:", "--items", "10000", "--max-requests", "100", "--results", results);
        Assert.Equal(2, exit);
        await LookAsync("load-without-load", Path.Combine(Assert.Single(Directory.GetDirectories(results)), "report.html"));
    }

    [Fact]
    public async Task The_page_over_runs_is_whole_on_a_wide_screen_a_narrow_one_and_paper()
    {
        string results = _folder.At("results");
        for (int run = 0; run < 8; run++)
            await RunAsync("load", "raw-put", "memory:", "--writers", "2", "--duration", "300ms", "--size", "1KiB", "--seed", (run + 1).ToString(CultureInfo.InvariantCulture), "--results", results);
        await RunAsync("report", results);
        await LookAsync("trend", Path.Combine(results, "trend.html"), "trend-0-0", "trend-0-1");
    }

    private static async Task RunAsync(params string[] arguments)
    {
        (int exit, string output, string error) = await CommandLineRun.OfAsync(arguments);
        Assert.True(exit == 0, output + error);
    }

    private async Task LookAsync(string name, string file, params string[] charts)
    {
        await using Chromium chromium = await Chromium.StartAsync(_folder.At("profile"));
        foreach ((string view, int width) in new[] { ("wide", Wide), ("narrow", Narrow), ("paper", Paper) })
        {
            await using BrowserPage page = await chromium.OpenAsync(width, 900);
            await page.GoAsync(new Uri(file));
            foreach (string chart in charts)
                await page.WaitAsync($"document.querySelector('#{chart} canvas') !== null", s_drawnWithin);
            if (view == "paper")
                await page.ShowAsPaperAsync();
            await KeepAsync($"{name}-{view}.png", await page.CaptureAsync(isWhole: true));
            Assert.Equal("", page.Complaints);
            Assert.All(page.Requests, static asked => Assert.StartsWith("file:", asked.Replace("data:", "file:", StringComparison.Ordinal), StringComparison.Ordinal));
            Assert.Equal("", await ReadAsync(page, TooWide));
            Assert.Equal("", await ReadAsync(page, Empty));
            if (view != "paper")
                continue;
            byte[] printed = await page.PrintAsync();
            Assert.True(printed.AsSpan().StartsWith("%PDF-"u8));
            await KeepAsync($"{name}.pdf", printed);
        }
    }

    // What stands out to the right of the page, unless it is in a box that can be scrolled.
    private const string TooWide = """
        [...document.body.querySelectorAll("*")]
          .filter((one) => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1 && !one.closest(".scroll, pre, .u-hz, .skip, canvas"))
          .map((one) => `${one.tagName} ${one.className} ${one.textContent.slice(0, 40)}`)
          .concat(document.documentElement.scrollWidth > document.documentElement.clientWidth ? [`${document.documentElement.scrollWidth} wide`] : [])
          .join("; ")
        """;

    // Charts that are shown and have nothing drawn in them.
    private const string Empty = """
        [...document.querySelectorAll("figure.chart:not([hidden]) canvas")]
          .filter((one) => one.width === 0 || one.height === 0 || !new Uint32Array(one.getContext("2d").getImageData(0, 0, one.width, one.height).data.buffer).some((pixel) => pixel !== 0))
          .map((one) => one.closest("figure").textContent.slice(0, 40))
          .join("; ")
        """;

    private static async Task<string> ReadAsync(BrowserPage page, string expression) => (await page.EvaluateAsync(expression) as JsonValue)!.GetValue<string>();

    private static async Task KeepAsync(string name, byte[] picture)
    {
        if (Environment.GetEnvironmentVariable("FIREPROOFBENCH_TEST_PAGES") is { Length: > 0 } folder)
            await File.WriteAllBytesAsync(Path.Combine(folder, name), picture, Token);
    }
}
