using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Filesystem;
using FireproofBench.Properties.Fixtures;
using FireproofBench.Properties.Gateways;
using FireproofBench.Scenarios.CommandLine;
using Xunit;

namespace FireproofBench.Properties.Conformance;

public sealed class FolderTracesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_hidden_folder_stays_as_long_as_anybody_writes_there()
    {
        FileDataGateway other = new(_folder.Path, TestOptions.Of());
        await other.PutAsync("mine", new byte[1], PutCondition.None, CancellationToken.None);
        Assert.False(FileDataGateway.TryRemoveOwnFiles(_folder.Path));
        Assert.True(FileDataGateway.HasOwnFiles(_folder.Path));
        await other.DisposeAsync();
        Assert.True(FileDataGateway.TryRemoveOwnFiles(_folder.Path));
        Assert.Equal(["mine"], Directory.EnumerateFileSystemEntries(_folder.Path).Select(Path.GetFileName));
        Assert.False(FileDataGateway.TryRemoveOwnFiles(_folder.Path));
    }

    [Fact]
    public void What_somebody_else_put_into_the_hidden_folder_stays()
    {
        string note = _folder.Write(".fireproofbench/note.txt", "mine");
        Assert.False(FileDataGateway.TryRemoveOwnFiles(_folder.Path));
        Assert.Equal("mine", File.ReadAllText(note));
    }

    [Fact]
    public async Task A_run_keeps_the_hidden_folder_that_was_there_before()
    {
        await using (FileDataGateway earlier = new(_folder.Path, TestOptions.Of()))
            await earlier.PutAsync("mine", new byte[1], PutCondition.None, CancellationToken.None);
        await using (StoreUnderTest store = await StoreUrls.OpenAsync(_folder.Path, CancellationToken.None))
            await Runs.OfAsync(store, ClauseBook.Select(ConnectorProfile.All, ["OBJ-02", "ENG-05"]), CancellationToken.None);
        Assert.Equal(
            [".fireproofbench", "mine"], Directory.EnumerateFileSystemEntries(_folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }
}
