using System.Text.Json;
using FireproofBench.Engine;
using FireproofBench.Engine.Documents;
using FireproofBench.Properties.Fixtures;
using Xunit;

namespace FireproofBench.Properties.Databases;

/// <summary>Databases that the reference engine wrote, read as it says that they are: also those that it cannot open itself.</summary>
public sealed class FixtureReadTests
{
    public static TheoryData<string> Names => FixtureFiles.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_database_of_the_reference_engine_has_the_documents_heads_and_changes_that_it_says(string name)
    {
        using var copy = new TemporaryFolder();
        Fixture fixture = FixtureFiles.Find(name);
        using JsonDocument expected = fixture.OpenExpected();
        await using Database database = await OpenDatabase.OnFixtureAsync(fixture, copy);

        Assert.Equal(Texts(expected.RootElement.GetProperty("heads")), database.Heads.Select(static head => head.ToString()));
        await CheckDocumentsAsync(database, expected.RootElement);
        await CheckChangesAsync(database, expected.RootElement);
        if (!expected.RootElement.TryGetProperty("jsReopenError", out _))
            Assert.Equal(Groups(expected.RootElement.GetProperty("carLog")), database.Log.Select(static group => string.Join(' ', group.Cars)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Reading_a_database_changes_none_of_its_files(string name)
    {
        using var copy = new TemporaryFolder();
        Fixture fixture = FixtureFiles.Find(name);
        await using (Database database = await OpenDatabase.OnFixtureAsync(fixture, copy))
        {
            await foreach (DocumentRow _ in database.RowsAsync())
            {
            }
        }

        Assert.Equal(FileHashes.Of(fixture.DatabaseFolder), FileHashes.Of(copy.At("db")));
    }

    private static async Task CheckDocumentsAsync(Database database, JsonElement expected)
    {
        var rows = new List<DocumentRow>();
        await foreach (DocumentRow row in database.RowsAsync())
            rows.Add(row);
        Assert.Equal(expected.GetProperty("docs").EnumerateArray().Select(static row => row.GetProperty("id").GetString()!), rows.Select(static row => row.Id));
        foreach ((JsonElement wanted, DocumentRow row) in expected.GetProperty("docs").EnumerateArray().Zip(rows))
        {
            CheckDocument(wanted.GetProperty("doc"), row.Id, row.Document);
            Assert.Equal(row.Document?.ToJson(), (await database.GetAsync(row.Id))?.ToJson());
            if (wanted.TryGetProperty("files", out JsonElement files))
                await CheckFilesAsync(database, files, row.Document!);
        }
    }

    private static async Task CheckFilesAsync(Database database, JsonElement files, Document document)
    {
        Assert.Equal(files.GetPropertyCount(), document.Attachments.Length);
        foreach (AttachmentInfo attachment in document.Attachments)
        {
            JsonElement wanted = files.GetProperty(attachment.Name);
            await using Stream stream = await database.OpenAttachmentAsync(attachment);
            using var content = new MemoryStream();
            await stream.CopyToAsync(content);
            Assert.Equal(attachment.Length, content.Length);

            // Where the reference engine could not read the file (its own fault), its content id is the witness: reading checks it.
            if (!wanted.TryGetProperty("b64", out JsonElement bytes))
                continue;
            Assert.Equal(bytes.GetString(), Convert.ToBase64String(content.ToArray()));
            Assert.Equal(wanted.GetProperty("type").GetString(), attachment.ContentType);
        }
    }

    private static async Task CheckChangesAsync(Database database, JsonElement expected)
    {
        if (!expected.TryGetProperty("changes", out JsonElement changes))
            return;
        Dictionary<string, JsonElement> standing = expected.GetProperty("docs").EnumerateArray().ToDictionary(static row => row.GetProperty("id").GetString()!, static row => row.GetProperty("doc"));
        ChangeSet found = await database.ChangesAsync([]);
        Assert.Equal(changes.EnumerateArray().Select(static change => change.GetProperty("key").GetString()), found.Changes.Select(static change => change.Id));
        foreach ((JsonElement wanted, DocumentChange change) in changes.EnumerateArray().Zip(found.Changes))
        {
            CheckDocument(standing[change.Id], change.Id, change.Document);

            // Of two documents that were written side by side the reference engine lists the one that it meets first, also where the other one stands.
            if (JsonElement.DeepEquals(wanted.GetProperty("value"), standing[change.Id]))
                Assert.Equal(wanted.GetProperty("clock").GetString(), change.Event.ToString());
            else
                Assert.StartsWith("conflict", change.Id, StringComparison.Ordinal);
        }
    }

    private static void CheckDocument(JsonElement expected, string id, Document? document)
    {
        if (expected.TryGetProperty("_deleted", out _))
        {
            Assert.True(document is null, $"{id} was deleted");
            return;
        }

        using JsonDocument actual = JsonDocument.Parse(document!.ToUtf8Json());
        Assert.Null(ExpectedJson.Difference(expected, actual.RootElement, id));
    }

    private static IEnumerable<string> Texts(JsonElement list) => list.EnumerateArray().Select(static item => item.GetString()!);

    private static IEnumerable<string> Groups(JsonElement list) => list.EnumerateArray().Select(static group => string.Join(' ', Texts(group)));
}
