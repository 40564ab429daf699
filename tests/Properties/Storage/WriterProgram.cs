using System.Globalization;
using FireproofBench.Engine;
using FireproofBench.Engine.Documents;
using FireproofBench.Gateways;
using FireproofBench.Gateways.Entropy;
using FireproofBench.Gateways.Filesystem;
using FireproofBench.Properties.Reference;

namespace FireproofBench.Properties.Storage;

/// <summary>
/// Puts, deletes, bulks and compactions without end. Before each write it says what it is about to do, <c>? number id id…</c> (a delete:
/// <c>! number id</c>), and after it <c>= number</c>: then the write must survive whatever comes.
/// </summary>
internal static class WriterProgram
{
    /// <summary>How many documents a writer changes in turn.</summary>
    public const int Documents = 40;

    public static async Task<int> RunAsync(WriterOrder order)
    {
        await using Stream output = Console.OpenStandardOutput();
        await using var acknowledgements = new StreamWriter(output) { AutoFlush = true };
        if (await Console.In.ReadLineAsync() is not { } line)
            return 0;
        long first = long.Parse(line, CultureInfo.InvariantCulture);
        await using Database database = await OpenAsync(order);
        var dice = new SeededDice(order.Seed);
        for (long number = first; number < first + order.Writes; number++)
        {
            if (dice.Chance(order.CompactsInPercent))
                await database.CompactAsync();
            await WriteAsync(database, dice, order.Prefix, number, acknowledgements);
            await acknowledgements.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"= {number}"));
        }

        return 0;
    }

    /// <summary>Opens the database of an order, as the writer does.</summary>
    public static ValueTask<Database> OpenAsync(WriterOrder order, CompactionMode compaction = CompactionMode.Automatic)
    {
        GatewayOptions gateway = new() { Time = TimeProvider.System, Entropy = SystemEntropy.Instance, Durability = order.Durability };
        return Database.OpenAsync(
            WriterOrder.DatabaseName,
            new FolderDeviceStore(order.Folder, WriterOrder.DatabaseName, gateway),
            new DatabaseOptions { KeyBag = new FolderKeyBag(order.KeyBag, gateway), Entropy = SystemEntropy.Instance, Compaction = compaction });
    }

    private static async Task WriteAsync(Database database, SeededDice dice, string prefix, long number, StreamWriter acknowledgements)
    {
        string NextId() => prefix + dice.Next(Documents).ToString("d2", CultureInfo.InvariantCulture);

        Task TellAsync(string what, IEnumerable<string> ids) =>
            acknowledgements.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{what} {number} {string.Join(' ', ids)}"));

        // Now and then a large document, so that merges are large enough to be made beside the writes.
        Document NextDocument(string id) => Document.Parse(
            string.Create(CultureInfo.InvariantCulture, $$"""{"_id":"{{id}}","n":{{number}},"pad":"{{new string('p', dice.Chance(10) ? 40_000 : dice.Next(400))}}"}"""));

        switch (dice.Next(10))
        {
            case 0:
                string gone = NextId();
                await TellAsync("!", [gone]);
                Check(await database.DeleteAsync(gone));
                break;
            case 1:
                string[] ids = [.. Enumerable.Range(0, 2 + dice.Next(8)).Select(_ => NextId()).Distinct()];
                await TellAsync("?", ids);
                Check(await database.PutManyAsync([.. ids.Select(NextDocument)]));
                break;
            default:
                string id = NextId();
                await TellAsync("?", [id]);
                Check(await database.PutAsync(NextDocument(id)));
                break;
        }
    }

    // Writers on one folder follow each other: two heads would mean that one did not see the other's commit.
    private static void Check(PutResult written)
    {
        if (written.Heads.Length != 1)
            throw new InvalidOperationException($"{written.Heads.Length} heads after a write");
    }
}
