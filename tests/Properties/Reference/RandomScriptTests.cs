using System.Collections.Immutable;
using FireproofBench.Properties.Fixtures;
using Xunit;

namespace FireproofBench.Properties.Reference;

/// <summary>The scripts of the differential tests, held against the reference engine: the model that they carry is what it shows.</summary>
public sealed class RandomScriptTests(ReferenceEngine reference)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void A_seed_gives_the_same_script_again() =>
        Assert.Equal(RandomScript.Create(7).ToString(), RandomScript.Create(7).ToString());

    [Fact]
    public void Scripts_take_every_kind_of_step()
    {
        IEnumerable<Type> kinds = Enumerable.Range(0, 20).SelectMany(seed => RandomScript.Create((ulong)seed).Steps).Select(step => step.GetType());

        Assert.Equal(5, kinds.Distinct().Count());
    }

    [Fact]
    public async Task The_reference_shows_what_the_script_says()
    {
        using TemporaryFolder folder = new();
        for (ulong seed = 0; seed < 20; seed++)
        {
            ReferenceLocation location = new(folder.At($"{seed}"), "model", folder.At($"keybag-{seed}"));
            await CompareAsync(RandomScript.Create(seed), location);
        }
    }

    private static IEnumerable<(string Id, string? Json)> Normalized(IEnumerable<(string Id, string? Json)> documents) =>
        documents.Select(row => (row.Id, row.Json is null ? null : DagJson.Normalize(row.Json)));

    private async Task CompareAsync(RandomScript script, ReferenceLocation location)
    {
        await using ReferenceDatabase database = await reference.OpenAsync(location, Cancellation);
        ImmutableArray<ReferenceStepResult> results = await database.RunAsync(script.Steps, Cancellation);
        ReferenceReading reading = await database.ReadAsync(changes: false, Cancellation);

        Assert.All(results, result => Assert.True(result.Refused is null, $"{result.Refused}\n{script}"));
        Assert.True(
            Normalized(script.Documents.Select(row => (row.Key, row.Value)))
                .SequenceEqual(Normalized(reading.Documents.Select(row => (row.Id, row.Json)))),
            $"{script}\nread:\n{string.Join('\n', reading.Documents)}");
    }
}
