using FsCheck;
using FsCheck.Fluent;

namespace FireproofBench.Properties.Clock;

/// <summary>Generates histories of one to twelve events, forked, joined and with diamonds.</summary>
public static class HistoryGraphs
{
    public static Arbitrary<HistoryGraph> Graphs() => Arb.From(
        Gen.Choose(1, 12).SelectMany(static count => Gen.Choose(0, 999).ArrayOf(count * 4).Select(chances => Build(count, chances))),
        static graph => graph.Count > 1 ? [new HistoryGraph([.. graph.Parents.Take(graph.Count - 1)])] : []);

    private static HistoryGraph Build(int count, int[] chances)
    {
        var parents = new List<IReadOnlyList<int>> { Array.Empty<int>() };
        for (int i = 1; i < count; i++)
        {
            ReadOnlySpan<int> mine = chances.AsSpan(i * 4, 4);

            // Mostly one parent, and mostly a late one: long branches with some joins.
            int wanted = mine[0] < 500 ? 1 : mine[0] < 850 ? 2 : 3;
            var chosen = new SortedSet<int>();
            for (int j = 0; j < wanted; j++)
                chosen.Add(mine[1 + j] % 4 == 0 ? mine[1 + j] / 4 % i : i - 1 - Math.Min(i - 1, mine[1 + j] / 4 % 4));
            parents.Add([.. chosen]);
        }

        return new HistoryGraph(parents);
    }
}
