using System.Collections.Immutable;

namespace FireproofBench.Load.Simulations;

/// <summary>The load of a run: a warm-up that is not measured, then stretches one after the other.</summary>
/// <param name="Simulations">The stretches.</param>
/// <param name="WarmUp">How long, before them, the load is as at the start of the first; nothing of that is in the results.</param>
/// <param name="Arrivals">How the arrivals of its open stretches are spread.</param>
internal sealed record LoadPlan(ImmutableArray<LoadSimulation> Simulations, TimeSpan WarmUp = default, Arrivals Arrivals = Arrivals.Constant)
{
    /// <summary>Most arrivals a second.</summary>
    public const double MaxRate = 1_000_000;

    /// <summary>Most copies.</summary>
    public const int MaxCopies = 10_000;

    /// <summary>Longest stretch.</summary>
    public static readonly TimeSpan MaxDuration = TimeSpan.FromDays(7);

    /// <summary>How long the measured part is.</summary>
    public TimeSpan Duration => Simulations.Aggregate(TimeSpan.Zero, static (sum, simulation) => sum + simulation.Duration);

    /// <summary>The warm-up, where there is one, and then the measured stretches.</summary>
    public IEnumerable<LoadSimulation> All => WarmUp > TimeSpan.Zero ? Simulations.Prepend(Simulations[0].WarmUp(WarmUp)) : Simulations;

    /// <summary>The most copies that a closed stretch keeps; 0 without any.</summary>
    public int MostCopies => Simulations.Max(static simulation => simulation.Copies is { } copies ? Math.Max(copies.From, copies.To) : 0);

    /// <summary>Whether there is an open stretch.</summary>
    public bool HasArrivals => Simulations.Any(static simulation => simulation.Rate is not null);
}
