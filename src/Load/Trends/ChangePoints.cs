using System.Collections.Immutable;

namespace FireproofBench.Load.Trends;

/// <summary>Finds where the values of a series changed for good.</summary>
/// <remarks>
/// E-divisive with means: the place that parts a stretch best by the energy distance of its sides is a change when few of all permutations can be parted as well, and then each side is looked at
/// by itself (Matteson and James 2014, "A nonparametric approach for multiple change point analysis of multivariate data"; for regressions of a benchmark: Daly and others 2020, "The use of change
/// point detection to identify software performance regressions in a continuous integration system"). Distances are of logarithms, so that what counts is the ratio.
/// </remarks>
internal static class ChangePoints
{
    /// <summary>The fewest values on a side: one alone may be a mood of the machine.</summary>
    public const int LeastSide = 2;

    private const int LeastPermutations = 999;
    private const int MostPermutations = 99_999;

    /// <summary>How often chance parts values of one level as well as these can be parted at their best, 0 to 1; 1 when that is more often than asked for.</summary>
    /// <param name="values">The values, as for <see cref="Of"/>.</param>
    /// <param name="most">What is more often is not counted on.</param>
    /// <param name="finest">How small a chance has to be told from others, 0 to 1.</param>
    /// <param name="seed">For the permutations.</param>
    public static double ChanceOf(IReadOnlyList<double> values, double most, double finest, long seed)
    {
        double[] logarithms = Logarithms(values);
        return Part(logarithms) is { } best ? Chance(logarithms, best.Distance, PermutationsFor(finest), most, new Dice(seed, "chances")) : 1;
    }

    /// <summary>The places at which a new level begins, in their order.</summary>
    /// <param name="values">The values, above zero, oldest first. Each stands for itself: what is alike for another reason than its level has to be one value.</param>
    /// <param name="tolerance">A level that differs by no more than this share is the same.</param>
    /// <param name="floor">A level that differs by no more than this is the same.</param>
    /// <param name="significance">How often a stretch of one level may be parted by chance, 0 to 1. Whoever looks at many series has to share it out among them.</param>
    /// <param name="seed">For the permutations.</param>
    public static ImmutableArray<int> Of(IReadOnlyList<double> values, double tolerance, double floor, double significance, long seed)
    {
        int permutations = PermutationsFor(significance);
        double[] logarithms = Logarithms(values);
        Dice dice = new(seed, "permutations");
        List<int> found = [];
        Stack<(int From, int To)> stretches = new([(0, values.Count)]);
        while (stretches.TryPop(out (int From, int To) stretch))
        {
            if (Part(logarithms.AsSpan(stretch.From, stretch.To - stretch.From)) is not { } best || Chance(logarithms[stretch.From..stretch.To], best.Distance, permutations, significance, dice) > significance)
                continue;
            int place = stretch.From + best.Place;
            found.Add(place);
            stretches.Push((stretch.From, place));
            stretches.Push((place, stretch.To));
        }

        // A level is judged against the one before it: what parts by chance and differs little is no change.
        ImmutableArray<int>.Builder kept = ImmutableArray.CreateBuilder<int>();
        int begin = 0;
        found.Sort();
        for (int i = 0; i < found.Count; i++)
        {
            double before = Median(values, begin, found[i]);
            double after = Median(values, found[i], i + 1 < found.Count ? found[i + 1] : values.Count);
            if (Math.Abs((after / before) - 1) <= tolerance || Math.Abs(after - before) <= floor)
                continue;
            kept.Add(found[i]);
            begin = found[i];
        }

        return kept.ToImmutable();
    }

    /// <summary>The median of some values in a row.</summary>
    public static double Median(IReadOnlyList<double> values, int from, int to)
    {
        double[] sorted = [.. values.Skip(from).Take(to - from).Order()];
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }

    // The place that parts best. The sums go along with the place: a value that changes sides moves its distances.
    private static (int Place, double Distance)? Part(ReadOnlySpan<double> values)
    {
        int n = values.Length;
        if (n < 2 * LeastSide)
            return null;
        double within = 0;
        double between = 0;
        double beyond = 0;
        for (int i = 0; i < n; i++)
        {
            for (int j = i + 1; j < n; j++)
                beyond += Math.Abs(values[i] - values[j]);
        }

        (int Place, double Distance) best = (0, double.NegativeInfinity);
        for (int place = 1; place <= n - LeastSide; place++)
        {
            double moved = values[place - 1];
            for (int i = 0; i < place - 1; i++)
            {
                within += Math.Abs(moved - values[i]);
                between -= Math.Abs(moved - values[i]);
            }

            for (int i = place; i < n; i++)
            {
                between += Math.Abs(moved - values[i]);
                beyond -= Math.Abs(moved - values[i]);
            }

            if (place < LeastSide)
                continue;
            double left = place;
            double right = n - place;
            double energy = (2 * between / (left * right)) - (2 * within / (left * (left - 1))) - (2 * beyond / (right * (right - 1)));
            double distance = left * right / n * energy;
            if (distance > best.Distance)
                best = (place, distance);
        }

        return best;
    }

    private static double[] Logarithms(IReadOnlyList<double> values) => [.. values.Select(static value => Math.Log(Math.Max(value, double.Epsilon)))];

    // Enough of them that one as good can be too many, and one alone is not.
    private static int PermutationsFor(double significance) => (int)Math.Clamp(Math.Ceiling(2 / significance), LeastPermutations, MostPermutations);

    private static double Chance(double[] values, double distance, int permutations, double most, Dice dice)
    {
        int asGood = 1;
        for (int permutation = 0; permutation < permutations; permutation++)
        {
            // Fisher and Yates, in place.
            for (int i = values.Length - 1; i > 0; i--)
            {
                int other = dice.Below(i + 1);
                (values[i], values[other]) = (values[other], values[i]);
            }

            // Sums of the same numbers in another order differ in their last digits.
            if (Part(values)!.Value.Distance >= distance - (1e-9 * Math.Abs(distance)) && ++asGood > most * (permutations + 1))
                return 1;
        }

        return asGood / (permutations + 1.0);
    }
}
