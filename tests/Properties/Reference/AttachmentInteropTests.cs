using FireproofBench.Engine;
using FireproofBench.Engine.Documents;
using FireproofBench.Properties.Databases;
using FireproofBench.Properties.Documents;
using FireproofBench.Properties.Fixtures;
using Xunit;

namespace FireproofBench.Properties.Reference;

/// <summary>The reference engine on attached files of ours: it reads those of one block, and goes on beside those that it cannot read.</summary>
public sealed class AttachmentInteropTests(ReferenceEngine reference)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Files_up_to_the_single_block_are_read_and_larger_ones_keep_nothing_else_from_working()
    {
        using var folder = new TemporaryFolder();
        byte[] single = LargeFile.Bytes(NewAttachment.SingleBlockLength);
        byte[] large = LargeFile.Bytes(NewAttachment.SingleBlockLength + 1);
        await using (Database database = await OpenDatabase.OnFolderAsync(folder.At("db"), folder.At("keybag")))
        {
            await LargeFile.PutAsync(database, LargeFile.From(new MemoryStream(single), single.Length), "single");
            await LargeFile.PutAsync(database, LargeFile.Of(large), "large");
        }

        await using (ReferenceDatabase theirs = await reference.OpenAsync(new(folder.At("db"), Fixture.DatabaseName, folder.At("keybag")), Token))
        {
            ReferenceReading reading = await theirs.ReadAsync(changes: true, Token);
            Assert.Equal(["large", "single"], reading.Documents.Select(static document => document.Id));
            Assert.Equal(single, reading.Documents[1].Files["film"].Bytes);
            Assert.NotNull(reading.Documents[0].Files["film"].Failure);
            Assert.Null((await theirs.RunAsync([new ScriptStep.Put("""{"_id":"theirs"}""")], Token)).Single().Refused);
            await theirs.CompactAsync(Token);
        }

        await using Database again = await OpenDatabase.OnFolderAsync(folder.At("db"), folder.At("keybag"));
        Assert.NotNull(await again.GetAsync("theirs", Token));
        Assert.Equal(large, await LargeFile.ReadAsync(again, await LargeFile.FindAsync(again, id: "large")));
    }
}
