using System.Collections.Immutable;
using FireproofBench.Engine;
using FireproofBench.Engine.Documents;
using FireproofBench.Gateways;
using FireproofBench.Gateways.Entropy;
using FireproofBench.Gateways.Filesystem;
using FireproofBench.Properties.Fixtures;
using Xunit;
using Xunit.Sdk;

namespace FireproofBench.Properties.Reference;

/// <summary>
/// Random scripts through both engines, both ways: one writes a folder, the other reads it. Documents and heads are the same, and the documents
/// are those of the script's own model.
/// </summary>
public sealed class DifferentialTests(ReferenceEngine reference)
{
    private const string Name = "differential";
    private const int ScriptsInBatch = 15;
    private const int Batches = 14;

    private static readonly GatewayOptions Gateway = new()
    {
        Time = TimeProvider.System,
        Entropy = SystemEntropy.Instance,
        Durability = Durability.Os,
    };

    /// <summary>First seeds of the batches of 15 scripts: 210 each way.</summary>
    public static TheoryData<ulong> FirstSeeds => [.. Enumerable.Range(0, Batches).Select(batch => (ulong)(1000 + (batch * ScriptsInBatch)))];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(FirstSeeds))]
    public Task The_reference_reads_what_this_engine_wrote(ulong firstSeed) =>
        ForEachScriptAsync(firstSeed, async (script, folder) =>
        {
            Reading ours = await WriteOursAsync(script, folder);

            await using ReferenceDatabase database = await reference.OpenAsync(LocationIn(folder), Cancellation);
            ReferenceReading theirs = await database.ReadAsync(changes: false, Cancellation);

            Equal(ours, theirs, script);
        });

    [Theory]
    [MemberData(nameof(FirstSeeds))]
    public Task This_engine_reads_what_the_reference_wrote(ulong firstSeed) =>
        ForEachScriptAsync(firstSeed + 500_000, async (script, folder) =>
        {
            ReferenceReading theirs = await WriteTheirsAsync(script, folder);

            await using Database database = await OpenOursAsync(folder);

            Equal(await ReadAsync(database, script), theirs, script);
        });

    [Theory]
    [MemberData(nameof(FirstSeeds))]
    public Task Both_engines_go_through_the_same_heads(ulong firstSeed) =>
        ForEachScriptAsync(firstSeed + 900_000, async (script, folder) =>
        {
            List<string> ours = [];
            await WriteOursAsync(script, Path.Combine(folder, "ours"), ours);
            List<string> theirs = [];
            await WriteTheirsAsync(script, Path.Combine(folder, "theirs"), theirs);

            Assert.True(ours.SequenceEqual(theirs), $"{script}\nours:\n{string.Join('\n', ours)}\ntheirs:\n{string.Join('\n', theirs)}");
        });

    private static async Task ForEachScriptAsync(ulong firstSeed, Func<RandomScript, string, Task> check)
    {
        for (ulong seed = firstSeed; seed < firstSeed + ScriptsInBatch; seed++)
        {
            using TemporaryFolder folder = new();
            RandomScript script = RandomScript.Create(seed);
            try
            {
                await check(script, folder.Path);
            }
            catch (Exception failure) when (failure is not (OperationCanceledException or IAssertionException or SkipException))
            {
                throw new InvalidOperationException($"{failure.Message}\n{script}", failure);
            }
        }
    }

    private static ReferenceLocation LocationIn(string folder) => new(Path.Combine(folder, "db"), Name, Path.Combine(folder, "keybag"));

    private static ValueTask<Database> OpenOursAsync(string folder)
    {
        FolderDeviceStore store = new(Path.Combine(folder, "db"), Name, Gateway);
        DatabaseOptions options = new() { KeyBag = new FolderKeyBag(Path.Combine(folder, "keybag"), Gateway), Entropy = SystemEntropy.Instance };
        return Database.OpenAsync(Name, store, options, Cancellation);
    }

    private static async Task<Reading> WriteOursAsync(RandomScript script, string folder, List<string>? heads = null)
    {
        Database database = await OpenOursAsync(folder);
        try
        {
            foreach (ScriptStep step in script.Steps)
            {
                switch (step)
                {
                    case ScriptStep.Put put:
                        await database.PutAsync(Document.Parse(put.Document), Cancellation);
                        break;
                    case ScriptStep.Bulk bulk:
                        await database.PutManyAsync([.. bulk.Documents.Select(Document.Parse)], Cancellation);
                        break;
                    case ScriptStep.Delete delete:
                        await database.DeleteAsync(delete.Id, Cancellation);
                        break;
                    case ScriptStep.Compact:
                        await database.CompactAsync(Cancellation);
                        break;
                    case ScriptStep.Reopen:
                        await database.DisposeAsync();
                        database = await OpenOursAsync(folder);
                        break;
                }

                if (step is not (ScriptStep.Compact or ScriptStep.Reopen))
                    heads?.Add(string.Join(' ', database.Heads));
            }

            return await ReadAsync(database, script);
        }
        finally
        {
            await database.DisposeAsync();
        }
    }

    private async Task<ReferenceReading> WriteTheirsAsync(RandomScript script, string folder, List<string>? heads = null)
    {
        await using ReferenceDatabase database = await reference.OpenAsync(LocationIn(folder), Cancellation);
        ImmutableArray<ReferenceStepResult> results = await database.RunAsync(script.Steps, Cancellation);
        Assert.All(results, result => Assert.True(result.Refused is null, $"{result.Refused}\n{script}"));
        heads?.AddRange(results.Where(result => !result.Heads.IsEmpty).Select(result => string.Join(' ', result.Heads)));
        return await database.ReadAsync(changes: false, Cancellation);
    }

    private static async Task<Reading> ReadAsync(Database database, RandomScript script)
    {
        ImmutableArray<ReferenceDocument>.Builder documents = ImmutableArray.CreateBuilder<ReferenceDocument>();
        await foreach (DocumentRow row in database.RowsAsync(cancellation: Cancellation))
            documents.Add(new ReferenceDocument(row.Id, row.Document?.ToJson()));
        foreach (string id in script.Documents.Keys)
        {
            Document? document = await database.GetAsync(id, Cancellation);
            Assert.Equal(documents.SingleOrDefault(row => row.Id == id)?.Json, document?.ToJson());
        }

        return new Reading(documents.ToImmutable(), [.. database.Heads.Select(head => head.ToString())]);
    }

    private static void Equal(Reading ours, ReferenceReading theirs, RandomScript script)
    {
        string Tell() => $"{script}\nours: {string.Join('\n', ours.Documents)}\ntheirs: {string.Join('\n', theirs.Documents)}";

        Assert.True(Normalized(ours.Documents).SequenceEqual(Normalized(theirs.Documents)), Tell());
        Assert.True(Normalized(ours.Documents).SequenceEqual(script.Documents.Select(row => (row.Key, NormalizedOrNull(row.Value)))), Tell());
        Assert.True(ours.Heads.SequenceEqual(theirs.Heads), Tell());
    }

    private static IEnumerable<(string Id, string? Json)> Normalized(IEnumerable<ReferenceDocument> documents) =>
        documents.Select(row => (row.Id, NormalizedOrNull(row.Json)));

    private static string? NormalizedOrNull(string? json) => json is null ? null : DagJson.Normalize(json);

    private sealed record Reading(ImmutableArray<ReferenceDocument> Documents, ImmutableArray<string> Heads);
}
