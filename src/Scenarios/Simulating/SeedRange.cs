using System.Globalization;

namespace FireproofBench.Scenarios.Simulating;

/// <summary>Seeds from one to another, both among them.</summary>
/// <param name="From">The first.</param>
/// <param name="To">The last; not before the first.</param>
internal readonly record struct SeedRange(long From, long To)
{
    /// <summary>How many they are.</summary>
    public long Count => To - From + 1;

    /// <summary>Reads <c>FROM..TO</c>, or one number for that seed alone.</summary>
    /// <returns>False for anything else, and for a range that is empty.</returns>
    public static bool TryParse(string text, out SeedRange range)
    {
        string[] ends = text.Split("..", 2);
        bool isRange = long.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out long from);
        long to = from;
        if (ends.Length == 2)
            isRange &= long.TryParse(ends[1], NumberStyles.None, CultureInfo.InvariantCulture, out to);
        range = new SeedRange(from, to);
        return isRange && from <= to && to < long.MaxValue;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{From}..{To}");
}
