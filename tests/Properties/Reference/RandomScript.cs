using System.Collections.Immutable;
using System.Globalization;

namespace FireproofBench.Properties.Reference;

/// <summary>A script at random, with what any engine must show after it.</summary>
/// <param name="Seed">Gives the same script again.</param>
/// <param name="Steps">The steps. Fewer commits than the reference engine's automatic compaction needs, whose moment is not determined.</param>
/// <param name="Documents">What each id must be afterwards: DAG-JSON, or null for a tombstone.</param>
internal sealed record RandomScript(ulong Seed, ImmutableArray<ScriptStep> Steps, ImmutableSortedDictionary<string, string?> Documents)
{
    private const int MostSteps = 30;

    // Ids that share prefixes split the shards of a pail in every way; blanks and the last printable character are its borders.
    private static readonly string[] Ids =
    [
        "a", "ab", "abc", "abcd", "abd", "b", "doc-001", "doc-002", "doc-003", "doc-010", "doc-011", "doc-1", "doc", "d", "~~", " ", " x",
        new('x', 300), new string('x', 300) + "y",
    ];

    /// <summary>Makes the script of a seed.</summary>
    public static RandomScript Create(ulong seed)
    {
        SeededDice dice = new(seed);
        ImmutableArray<ScriptStep>.Builder steps = ImmutableArray.CreateBuilder<ScriptStep>();
        ImmutableSortedDictionary<string, string?>.Builder documents = ImmutableSortedDictionary.CreateBuilder<string, string?>(StringComparer.Ordinal);
        for (int count = 1 + dice.Next(MostSteps); count > 0; count--)
            steps.Add(NextStep(dice, documents));
        return new RandomScript(seed, steps.ToImmutable(), documents.ToImmutable());
    }

    /// <summary>The seed and the steps, to be read in the message of a failed test.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"seed {Seed}:\n{string.Join('\n', Steps)}");

    private static ScriptStep NextStep(SeededDice dice, ImmutableSortedDictionary<string, string?>.Builder documents)
    {
        switch (dice.Next(20))
        {
            case < 10:
                return new ScriptStep.Put(NextDocument(dice, documents));
            case < 14:
                string deleted = dice.Pick(Ids);
                documents[deleted] = null;
                return new ScriptStep.Delete(deleted);
            case < 17:
                return new ScriptStep.Bulk([.. Enumerable.Range(0, 1 + dice.Next(12)).Select(_ => NextDocument(dice, documents))]);
            case 17:
                return new ScriptStep.Compact();
            default:
                return new ScriptStep.Reopen();
        }
    }

    /// <summary>Mostly a new version; now and then the one that is there, which changes nothing in the clock.</summary>
    private static string NextDocument(SeededDice dice, ImmutableSortedDictionary<string, string?>.Builder documents)
    {
        string id = dice.Pick(Ids);
        if (dice.Chance(15) && documents.TryGetValue(id, out string? same) && same is not null)
            return same;
        string document = RandomDocument.Create(dice, id);
        documents[id] = document;
        return document;
    }
}
