using System.Collections.Immutable;
using FireproofBench.Load.Recording;
using FireproofBench.Load.Running;

namespace FireproofBench.Scenarios.Loading;

/// <summary>Several who are told of a run, in their order.</summary>
internal sealed class LoadObservers(params ImmutableArray<ILoadObserver> all) : ILoadObserver
{
    /// <inheritdoc/>
    public void Preparing(string what, double? share)
    {
        foreach (ILoadObserver one in all)
            one.Preparing(what, share);
    }

    /// <inheritdoc/>
    public void Ended(IntervalRow row)
    {
        foreach (ILoadObserver one in all)
            one.Ended(row);
    }

    /// <inheritdoc/>
    public void Keep(string step, TimeSpan at, TimeSpan length, StepTotals totals)
    {
        foreach (ILoadObserver one in all)
            one.Keep(step, at, length, totals);
    }
}
