using System.Collections.Immutable;
using System.Globalization;
using FireproofBench.Load.Results;
using FireproofBench.Load.Trends;

namespace FireproofBench.Scenarios.Loading;

/// <summary>Tells how figures went over runs, in lines and as Markdown.</summary>
internal static class TrendText
{
    private const int VersionDigits = 7;

    /// <summary>A series a block: its kind, how many runs, the newest figures, and where a level changed.</summary>
    public static IEnumerable<string> Markdown(ImmutableArray<TrendSeries> all)
    {
        RunKindNames names = new(all.Select(static series => series.Kind));
        yield return "# Load over time";
        yield return "";
        yield return "| scenario | store | load | runs | newest | figure | newest value | changes |";
        yield return "|---|---|---|---|---|---|---|---|";
        foreach (TrendSeries series in all)
        {
            foreach (TrendMetric metric in series.Metrics)
            {
                string changes = string.Join("; ", metric.Changes.Select(change => Of(series, metric, change)));
                yield return string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {series.Kind.Scenario} | {names.StoreOf(series.Kind)} | {names.LoadOf(series.Kind)} | {series.Older + series.Runs.Length} | {Day(series.Runs[^1].Started)} | {metric.Name} | {Figure(metric, metric.Values[^1])} | {changes} |");
            }
        }
    }

    /// <summary>A change in a sentence.</summary>
    public static string Of(TrendSeries series, TrendMetric metric, TrendChange change)
    {
        RunSummary run = series.Runs[change.Run];

        // Of shares most are zero, and nothing is so many per cent of that.
        string much = metric.Unit == " %" ? "" : string.Create(CultureInfo.InvariantCulture, $" by {Math.Abs(change.Ratio - 1) * 100:0.#} %");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{metric.Name} {(change.After > change.Before ? "rose" : "fell")}{much} with run {series.Older + change.Run + 1} of {Day(run.Started)} ({Short(run.Version)}), from {Figure(metric, change.Before)} to {Figure(metric, change.After)}{(change.IsMended ? "; mended since" : "")}");
    }

    /// <summary>A value in the unit of its figure; a dash for none.</summary>
    public static string Figure(TrendMetric metric, double? value) => value is not { } known ? "–"
        : metric.Unit == " ms" ? LoadText.Latency(TimeSpan.FromMilliseconds(known))
        : string.Create(CultureInfo.InvariantCulture, $"{known:#,##0.##}{metric.Unit}");

    /// <summary>The day of a run.</summary>
    public static string Day(DateTimeOffset when) => when.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>A version with so much of its commit as tells it from others.</summary>
    public static string Short(string version) => version.IndexOf('+', StringComparison.Ordinal) is >= 0 and var plus && version.Length > plus + 1 + VersionDigits ? version[..(plus + 1 + VersionDigits)] : version;

    /// <summary>A number of things.</summary>
    public static string Count(int number, string thing) => string.Create(CultureInfo.InvariantCulture, $"{number:N0} {thing}{(number == 1 ? "" : "s")}");
}
