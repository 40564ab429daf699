using FireproofBench.Load.Recording;
using FireproofBench.Load.Running;

namespace FireproofBench.Properties.Load;

/// <summary>A run that tells nobody.</summary>
internal sealed class UnheardRun : ILoadObserver
{
    /// <inheritdoc/>
    public void Preparing(string what, double? share)
    {
    }

    /// <inheritdoc/>
    public void Ended(IntervalRow row)
    {
    }

    /// <inheritdoc/>
    public void Keep(string step, TimeSpan at, TimeSpan length, StepTotals totals)
    {
    }
}
