using System.Globalization;
using FireproofBench.Engine.Documents;

namespace FireproofBench.Peers;

/// <summary>The documents of the comparison: the same as those of documents.mjs, letter by letter.</summary>
internal static class BenchmarkDocuments
{
    private const string Letters = "abcdefghijklmnopqrstuvwxyz 01234";

    /// <summary>The id of a document.</summary>
    public static string IdOf(int number) => string.Create(CultureInfo.InvariantCulture, $"doc-{number:D6}");

    /// <summary>Documents from a number on, each of about <paramref name="size"/> bytes when it is encoded.</summary>
    public static Document[] Create(int count, int size, int from = 0)
    {
        var documents = new Document[count];
        for (int i = 0; i < count; i++)
            documents[i] = Create(from + i, size);
        return documents;
    }

    /// <summary>Numbers below <paramref name="below"/> in an order without pattern.</summary>
    public static IEnumerable<int> Picks(int below)
    {
        uint state = 20261122;
        while (true)
        {
            state = Next(state);
            yield return (int)((ulong)state * (ulong)below >> 32);
        }
    }

    private static Document Create(int number, int size)
    {
        uint seed = (uint)(number + 1) * 2654435761;
        string body = Text(seed ^ 0x5bd1e995, Math.Max(0, size - 90));
        return Document.Parse(string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"_id":"{{IdOf(number)}}","n":{{number}},"group":"g{{number % 50}}","name":"{{Text(seed, 20)}}","body":"{{body}}"}"""));
    }

    private static string Text(uint seed, int length) => string.Create(length, seed, static (text, state) =>
    {
        foreach (ref char letter in text)
        {
            state = Next(state);
            letter = Letters[(int)(state >> 27)];
        }
    });

    private static uint Next(uint state) => unchecked((state * 1664525) + 1013904223);
}
