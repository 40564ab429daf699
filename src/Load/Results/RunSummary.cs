using System.Collections.Immutable;
using System.Text;
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

    /// <summary>Arrivals for which no worker was free, and no room to wait.</summary>
    public long Dropped { get; init; }

    /// <summary>Iterations that were given up.</summary>
    public long Unfinished { get; init; }

    /// <summary>Whether it had load, and ran to its end without a fault of its own; what did not cannot be compared with what did.</summary>
    public required bool IsWhole { get; init; }

    /// <summary>Calls of a step that did not succeed. With the first step, which begins each iteration, also those of iterations that were dropped, or did not end and are in no step's failures.</summary>
    /// <param name="step">One of its steps.</param>
    public long LostOf(StepSummary step) =>
        step.Failed + (step == Steps[0] ? Dropped + Math.Max(0, Unfinished - Steps.Sum(static one => one.GivenUp)) : 0);

    /// <summary>Reads the folder of a run.</summary>
    /// <exception cref="InvalidDataException">It is none, or damaged; the message says what and where.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static RunSummary Read(string folder) => RunFile.Read(folder, run => Of(folder, run));

    private static RunSummary Of(string folder, JsonElement run)
    {
        string plan = Text(run, "plan");
        TimeSpan loaded = LoadedOf(run, plan);
        ImmutableArray<StepSummary> steps = [.. run.GetProperty("steps").EnumerateArray().Select(StepSummary.Of)];
        if (steps.IsEmpty)
            throw new FormatException("a run has steps, and none are in it");
        return new RunSummary
        {
            Path = folder,
            Kind = KindOf(run, plan, steps),
            HasArrivals = LoadPlanText.Read(plan).Any(static simulation => simulation.Rate is not null),
            Started = run.GetProperty("startedAt").GetDateTimeOffset(),
            Loaded = loaded,
            Version = Text(run, "version"),
            Steps = steps,
            Anomalies = Sum(run.GetProperty("anomalies")),
            Requests = Sum(run.GetProperty("requests")),
            Sent = run.GetProperty("sentBytes").GetInt64(),
            Received = run.GetProperty("receivedBytes").GetInt64(),
            Dropped = Count(run, "dropped"),
            Unfinished = Count(run, "unfinished"),
            IsWhole = loaded > TimeSpan.Zero && !run.GetProperty("interrupted").GetBoolean() && run.GetProperty("endedEarly").ValueKind == JsonValueKind.Null
                && !(run.TryGetProperty("fault", out JsonElement fault) && fault.ValueKind != JsonValueKind.Null),
        };
    }

    private static RunKind KindOf(JsonElement run, string plan, ImmutableArray<StepSummary> steps) =>
        new(Text(run, "scenario"), Text(run, "provider"), Text(run, "url"), plan, Compact(run.GetProperty("settings")))
        {
            Arrivals = Text(run, "arrivals"),
            Workers = run.GetProperty("workers").GetInt32(),
            WarmUp = Milliseconds(run.GetProperty("warmUpMs")),
            Steps = string.Join(", ", steps.Select(static step => step.Name)),
        };

    // Without the lines and blanks, which say nothing.
    private static string Compact(JsonElement json)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter writer = new(bytes))
            json.WriteTo(writer);
        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
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

    private static string Text(JsonElement run, string name) => run.GetProperty(name).GetString() ?? throw new FormatException($"'{name}' is null, and has to be a text");

    private static long Count(JsonElement run, string name) => run.GetProperty(name).GetInt64();

    private static long Sum(JsonElement counts) => counts.EnumerateObject().Sum(static count => count.Value.GetInt64());
}
