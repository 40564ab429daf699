using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using System.Net;
using FireproofBench.Load.Recording;
using FireproofBench.Load.Results;
using FireproofBench.Load.Running;
using FireproofBench.Scenarios.CommandLine;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace FireproofBench.Scenarios.Loading;

/// <summary>
/// Exports the figures of a run while it goes on: to Prometheus, which asks, and by OTLP to where <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> says. Counters are of the whole run, gauges of the last
/// interval; nothing is done in the path that is measured.
/// </summary>
internal sealed class LoadTelemetry : ILoadObserver, IDisposable
{
    private const string Name = "fireproofbench.load";
    private const int PushMilliseconds = 5000;
    private static readonly string[] s_pushVariables = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"];

    private readonly Meter _meter = new(Name);
    private readonly MeterProvider? _provider;
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, (long Succeeded, long Failed, long Bytes)> _steps = new(StringComparer.Ordinal);
    private readonly SortedDictionary<AnomalyKind, long> _anomalies = [];
    private readonly SortedDictionary<string, long> _events = new(StringComparer.Ordinal);
    private IntervalRow? _last;
    private long _dropped;

    /// <summary>Begins to export.</summary>
    /// <param name="manifest">The run, which the figures are labelled with.</param>
    /// <param name="prometheus">Where Prometheus may ask, such as <c>http://127.0.0.1:9464/</c>; null for nowhere.</param>
    /// <exception cref="UsageException">That address cannot be listened on.</exception>
    public LoadTelemetry(LoadManifest manifest, Uri? prometheus)
    {
        bool pushes = s_pushVariables.Any(static name => Environment.GetEnvironmentVariable(name) is { Length: > 0 });
        if (!pushes && prometheus is null)
            return;
        AddInstruments();
        MeterProviderBuilder builder = Sdk.CreateMeterProviderBuilder()
            .AddMeter(Name)
            .ConfigureResource(resource => resource.AddService("fireproofbench", serviceVersion: manifest.Version).AddAttributes(
            [
                new("load.scenario", manifest.Scenario.Name),
                new("load.provider", manifest.Provider),
                new("load.seed", manifest.Seed),
            ]));
        if (pushes)
            builder.AddOtlpExporter(static (_, reader) => reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds ??= PushMilliseconds);
        if (prometheus is not null)
            builder.AddPrometheusHttpListener(listener => (listener.Host, listener.Port) = (prometheus.Host, prometheus.Port));
        try
        {
            _provider = builder.Build();
        }
        catch (HttpListenerException failure)
        {
            _meter.Dispose();
            throw new UsageException($"--prometheus: {prometheus} cannot be listened on: {failure.Message}");
        }
    }

    /// <inheritdoc/>
    public void Preparing(string what, double? share)
    {
    }

    /// <inheritdoc/>
    public void Ended(IntervalRow row)
    {
        lock (_lock)
        {
            _last = row;
            _dropped += row.Dropped;
            foreach (StepRow step in row.Steps)
            {
                (long succeeded, long failed, long bytes) = _steps.GetValueOrDefault(step.Step);
                _steps[step.Step] = (succeeded + step.Succeeded, failed + step.Failed, bytes + step.Bytes);
            }

            foreach ((AnomalyKind kind, long count) in row.Anomalies)
                _anomalies[kind] = _anomalies.GetValueOrDefault(kind) + count;
            foreach ((string name, long count) in row.Events)
                _events[name] = _events.GetValueOrDefault(name) + count;
        }
    }

    /// <inheritdoc/>
    public void Keep(string step, TimeSpan at, TimeSpan length, StepTotals totals)
    {
    }

    /// <summary>Exports what is left, and ends.</summary>
    public void Dispose()
    {
        _provider?.Dispose();
        _meter.Dispose();
    }

    private void AddInstruments()
    {
        _ = _meter.CreateObservableCounter($"{Name}.calls", () => Read(Calls), description: "Calls of the run so far, by step and outcome.");
        _ = _meter.CreateObservableCounter($"{Name}.content", () => Read(Contents), "By", "Bytes of content that successful calls moved.");
        _ = _meter.CreateObservableCounter($"{Name}.anomalies", () => Read(Anomalies), description: "Anomalies, by kind.");
        _ = _meter.CreateObservableCounter($"{Name}.dropped", () => Read(Dropped), description: "Arrivals for which no worker was free, and no room to wait.");
        _ = _meter.CreateObservableCounter($"{Name}.engine_events", () => Read(Events), description: "What the engine did, such as commits, merges and compactions.");
        _ = _meter.CreateObservableGauge($"{Name}.latency", () => Read(Latencies), "s", "Latencies of the last interval, by step, start and quantile.");
        _ = _meter.CreateObservableGauge($"{Name}.generator_lateness", () => Read(Lateness), "s", "How late the generator itself was in the last interval.");
        _ = _meter.CreateObservableGauge($"{Name}.engine", () => Read(Gauges), description: "What the scenario shows of the engine.");
    }

    private T[] Read<T>(Func<IEnumerable<T>> measurements)
    {
        lock (_lock)
            return [.. measurements()];
    }

    private IEnumerable<Measurement<long>> Calls() => _steps.SelectMany(static step => new Measurement<long>[]
    {
        new(step.Value.Succeeded, new("step", step.Key), new("outcome", "success")),
        new(step.Value.Failed, new("step", step.Key), new("outcome", "failure")),
    });

    private IEnumerable<Measurement<long>> Contents() => _steps.Select(static step => new Measurement<long>(step.Value.Bytes, new KeyValuePair<string, object?>("step", step.Key)));

    private IEnumerable<Measurement<long>> Anomalies() =>
        Enum.GetValues<AnomalyKind>().Select(kind => new Measurement<long>(_anomalies.GetValueOrDefault(kind), new KeyValuePair<string, object?>("kind", LoadJson.Name(kind))));

    private IEnumerable<Measurement<long>> Events() => _events.Select(static pair => new Measurement<long>(pair.Value, new KeyValuePair<string, object?>("event", pair.Key)));

    private IEnumerable<Measurement<long>> Dropped() => [new(_dropped)];

    private IEnumerable<Measurement<double>> Latencies() => (_last?.Steps ?? []).SelectMany(static step => Quantiles(step.Intended, "intended").Concat(Quantiles(step.Actual, "actual")).Select(one =>
        new Measurement<double>(one.Seconds, new("step", step.Step), new("start", one.Start), new("quantile", one.Quantile))));

    private IEnumerable<Measurement<double>> Lateness() => _last is null ? [] : Quantiles(_last.Generator, "intended").Select(static one =>
        new Measurement<double>(one.Seconds, new KeyValuePair<string, object?>("quantile", one.Quantile)));

    private IEnumerable<Measurement<double>> Gauges() => (_last?.Gauges ?? ImmutableSortedDictionary<string, double>.Empty).Select(static gauge => new Measurement<double>(gauge.Value, new KeyValuePair<string, object?>("gauge", gauge.Key)));

    // Without calls there is no latency, and zero would be one.
    private static IEnumerable<(double Seconds, string Start, string Quantile)> Quantiles(LatencySummary latencies, string start) => latencies.Count == 0 ? [] :
    [
        (latencies.P50.TotalSeconds, start, "0.5"),
        (latencies.P90.TotalSeconds, start, "0.9"),
        (latencies.P99.TotalSeconds, start, "0.99"),
        (latencies.P999.TotalSeconds, start, "0.999"),
        (latencies.Max.TotalSeconds, start, "1"),
    ];
}
