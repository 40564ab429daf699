using System.Text;
using System.Text.Json;
using FireproofBench.Engine;
using FireproofBench.Engine.Documents;
using FireproofBench.Properties.Fixtures;
using Xunit;

namespace FireproofBench.Properties.Databases;

/// <summary>The scripts of the fixtures, replayed with the fixtures' keys: the files come out byte for byte as the reference engine wrote them.</summary>
public sealed class FixtureReplayTests
{
    // Not reproducible by their nature: 06, 06b and 14b depend on timing, 07 and 08 on several sessions and have no script.
    private static readonly string[] _depending = ["06-forked-clock", "06b-forked-then-joined", "14b-autocompact-150-tx"];

    public static TheoryData<string> Names =>
        [.. FixtureFiles.All.Where(static fixture => fixture.HasScript && !_depending.Contains(fixture.Name)).Select(static fixture => fixture.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_replayed_script_gives_the_same_files(string name)
    {
        using var folder = new TemporaryFolder();
        Fixture fixture = FixtureFiles.Find(name);
        string? keyBag = Directory.Exists(fixture.KeyBagFolder) ? folder.At("keybag") : null;
        if (keyBag is not null)
            fixture.CopyPartTo("keybag", keyBag);
        using JsonDocument expected = fixture.OpenExpected();
        using JsonDocument script = fixture.OpenScript();

        await using (Database database = await OpenDatabase.OnFolderAsync(folder.At("db"), keyBag))
        {
            foreach (JsonElement step in script.RootElement.EnumerateArray())
                await TakeAsync(database, step, compacts: name != "12c-compacted-full");
        }

        Assert.Equal(
            expected.RootElement.GetProperty("files").EnumerateArray()
                .Where(static file => !IsIndexContent(file.GetProperty("path").GetString()!))
                .Select(static file => $"{file.GetProperty("path")} {file.GetProperty("sha256")}"),
            FileHashes.Of(folder.At("db")));
    }

    // Indexes are caches, and these databases are not asked queries. Only their version files are made.
    private static bool IsIndexContent(string path) => path.Contains("/idx-", StringComparison.Ordinal) && !path.EndsWith("/version", StringComparison.Ordinal);

    private static async Task TakeAsync(Database database, JsonElement step, bool compacts)
    {
        try
        {
            switch (step.GetProperty("op").GetString())
            {
                case "put":
                    await PutAsync(database, step.GetProperty("doc"));
                    break;
                case "del":
                    await database.DeleteAsync(step.GetProperty("id").GetString()!);
                    break;
                case "bulk":
                    await database.PutManyAsync([.. step.GetProperty("docs").EnumerateArray().Select(static document => Document.Parse(ExpectedJson.Revive(document)))]);
                    break;
                case "compact" when compacts:
                    await database.CompactAsync();
                    break;
            }
        }
        catch (InvalidDocumentException)
        {
            // Scripts hold documents that must be refused; that nothing was written for them is what the files show.
        }
    }

    private static async Task PutAsync(Database database, JsonElement document)
    {
        if (!document.TryGetProperty("_files", out JsonElement files))
        {
            await database.PutAsync(Document.Parse(ExpectedJson.Revive(document)));
            return;
        }

        var body = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(document)!;
        body.Remove("_files");
        var attachments = files.EnumerateObject().Select(static file => new NewAttachment(
            file.Name,
            file.Value.TryGetProperty("contentB64", out JsonElement base64) ? base64.GetBytesFromBase64() : Encoding.UTF8.GetBytes(file.Value.GetProperty("content").GetString()!),
            file.Value.GetProperty("type").GetString()!,
            DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000))).ToList();
        await database.PutAsync(Document.FromObject(body), attachments);
    }
}
