using System.Globalization;

namespace FireproofBench.Simulation.Network;

/// <summary>A cache on the way from a store that holds damaged copies for a while: whoever asks again gets the same one again. Which files, and when, follows from the seed, not from the requests.</summary>
/// <param name="seed">The seed of the run.</param>
/// <param name="label">Whose way, and where from.</param>
/// <param name="time">The clock of the world.</param>
internal sealed class DamagedCopies(long seed, string label, VirtualTime time)
{
    // One file in so many, for the first part of each turn.
    private const int OneIn = 3;
    private static readonly TimeSpan s_turn = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_while = TimeSpan.FromSeconds(8);

    /// <summary>Where the copy of a file is damaged now.</summary>
    /// <param name="key">The file.</param>
    /// <returns>Dice that throw the same for each request of this while; null when the copy is whole.</returns>
    public Dice? Find(string key)
    {
        long turn = time.Elapsed.Ticks / s_turn.Ticks;
        if (time.Elapsed - (s_turn * turn) >= s_while)
            return null;
        Dice dice = new(seed, string.Create(CultureInfo.InvariantCulture, $"copy {label} {turn} {key}"));
        return dice.OneIn(OneIn) ? dice : null;
    }
}
