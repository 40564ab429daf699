using System.Collections.Immutable;
using System.Globalization;
using FireproofBench.Engine;
using FireproofBench.Engine.Documents;
using FireproofBench.Properties.Reference;

namespace FireproofBench.Properties.Databases;

/// <summary>One commit of a random history: it can be made on several databases and on a model.</summary>
/// <param name="Writes">Id and canonical JSON; null deletes, and stands alone.</param>
internal sealed record HistoryStep(ImmutableArray<(string Id, string? Json)> Writes)
{
    /// <summary>Ids whose shared prefixes split shards in many ways.</summary>
    public static readonly ImmutableArray<string> Ids =
    [
        "a", "ab", "abc", "abd", "b", " ", "~", "doc", .. Enumerable.Range(0, 24).Select(static i => $"doc-{i:d3}"), new('x', 200), new string('x', 200) + "y",
    ];

    /// <summary>A step at random.</summary>
    /// <param name="dice">Chance.</param>
    /// <param name="mark">Told by the documents, so that equal ones are rare.</param>
    public static HistoryStep Create(SeededDice dice, int mark)
    {
        switch (dice.Next(10))
        {
            case < 2:
                return new HistoryStep([(dice.Pick(Ids), null)]);
            case 2:
                return new HistoryStep([.. Enumerable.Range(0, 2 + dice.Next(10)).Select(i => NextDocument(dice, mark + (i * 1000)))]);
            default:
                return new HistoryStep([NextDocument(dice, mark)]);
        }
    }

    /// <summary>Makes the commit.</summary>
    public async Task<PutResult> TakeAsync(Database database)
    {
        if (Writes.Length > 1)
            return await database.PutManyAsync([.. Writes.Select(static write => Document.Parse(write.Json!))]);
        return Writes[0].Json is { } json ? await database.PutAsync(Document.Parse(json)) : await database.DeleteAsync(Writes[0].Id);
    }

    /// <summary>Makes the same change to a model.</summary>
    public void Apply(SortedDictionary<string, string?> model)
    {
        foreach ((string id, string? json) in Writes)
            model[id] = json;
    }

    private static (string Id, string? Json) NextDocument(SeededDice dice, int mark)
    {
        string id = dice.Pick(Ids);
        string json = string.Create(CultureInfo.InvariantCulture, $$"""{"n":{{mark}},"_id":"{{id}}","text":"{{new string('t', dice.Next(300))}}"}""");
        return (id, Document.Parse(json).ToJson());
    }
}
