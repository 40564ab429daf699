using System.Globalization;

namespace FireproofBench.Scenarios.Reporting;

/// <summary>Measured visibility in words: for people and as names of result files.</summary>
internal static class VisibilityText
{
    /// <summary>The name of an effect in result files.</summary>
    public static string NameOf(VisibilityEffect effect) => effect switch
    {
        VisibilityEffect.Create => "create",
        VisibilityEffect.CreateAfterMiss => "create-after-miss",
        VisibilityEffect.Overwrite => "overwrite",
        VisibilityEffect.Delete => "delete",
        VisibilityEffect.ListAfterPut => "list-after-put",
        VisibilityEffect.ListAfterDelete => "list-after-delete",
        _ => "convergence",
    };

    /// <summary>The name of an observer in result files.</summary>
    public static string NameOf(ObserverKind observer) => observer switch
    {
        ObserverKind.SameClient => "same-client",
        ObserverKind.OtherClient => "other-client",
        _ => "other-endpoint",
    };

    /// <summary>The class that was measured: strong when nothing acknowledged was ever unseen.</summary>
    public static string ClassOf(TimeSpan staleness) => staleness == TimeSpan.Zero ? "strong" : "eventual";

    /// <summary>One line for what was declared and measured, and one for each series in which something was unseen for a while.</summary>
    public static IEnumerable<string> Lines(ConformanceReport report)
    {
        if (report.Staleness is not { } longest)
            yield break;
        yield return longest == TimeSpan.Zero
            ? $"Visibility: declared {report.Declared}, measured strong ({report.Visibility.Sum(s => s.Samples)} effects were seen at the first look)."
            : $"Visibility: declared {report.Declared}, measured eventual, up to {Milliseconds(longest)}:";
        foreach (VisibilitySeries series in report.Visibility.Where(s => s.Max > TimeSpan.Zero))
        {
            yield return $"  {NameOf(series.Effect)}, {NameOf(series.Observer)}: p50 {Milliseconds(series.Median)}, p99 {Milliseconds(series.P99)},"
                + $" max {Milliseconds(series.Max)}, n {series.Samples}{(series.Unseen > 0 ? $", {series.Unseen} never seen" : "")}";
        }
    }

    /// <summary>A time in milliseconds.</summary>
    public static string Milliseconds(TimeSpan span) => string.Create(CultureInfo.InvariantCulture, $"{span.TotalMilliseconds:0.#} ms");
}
