using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using FireproofBench.Properties.Fixtures;
using Xunit;

namespace FireproofBench.Properties.Reference;

/// <summary>Proves the runner itself: what it writes is what the fixtures hold, what it reads is what they tell.</summary>
public sealed class ReferenceEngineTests(ReferenceEngine reference)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("02-one-doc")]
    [InlineData("04-deletes")]
    [InlineData("12b-compacted-twice")]
    public async Task A_replayed_script_gives_the_files_of_the_fixture(string name)
    {
        Fixture fixture = FixtureFiles.Find(name);
        using TemporaryFolder folder = new();
        fixture.CopyPartTo("keybag", folder.At("keybag"));
        using JsonDocument script = fixture.OpenScript();
        ReferenceLocation location = new(folder.At("db"), Fixture.DatabaseName, folder.At("keybag"));

        await using (ReferenceDatabase database = await reference.OpenAsync(location, Cancellation))
        {
            ImmutableArray<ReferenceStepResult> results = await database.RunAsync(script.RootElement, Cancellation);
            Assert.All(results, result => Assert.Null(result.Refused));
        }

        using JsonDocument expected = fixture.OpenExpected();
        Assert.Equal(ExpectedFiles(expected.RootElement), FilesOf(folder.At("db")));
    }

    [Fact]
    public async Task A_database_that_was_closed_is_read_from_disk_again()
    {
        using TemporaryFolder folder = new();
        ReferenceLocation location = new(folder.At("db"), "twice", folder.At("keybag"));
        await using (ReferenceDatabase database = await reference.OpenAsync(location, Cancellation))
            await database.RunAsync([new ScriptStep.Put("""{"_id":"a","v":9007199254740993}"""), new ScriptStep.Delete("b")], Cancellation);

        Directory.Move(folder.At("db"), folder.At("moved"));
        await using ReferenceDatabase moved = await reference.OpenAsync(location with { Directory = folder.At("moved") }, Cancellation);
        ReferenceReading reading = await moved.ReadAsync(changes: true, Cancellation);

        Assert.Equal([new ReferenceDocument("a", """{"_id":"a","v":9007199254740993}"""), new ReferenceDocument("b", null)], reading.Documents);
        Assert.Equal(["a", "b"], reading.Changes.Select(change => change.Id));
        Assert.Single(reading.Heads);
    }

    [Fact]
    public async Task Pail_operations_give_the_answers_of_the_vectors()
    {
        foreach (JsonElement vector in FixtureFiles.ReadVectors("pail").Where(vector => vector.TryGetProperty("results", out _)))
        {
            string session = vector.GetProperty("name").GetString()!;
            JsonElement answers = await reference.RunPailAsync(session, vector.GetProperty("ops").GetRawText(), Cancellation);
            await reference.DropPailAsync(session, Cancellation);

            Assert.Equal(Roots(vector.GetProperty("results")), Roots(answers));
        }
    }

    [Fact]
    public async Task Values_keep_their_type_through_dag_cbor()
    {
        byte[] bytes = await reference.EncodeCborAsync("""{"b":{"/":{"bytes":"AAEC"}},"f":1.5,"i":18446744073709551615,"z":-0.0}""", Cancellation);

        Assert.Equal("A46162430001026166FB3FF800000000000061691BFFFFFFFFFFFFFFFF617A00", Convert.ToHexString(bytes));
        Assert.Equal("""{"b":{"/":{"bytes":"AAEC"}},"f":1.5,"i":18446744073709551615,"z":0}""", await reference.DecodeCborAsync(bytes, Cancellation));
    }

    [Fact]
    public async Task A_refused_request_is_an_error_and_the_process_stays()
    {
        ReferenceException failure = await Assert.ThrowsAsync<ReferenceException>(() => reference.DecodeCborAsync(new byte[] { 0xf9, 0x7e, 0x00 }, Cancellation));

        Assert.Contains("NaN", failure.Message, StringComparison.Ordinal);
        Assert.Equal("1", await reference.DecodeCborAsync(new byte[] { 0x01 }, Cancellation));
    }

    private static List<string?> Roots(JsonElement results) =>
        [.. results.EnumerateArray().Select(result => result.TryGetProperty("root", out JsonElement root) ? root.GetString() : null)];

    private static ImmutableSortedDictionary<string, string> ExpectedFiles(JsonElement expected) =>
        expected.GetProperty("files").EnumerateArray().ToImmutableSortedDictionary(
            file => file.GetProperty("path").GetString()!,
            file => file.GetProperty("sha256").GetString()!,
            StringComparer.Ordinal);

    private static ImmutableSortedDictionary<string, string> FilesOf(string folder) =>
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).ToImmutableSortedDictionary(
            file => Path.GetRelativePath(folder, file).Replace('\\', '/'),
            file => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file))),
            StringComparer.Ordinal);
}
