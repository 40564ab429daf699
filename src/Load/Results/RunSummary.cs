using System.Collections.Immutable;
using System.Text.Json;

namespace FireproofBench.Load.Results;

/// <summary>What <c>run.json</c> says of a run, without its histograms.</summary>
internal sealed record RunSummary
{
    private const double MaxMilliseconds = 1e12;

    /// <summary>The folder of the run.</summary>
    public required string Path { get; init; }

    /// <summary>What it has in common with other runs of its kind.</summary>
    public required RunKind Kind { get; init; }

    /// <summary>Whether it is an open model: then its rate is what was asked for.</summary>
    public required bool HasArrivals { get; init; }

    /// <summary>When the measured part began.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>How much of the measured part had load.</summary>
    public required TimeSpan Loaded { get; init; }

    /// <summary>The version of the tool.</summary>
    public required string Version { get; init; }

    /// <summary>Its steps.</summary>
    public required ImmutableArray<StepSummary> Steps { get; init; }

    /// <summary>Anomalies of all kinds.</summary>
    public required long Anomalies { get; init; }

    /// <summary>Requests of all kinds.</summary>
    public required long Requests { get; init; }

    /// <summary>Bytes of objects that were sent.</summary>
    public required long Sent { get; init; }

    /// <summary>Bytes of objects that came.</summary>
    public required long Received { get; init; }

    /// <summary>Whether all its thresholds held, and it ran to its end.</summary>
    public required bool IsWell { get; init; }

    /// <summary>Reads the folder of a run.</summary>
    /// <exception cref="InvalidDataException">It is none, or damaged; the message says what and where.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static RunSummary Read(string folder) => RunFile.Read(folder, run => Of(folder, run));

    private static RunSummary Of(string folder, JsonElement run)
    {
        string plan = Text(run, "plan");
        return new RunSummary
        {
            Path = folder,
            Kind = new RunKind(Text(run, "scenario"), Text(run, "provider"), Text(run, "url"), plan, run.GetProperty("settings").GetRawText()),
            HasArrivals = LoadPlanText.Read(plan).Any(static simulation => simulation.Rate is not null),
            Started = run.GetProperty("startedAt").GetDateTimeOffset(),
            Loaded = LoadedOf(run, plan),
            Version = Text(run, "version"),
            Steps = [.. run.GetProperty("steps").EnumerateArray().Select(StepSummary.Of)],
            Anomalies = Sum(run.GetProperty("anomalies")),
            Requests = Sum(run.GetProperty("requests")),
            Sent = run.GetProperty("sentBytes").GetInt64(),
            Received = run.GetProperty("receivedBytes").GetInt64(),
            IsWell = !run.GetProperty("interrupted").GetBoolean() && run.GetProperty("thresholds").EnumerateArray().All(static threshold => threshold.GetProperty("holds").GetBoolean()),
        };
    }

    // Older results do not say it: as long as was planned, unless it ended before.
    private static TimeSpan LoadedOf(JsonElement run, string plan)
    {
        if (run.TryGetProperty("loadedMs", out JsonElement loaded))
            return Milliseconds(loaded);
        TimeSpan planned = new LoadPlan(LoadPlanText.Read(plan)).Duration;
        TimeSpan measured = Milliseconds(run.GetProperty("measuredMs"));
        return measured < planned ? measured : planned;
    }

    private static TimeSpan Milliseconds(JsonElement number) => number.GetDouble() is >= 0 and <= MaxMilliseconds and var milliseconds
        ? TimeSpan.FromMilliseconds(milliseconds)
        : throw new FormatException($"{number.GetRawText()} is no time of a run in milliseconds");

    private static string Text(JsonElement run, string name) => run.GetProperty(name).GetString()!;

    private static long Sum(JsonElement counts) => counts.EnumerateObject().Sum(static count => count.Value.GetInt64());
}
