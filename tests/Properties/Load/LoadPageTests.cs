using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using FireproofBench.Load.Judging;
using FireproofBench.Load.Pacing;
using FireproofBench.Load.Recording;
using FireproofBench.Load.Results;
using FireproofBench.Load.Running;
using FireproofBench.Load.Scenarios;
using FireproofBench.Load.Simulations;
using FireproofBench.Scenarios.Loading;
using FireproofBench.Scenarios.Providers;
using Xunit;

namespace FireproofBench.Properties.Load;

public sealed partial class LoadPageTests
{
    private static readonly ImmutableSortedDictionary<string, double> s_gauges = ImmutableSortedDictionary<string, double>.Empty.Add("heads", 3);
    private static readonly LoadAftermath s_after = new(new RequestCounts(2000, 500, 100, 10, 1, 0), 4_000_000, 9_000_000, [], null);

    [Fact]
    public void A_page_tells_thresholds_steps_cost_and_the_run()
    {
        string page = Page(isBroken: false, s_after, ProviderBook.All.First(static one => one.Id == "aws-s3"));
        Assert.Contains("All thresholds held", page, StringComparison.Ordinal);
        Assert.Contains("<code>s3://bucket?a=1&amp;b=2</code>", page, StringComparison.Ordinal);
        Assert.Contains("No anomaly: all contents were as they were written.", page, StringComparison.Ordinal);
        Assert.Contains("inject 100/s 10000ms", page, StringComparison.Ordinal);
        Assert.Contains("<dt>Requests for each put</dt><dd>2.61</dd>", page, StringComparison.Ordinal);
        Assert.Matches("<dt>A million of put, storage not counted</dt><dd>[0-9,.]+ USD at the prices of ", page);
        Assert.Matches("<th scope=\"row\">put</th><td>intended start</td><td class=\"n\">1,000</td><td class=\"n\">100.0</td>", page);
        Assert.Matches("<td>actual start</td>", page);
    }

    [Fact]
    public void A_broken_threshold_and_anomalies_are_seen_at_once()
    {
        string page = Page(isBroken: true, s_after with { Leftovers = ["load-7/x"] }, null);
        Assert.Contains("A threshold broke", page, StringComparison.Ordinal);
        Assert.Contains("<strong>lost-update</strong>: 1", page, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;", page, StringComparison.Ordinal);
        Assert.Contains("no price known", page, StringComparison.Ordinal);
        Assert.Contains("1 objects are left in the store", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Prices_that_the_user_gave_count_in_place_of_the_provider_s()
    {
        KnownProvider provider = ProviderBook.All.First(static one => one.Id == "aws-s3");
        string page = Page(isBroken: false, s_after, provider, LoadPrices.Read("put=1000000,get=0,list=0"));
        Assert.Contains("2,000,000.00 USD at the prices that were given (--prices)", page, StringComparison.Ordinal);
        Assert.DoesNotContain(provider.Name, page, StringComparison.Ordinal);
        Assert.Contains("at the prices that were given", Page(isBroken: false, s_after, null, LoadPrices.Read("put=1,get=1")), StringComparison.Ordinal);
    }

    [Fact]
    public void Each_chart_has_its_place_and_as_many_values_as_places()
    {
        string page = Page(isBroken: true, s_after, null);
        using JsonDocument data = JsonDocument.Parse(ChartData().Match(page).Groups[1].Value);
        Assert.Equal(["throughput", "latency", "percentiles", "distribution", "trouble", "event-0", "event-1", "gauge-0"], data.RootElement.EnumerateArray().Select(static chart => chart.GetProperty("id").GetString()));
        foreach (JsonElement chart in data.RootElement.EnumerateArray())
        {
            Assert.Contains($"<div id=\"{chart.GetProperty("id").GetString()}\"></div>", page, StringComparison.Ordinal);
            Assert.All(chart.GetProperty("series").EnumerateArray(), series => Assert.Equal(chart.GetProperty("x").GetArrayLength(), series.GetProperty("values").GetArrayLength()));
        }

        // A thousand calls say nothing of one in ten thousand.
        double[] places = [.. data.RootElement[2].GetProperty("x").EnumerateArray().Select(static place => place.GetDouble())];
        Assert.Equal((1, 1000), (places[0], Math.Round(places[^1])));
        Assert.All(data.RootElement[2].GetProperty("series")[0].GetProperty("values").EnumerateArray(), static value => Assert.Equal(JsonValueKind.Number, value.ValueKind));
    }

    [Fact]
    public void What_the_engine_did_stands_on_the_axis_of_the_anomalies_and_is_told_in_words()
    {
        string page = Page(isBroken: true, s_after, null);
        Assert.Contains("The engine: commit 900, compaction 1; at most: heads 3.", page, StringComparison.Ordinal);
        Assert.Matches("<li>at [0-9.]+ s: compaction, 35 ms</li>", page);
        using JsonDocument data = JsonDocument.Parse(ChartData().Match(page).Groups[1].Value);
        foreach (JsonElement chart in data.RootElement.EnumerateArray().Where(static chart => chart.GetProperty("xLabel").GetString() == "time"))
            Assert.Equal(1, chart.GetProperty("marks").GetArrayLength());
        JsonElement commits = data.RootElement.EnumerateArray().First(static chart => chart.GetProperty("id").GetString() == "event-0").GetProperty("series")[0];
        Assert.Equal(("commit", 900), (commits.GetProperty("label").GetString(), commits.GetProperty("values")[0].GetInt32()));
    }

    [Fact]
    public void Nothing_but_what_is_in_the_page_may_run_or_be_loaded()
    {
        string page = Page(isBroken: true, s_after, null);
        Assert.Contains("default-src 'none'", page, StringComparison.Ordinal);
        Assert.DoesNotMatch("(src|href)=\"https?:", page);
    }

    private static string Page(bool isBroken, LoadAftermath after, KnownProvider? provider, KnownPrices? prices = null)
    {
        LoadClock clock = new(TimeProvider.System);
        Recorder recorder = new(["put"], clock, 0);
        for (int i = 1; i <= 1000; i++)
        {
            recorder.Begin(i);
            recorder.Arrive(i);
            recorder.Succeed(0, i * 10_000, i, 4096);
        }

        recorder.Fail(0, "Throttled");
        if (isBroken)
            recorder.See(AnomalyKind.LostUpdate, "<script>alert(1)</script>");
        recorder.Count(EngineEvent.Commit, 900);
        recorder.Note(EngineEvent.Compaction, TimeSpan.FromMilliseconds(35));
        IntervalRow row = recorder.Collect(s_gauges, null) with { At = TimeSpan.Zero, Length = TimeSpan.FromSeconds(10) };
        LoadPlan plan = new([new Inject(100, TimeSpan.FromSeconds(10))]);
        LoadManifest manifest = new()
        {
            Scenario = ScenarioBook.Find("raw-put")!,
            Url = "s3://bucket?a=1&b=2",
            Provider = "aws-s3",
            Seed = 7,
            Plan = plan,
            Workers = 16,
            Settings = new ScenarioSettings(),
            Version = "1",
        };
        LoadOutcome outcome = new(DateTimeOffset.UnixEpoch, TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(10), [row], recorder, 0, null, false);
        ImmutableArray<ThresholdResult> judged = ThresholdCheck.Of(outcome, [Threshold.Read("anomalies == 0", recorder.Steps), Threshold.Read("p99(put) < 1s", recorder.Steps)]);
        return Encoding.UTF8.GetString(LoadPage.Of(manifest, outcome, after, judged, provider, prices ?? provider?.Prices));
    }

    [GeneratedRegex("<script type=\"application/json\" id=\"chart-data\">(.*?)</script>", RegexOptions.Singleline)]
    private static partial Regex ChartData();
}
