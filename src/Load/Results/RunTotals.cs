using System.Collections.Immutable;
using System.Text.Json;
using FireproofBench.Conformance.Measuring;

namespace FireproofBench.Load.Results;

/// <summary>All that a run measured, with its whole histograms, so that several that went on side by side can be told as one. Latencies are merged as histograms: percentiles of percentiles would be none.</summary>
internal sealed record RunTotals
{
    private const string Intended = ".intended";
    private const string Actual = ".actual";

    /// <summary>What it was.</summary>
    public required RunKind Kind { get; init; }

    /// <summary>When the measured part began; of several the first.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>How long there was load; of several from the first start to the last end.</summary>
    public required TimeSpan Loaded { get; init; }

    /// <summary>Its steps.</summary>
    public required ImmutableArray<RunTotalsStep> Steps { get; init; }

    /// <summary>Arrivals for which no worker was free, and no room to wait.</summary>
    public required long Dropped { get; init; }

    /// <summary>Iterations that were given up.</summary>
    public required long Unfinished { get; init; }

    /// <summary>Anomalies, by their names.</summary>
    public required ImmutableSortedDictionary<string, long> Anomalies { get; init; }

    /// <summary>Requests, the preparation and the check at the end included.</summary>
    public required RequestCounts Requests { get; init; }

    /// <summary>Bytes of objects that were sent.</summary>
    public required long Sent { get; init; }

    /// <summary>Bytes of objects that came.</summary>
    public required long Received { get; init; }

    /// <summary>Reads the folder of a run.</summary>
    /// <exception cref="InvalidDataException">It is none, or damaged; the message says what and where.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static RunTotals Read(string folder)
    {
        RunSummary summary = RunSummary.Read(folder);
        Dictionary<string, Latencies> latencies = new(StringComparer.Ordinal);
        HistogramLog.ReadFile(System.IO.Path.Combine(folder, LoadFolder.HistogramFile), (tag, _, _, histogram) =>
        {
            if (!latencies.TryGetValue(tag, out Latencies? all))
                latencies[tag] = all = new Latencies();
            foreach (HdrHistogram.Iteration.HistogramIterationValue value in histogram.RecordedValues())
                all.Record(value.ValueIteratedTo, value.CountAtValueIteratedTo);
        });
        return RunFile.Read(folder, run => Of(summary, run, latencies));
    }

    /// <summary>Several runs as one: counts are added up, histograms merged, and so are the rates, since the runs went on at the same time.</summary>
    /// <param name="runs">The runs, at least one. They stay as they are.</param>
    /// <exception cref="InvalidDataException">They are of different scenarios, steps, plans or numbers, or one had ended when another began.</exception>
    public static RunTotals Merge(IReadOnlyList<RunTotals> runs)
    {
        RunTotals first = runs[0];
        foreach (RunTotals run in runs)
        {
            if (run.Kind.Scenario != first.Kind.Scenario || !run.Steps.Select(static step => step.Name).SequenceEqual(first.Steps.Select(static step => step.Name)))
                throw new InvalidDataException($"a run is {run.Kind.Scenario}, and another {first.Kind.Scenario}: only runs of one scenario can be told as one");
            if ((run.Kind.Plan, run.Kind.Settings) != (first.Kind.Plan, first.Kind.Settings))
                throw new InvalidDataException($"a run is of {run.Kind.Plan} ({run.Kind.Settings}), and another of {first.Kind.Plan} ({first.Kind.Settings}): only runs of the same load can be told as one");
        }

        DateTimeOffset started = runs.Min(static run => run.Started);
        if (runs.Max(static run => run.Started) >= runs.Min(static run => run.Started + run.Loaded))
            throw new InvalidDataException("a run had ended when another began: only runs that went on side by side can be told as one");
        return first with
        {
            Started = started,
            Loaded = runs.Max(static run => run.Started + run.Loaded) - started,
            Steps = [.. first.Steps.Select((_, i) => RunTotalsStep.Merge([.. runs.Select(run => run.Steps[i])]))],
            Dropped = runs.Sum(static run => run.Dropped),
            Unfinished = runs.Sum(static run => run.Unfinished),
            Anomalies = runs.SelectMany(static run => run.Anomalies).GroupBy(static pair => pair.Key, StringComparer.Ordinal)
                .ToImmutableSortedDictionary(static name => name.Key, static name => name.Sum(static pair => pair.Value), StringComparer.Ordinal),
            Requests = runs.Select(static run => run.Requests).Aggregate(static (sum, one) => new RequestCounts(
                sum.Put + one.Put, sum.Get + one.Get, sum.Head + one.Head, sum.Delete + one.Delete, sum.List + one.List, sum.Retried + one.Retried)),
            Sent = runs.Sum(static run => run.Sent),
            Received = runs.Sum(static run => run.Received),
        };
    }

    private static RunTotals Of(RunSummary summary, JsonElement run, Dictionary<string, Latencies> latencies)
    {
        JsonElement requests = run.GetProperty("requests");
        return new RunTotals
        {
            Kind = summary.Kind,
            Started = summary.Started,
            Loaded = summary.Loaded,
            Steps = [.. run.GetProperty("steps").EnumerateArray().Select(step => StepOf(step, latencies))],
            Dropped = run.GetProperty("dropped").GetInt64(),
            Unfinished = run.GetProperty("unfinished").GetInt64(),
            Anomalies = run.GetProperty("anomalies").EnumerateObject().ToImmutableSortedDictionary(static pair => pair.Name, static pair => pair.Value.GetInt64(), StringComparer.Ordinal),
            Requests = new RequestCounts(Count(requests, "put"), Count(requests, "get"), Count(requests, "head"), Count(requests, "delete"), Count(requests, "list"), Count(requests, "retried")),
            Sent = summary.Sent,
            Received = summary.Received,
        };
    }

    private static RunTotalsStep StepOf(JsonElement step, Dictionary<string, Latencies> latencies)
    {
        string name = step.GetProperty("name").GetString()!;
        StepTotals totals = new() { Bytes = step.GetProperty("bytes").GetInt64() };
        totals.Intended.Add(latencies.GetValueOrDefault(name + Intended) ?? new Latencies());
        totals.Actual.Add(latencies.GetValueOrDefault(name + Actual) ?? new Latencies());
        foreach (JsonProperty error in step.GetProperty("errors").EnumerateObject())
            totals.Fail(error.Name, error.Value.GetInt64());
        return new RunTotalsStep(name, totals, step.GetProperty("perSecond").GetDouble());
    }

    // Older results do not say how many were repeated.
    private static long Count(JsonElement requests, string kind) => kind != "retried" || requests.TryGetProperty(kind, out _) ? requests.GetProperty(kind).GetInt64() : 0;
}
