namespace FireproofBench.Load.Pacing;

/// <summary>When the iterations of an open stretch are to begin, planned ahead: nothing that the store does moves them.</summary>
/// <remarks>
/// A unit process (1, 2, 3 … or sums of exponential gaps) is stretched by the inverse of the expected number of arrivals. For a rate that goes in a straight line from a to b over d seconds,
/// Λ(t) = at + (b - a)t²/2d, and so t = 2u / (a + √(a² + 2u(b - a)/d)). See Lewis and Shedler, "Simulation of nonhomogeneous Poisson processes by thinning" (1979), section 1.
/// </remarks>
/// <param name="rate">Arrivals a second at the start and at the end.</param>
/// <param name="duration">How long the stretch is.</param>
/// <param name="arrivals">How they are spread.</param>
/// <param name="dice">What is left to chance.</param>
internal sealed class ArrivalSchedule((double From, double To) rate, TimeSpan duration, Arrivals arrivals, Dice dice)
{
    private readonly double _slope = (rate.To - rate.From) / duration.TotalSeconds;
    private readonly double _expected = (rate.From + rate.To) / 2 * duration.TotalSeconds;
    private double _unit = arrivals == Arrivals.Constant ? 0 : Gap(dice);

    /// <summary>The next arrival, from the start of the stretch; null when it is over.</summary>
    public TimeSpan? Next()
    {
        if (_unit >= _expected)
            return null;
        double seconds = _unit == 0 ? 0 : 2 * _unit / (rate.From + Math.Sqrt(Math.Max(0, (rate.From * rate.From) + (2 * _unit * _slope))));
        _unit += arrivals == Arrivals.Constant ? 1 : Gap(dice);
        return TimeSpan.FromSeconds(seconds);
    }

    private static double Gap(Dice dice) => -Math.Log(1 - dice.Fraction());
}
