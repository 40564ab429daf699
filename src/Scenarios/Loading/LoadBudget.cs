using System.Collections.Immutable;
using System.Globalization;
using FireproofBench.Load.Scenarios;
using FireproofBench.Scenarios.Providers;

namespace FireproofBench.Scenarios.Loading;

/// <summary>What the runs of one command may ask of their stores, all together. Safe for any number of callers.</summary>
internal sealed class LoadBudget
{
    private ImmutableArray<(LoadMeter Meter, KnownPrices? Prices)> _runs = [];

    /// <summary>End after that many requests; null for no limit.</summary>
    public long? MaxRequests { get; init; }

    /// <summary>End after that many bytes to and from the stores; null for no limit.</summary>
    public long? MaxBytes { get; init; }

    /// <summary>End when the requests and what was received have cost so many US dollars; null for no limit.</summary>
    public double? MaxCost { get; init; }

    /// <summary>From now on what a run asks for counts too.</summary>
    /// <param name="meter">Counts it.</param>
    /// <param name="prices">The prices of its store; null for none.</param>
    public void Add(LoadMeter meter, KnownPrices? prices) => ImmutableInterlocked.Update(ref _runs, static (runs, run) => runs.Add(run), (meter, prices));

    /// <summary>Why the budget is spent; null as long as it is not.</summary>
    /// <param name="times">So many times as much is allowed as was said.</param>
    public string? Spent(double times = 1)
    {
        long requests = _runs.Sum(static run => run.Meter.Requests.Total);
        if (requests >= MaxRequests * times)
            return string.Create(CultureInfo.InvariantCulture, $"{MaxRequests:N0} requests were made, as many as --max-requests allows");
        if (_runs.Sum(static run => run.Meter.Sent + run.Meter.Received) >= MaxBytes * times)
            return string.Create(CultureInfo.InvariantCulture, $"{MaxBytes:N0} bytes were moved, as many as --max-bytes allows");
        return MaxCost is { } most && Cost() is var cost && cost >= most * times
            ? string.Create(CultureInfo.InvariantCulture, $"{requests:N0} requests and {_runs.Sum(static run => run.Meter.Received):N0} bytes received cost {cost:0.######} US dollars, and --max-cost allows {most:0.######}")
            : null;
    }

    private double Cost() => _runs.Sum(static run => LoadCost.Of(run.Meter.Requests, run.Meter.Received, run.Prices) ?? 0);
}
