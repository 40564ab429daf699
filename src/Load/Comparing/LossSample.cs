namespace FireproofBench.Load.Comparing;

/// <summary>How many calls of a step were lost in several runs, ready to be resampled.</summary>
internal sealed class LossSample
{
    private readonly (long Lost, long All)[] _runs;

    /// <summary>A sample of all runs as they are.</summary>
    public LossSample(IEnumerable<MeasuredStep> runs)
    {
        _runs = [.. runs.Select(static run => (run.Lost, run.Lost + run.Succeeded))];
        All = _runs.Sum(static run => run.All);
    }

    /// <summary>Calls that succeeded, failed, were dropped or did not end.</summary>
    public long All { get; }

    /// <summary>Those that did not succeed, as a share of all; 0 for none.</summary>
    public double Share => All == 0 ? 0 : (double)_runs.Sum(static run => run.Lost) / All;

    /// <summary>The share with runs drawn with replacement, and as many lost calls in each as chance gives it: runs of a store that now and then has a bad one.</summary>
    public double DrawRuns(Dice dice) => ShareOf(Enumerable.Range(0, _runs.Length).Select(_ => _runs[dice.Below(_runs.Length)]), dice);

    /// <summary>The share of these very runs, with as many lost calls in each as chance gives it: a bad run among them is no mood that could be averaged away.</summary>
    public double Draw(Dice dice) => ShareOf(_runs, dice);

    private static double ShareOf(IEnumerable<(long Lost, long All)> runs, Dice dice)
    {
        (double Lost, double All) sum = default;
        foreach ((long lost, long all) in runs)
            sum = (sum.Lost + DrawLost(lost, all, dice), sum.All + all);
        return sum.All > 0 ? sum.Lost / sum.All : 0;
    }

    // The normal distribution in place of the binomial one: below ten lost calls nothing is said anyway.
    private static double DrawLost(long lost, long all, Dice dice)
    {
        if (lost == 0 || lost == all)
            return lost;
        double normal = Math.Sqrt(-2 * Math.Log(1 - dice.Fraction())) * Math.Cos(2 * Math.PI * dice.Fraction());
        return Math.Clamp(lost + (normal * Math.Sqrt(lost * (1 - ((double)lost / all)))), 0, all);
    }
}
