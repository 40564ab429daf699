namespace FireproofBench.Load.Comparing;

/// <summary>What is taken for noise.</summary>
internal sealed record ComparisonOptions
{
    /// <summary>How much a median, a mean or a rate may change.</summary>
    public double CentreTolerance { get; init; } = 0.05;

    /// <summary>How much a tail may change: tails are noisier.</summary>
    public double TailTolerance { get; init; } = 0.15;

    /// <summary>A latency that changed by less is as it was, whatever share of it that is.</summary>
    public TimeSpan Floor { get; init; } = TimeSpan.FromMicroseconds(20);

    /// <summary>A share of lost calls that changed by no more is as it was: a thousandth.</summary>
    public double LossFloor { get; init; } = 0.001;

    /// <summary>A share of slow calls that changed by no more is as it was: a two-hundredth of all calls.</summary>
    public double SlowFloor { get; init; } = 0.005;

    /// <summary>How sure a verdict is: so much of the resampled changes lies in the interval.</summary>
    public double Confidence { get; init; } = 0.99;

    /// <summary>How often is resampled.</summary>
    public int Resamples { get; init; } = 2000;

    /// <summary>Decides the resampling.</summary>
    public long Seed { get; init; } = 1;
}
