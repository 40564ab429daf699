using System.Globalization;
using System.Text.RegularExpressions;

namespace FireproofBench.Load.Judging;

/// <summary>What a run has to keep: <c>p99(put) &lt; 200ms</c>, <c>rate(put) >= 500/s</c>, <c>errors(put) &lt; 0.1%</c>, <c>anomalies == 0</c>.</summary>
/// <param name="Text">As it was written.</param>
/// <param name="Metric">What is measured.</param>
/// <param name="Percentile">Which percentile; 0 for other metrics.</param>
/// <param name="Step">Of which step; null for all.</param>
/// <param name="IsActual">Whether latencies are from the actual start.</param>
/// <param name="Comparison">How it has to compare.</param>
/// <param name="Limit">With what: seconds, a number, a number a second, or a share.</param>
internal sealed partial record Threshold(string Text, ThresholdMetric Metric, double Percentile, string? Step, bool IsActual, string Comparison, double Limit)
{
    /// <summary>What thresholds look like, for messages and help.</summary>
    public const string Form = "METRIC(STEP) < VALUE, such as 'p99(put) < 200ms', 'max(get, actual) < 1s', 'rate(put) >= 500/s', 'errors < 0.1%', 'anomalies == 0', 'dropped == 0', 'lateness < 1ms'";

    /// <summary>Whether it is about latencies, which only calls have that succeeded.</summary>
    public bool IsLatency => IsOfLatency(Metric);

    /// <summary>Reads one.</summary>
    /// <param name="text">The text.</param>
    /// <param name="steps">The steps that there are.</param>
    /// <exception cref="FormatException">It is none; the message says why.</exception>
    public static Threshold Read(string text, IReadOnlyCollection<string> steps)
    {
        Match match = Grammar().Match(text);
        if (!match.Success)
            throw new FormatException($"'{text}' is no threshold: {Form}");
        (ThresholdMetric metric, double percentile) = ReadMetric(match.Groups["metric"].Value, text);
        string? step = match.Groups["step"] is { Success: true, Value: var named } ? named : null;
        bool isActual = match.Groups["actual"].Success;
        if (step is not null && !IsOfStep(metric))
            throw new FormatException($"'{text}': {match.Groups["metric"].Value} is of the whole run, not of a step");
        if (step is not null && !steps.Contains(step))
            throw new FormatException($"'{text}': there is no step '{step}'; the scenario has {string.Join(", ", steps)}");
        if (step is null && IsOfLatency(metric) && steps.Count > 1)
            throw new FormatException($"'{text}': of which step? The scenario has {string.Join(", ", steps)}");
        if (isActual && !IsOfLatency(metric))
            throw new FormatException($"'{text}': only latencies are from the intended or the actual start");
        double limit = ReadLimit(metric, match.Groups["value"].Value, match.Groups["unit"].Value, text, out bool isShare);
        return new Threshold(text.Trim(), isShare ? ThresholdMetric.ErrorShare : metric, percentile, step, isActual, match.Groups["comparison"].Value, limit);
    }

    /// <summary>Whether a figure keeps it.</summary>
    public bool Holds(double figure) => Comparison switch
    {
        "<" => figure < Limit,
        "<=" => figure <= Limit,
        ">" => figure > Limit,
        ">=" => figure >= Limit,
        "==" => figure == Limit,
        _ => figure != Limit,
    };

    private static bool IsOfLatency(ThresholdMetric metric) => metric is ThresholdMetric.Percentile or ThresholdMetric.Mean or ThresholdMetric.Max;

    private static bool IsOfStep(ThresholdMetric metric) =>
        IsOfLatency(metric) || metric is ThresholdMetric.Rate or ThresholdMetric.Count or ThresholdMetric.Errors or ThresholdMetric.ByteRate;

    private static (ThresholdMetric Metric, double Percentile) ReadMetric(string name, string text)
    {
        if (name[0] == 'p' && double.TryParse(name[1..], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double percentile) && percentile is > 0 and <= 100)
            return (ThresholdMetric.Percentile, percentile);
        return name switch
        {
            "mean" => (ThresholdMetric.Mean, 0),
            "max" => (ThresholdMetric.Max, 0),
            "rate" => (ThresholdMetric.Rate, 0),
            "count" => (ThresholdMetric.Count, 0),
            "bytes" => (ThresholdMetric.ByteRate, 0),
            "errors" => (ThresholdMetric.Errors, 0),
            "anomalies" => (ThresholdMetric.Anomalies, 0),
            "dropped" => (ThresholdMetric.Dropped, 0),
            "unfinished" => (ThresholdMetric.Unfinished, 0),
            "lateness" => (ThresholdMetric.Lateness, 0),
            _ => throw new FormatException(
                $"'{text}': there is no metric '{name}'; there are p50, p99.9 and other percentiles, mean, max, rate, count, bytes, errors, anomalies, dropped, unfinished and lateness"),
        };
    }

    private static double ReadLimit(ThresholdMetric metric, string value, string unit, string text, out bool isShare)
    {
        double number = double.Parse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);
        isShare = metric == ThresholdMetric.Errors && unit == "%";
        if (IsOfLatency(metric) || metric == ThresholdMetric.Lateness)
        {
            return unit switch
            {
                "us" or "µs" => number / 1_000_000,
                "ms" => number / 1_000,
                "s" => number,
                _ => throw new FormatException($"'{text}': a latency needs a unit: us, ms or s"),
            };
        }

        if (isShare)
            return number / 100;
        bool isRate = metric is ThresholdMetric.Rate or ThresholdMetric.ByteRate;
        return unit.Length == 0 || (isRate && unit == "/s") ? number : throw new FormatException($"'{text}': '{unit}' is no unit of this metric");
    }

    [GeneratedRegex(@"^\s*(?<metric>[a-z0-9.]+)\s*(\(\s*(?<step>[a-z][a-z0-9-]*)\s*(,\s*(?<actual>actual)\s*)?\))?\s*(?<comparison><=|>=|==|!=|<|>)\s*(?<value>[0-9]+(\.[0-9]+)?)\s*(?<unit>us|µs|ms|s|/s|%)?\s*$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Grammar();
}
