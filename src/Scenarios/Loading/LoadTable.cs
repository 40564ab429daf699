using System.Collections.Immutable;
using System.Globalization;
using FireproofBench.Load.Recording;
using FireproofBench.Load.Results;
using Spectre.Console;

namespace FireproofBench.Scenarios.Loading;

/// <summary>A run on a terminal while it goes on: a bar, the steps of the last interval with the calls so far, what the engine shows, and what went wrong.</summary>
/// <param name="title">What is run.</param>
/// <param name="duration">How long the measured part is to be.</param>
/// <param name="hasArrivals">Whether there is a generator whose lateness matters.</param>
internal sealed class LoadTable(string title, TimeSpan duration, bool hasArrivals)
{
    private const int BarWidth = 24;
    private readonly SortedDictionary<AnomalyKind, long> _anomalies = [];
    private long[] _calls = [];
    private long[] _failed = [];
    private long _dropped;

    /// <summary>Draws it after an interval.</summary>
    /// <param name="row">The interval.</param>
    /// <param name="width">Columns of the terminal.</param>
    /// <param name="inColour">Whether colours may be used.</param>
    /// <returns>Its lines, each ended.</returns>
    public string Draw(IntervalRow row, int width, bool inColour)
    {
        Count(row);
        using StringWriter lines = new(CultureInfo.InvariantCulture);
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = inColour ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = inColour ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(lines),
        });

        // A line as wide as the terminal would break on some.
        console.Profile.Width = Math.Max(20, width - 1);
        console.MarkupLine(Progress(row));
        console.Write(Steps(row));
        if (row.Gauges.Count + row.Events.Count > 0)
        {
            IEnumerable<(string Name, double Value)> shown = row.Events.Select(static pair => (pair.Key, (double)pair.Value)).Concat(row.Gauges.Select(static gauge => (gauge.Key, gauge.Value)));
            console.MarkupLine(string.Join("   ", shown.Select(static one => string.Create(CultureInfo.InvariantCulture, $"[grey]{Markup.Escape(one.Name)}[/] {one.Value:#,##0.##}"))));
        }

        console.MarkupLine(Trouble(row));
        return lines.ToString();
    }

    private void Count(IntervalRow row)
    {
        if (_calls.Length == 0)
            (_calls, _failed) = (new long[row.Steps.Length], new long[row.Steps.Length]);
        for (int i = 0; i < row.Steps.Length; i++)
        {
            _calls[i] += row.Steps[i].Succeeded;
            _failed[i] += row.Steps[i].Failed;
        }

        _dropped += row.Dropped;
        foreach ((AnomalyKind kind, long count) in row.Anomalies)
            _anomalies[kind] = _anomalies.GetValueOrDefault(kind) + count;
    }

    private string Progress(IntervalRow row)
    {
        double done = Math.Clamp((row.At + row.Length) / duration, 0, 1);
        int full = (int)(done * BarWidth);
        string when = row.At < TimeSpan.Zero ? "warm-up" : string.Create(CultureInfo.InvariantCulture, $"{(row.At + row.Length).TotalSeconds:0} s of {duration.TotalSeconds:0}");
        return $"[bold]{Markup.Escape(title)}[/]  [green]{new string('█', full)}[/][grey]{new string('░', BarWidth - full)}[/] {when}";
    }

    private Table Steps(IntervalRow row)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumn("step");
        foreach (string head in new[] { "a second", "p50", "p99", "max", "calls", "failed" })
            table.AddColumn(new TableColumn(head).RightAligned().NoWrap());
        ImmutableArray<StepRow> steps = row.Steps;
        for (int i = 0; i < steps.Length; i++)
        {
            LatencySummary latencies = steps[i].Intended;
            table.AddRow(
                Markup.Escape(steps[i].Step),
                string.Create(CultureInfo.InvariantCulture, $"{steps[i].Succeeded / Math.Max(row.Length.TotalSeconds, 1e-9):N0}"),
                latencies.Count > 0 ? LoadText.Latency(latencies.P50) : "–",
                latencies.Count > 0 ? LoadText.Latency(latencies.P99) : "–",
                latencies.Count > 0 ? LoadText.Latency(latencies.Max) : "–",
                string.Create(CultureInfo.InvariantCulture, $"{_calls[i]:N0}"),
                _failed[i] == 0 ? "0" : string.Create(CultureInfo.InvariantCulture, $"[red]{_failed[i]:N0}[/]"));
        }

        return table;
    }

    private string Trouble(IntervalRow row)
    {
        List<string> parts = [_anomalies.Count == 0 ? "[green]no anomaly[/]" : $"[red bold]{string.Join(", ", _anomalies.Select(static seen => string.Create(CultureInfo.InvariantCulture, $"{seen.Value:N0} {LoadJson.Name(seen.Key)}")))}[/]"];
        if (_dropped > 0)
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"[red]{_dropped:N0} arrivals dropped[/]"));
        if (hasArrivals)
            parts.Add($"[grey]generator late[/] p99 {LoadText.Latency(row.Generator.P99)}");
        return string.Join("   ", parts);
    }
}
