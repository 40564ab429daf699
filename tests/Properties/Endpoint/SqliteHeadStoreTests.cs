using FireproofBench.Endpoint.Heads;
using FireproofBench.Endpoint.Heads.Sql;
using FireproofBench.Engine.Ports;
using FireproofBench.Properties.Fixtures;
using Xunit;

namespace FireproofBench.Properties.Endpoint;

public sealed class SqliteHeadStoreTests : HeadStoreContract
{
    private readonly TemporaryFolder _folder = new();

    private string File => _folder.At("heads.sqlite");

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_corrupt_and_stays_as_it_is()
    {
        string path = _folder.Write("heads.sqlite", new string('x', 5000));
        StorageException failure = await Assert.ThrowsAsync<StorageException>(async () => await OpenAsync());
        Assert.Equal(StorageErrorKind.Corrupt, failure.Kind);
        Assert.Equal(5000, new FileInfo(path).Length);
    }

    [Fact]
    public async Task A_folder_that_is_not_there_is_told_and_not_made()
    {
        await using SqliteHeadStore store = new(_folder.At("none", "heads.sqlite"), TimeProvider.System);
        StorageException failure = await Assert.ThrowsAsync<StorageException>(async () => await store.StartAsync(Token));
        Assert.Equal(StorageErrorKind.MissingContainer, failure.Kind);
        Assert.Contains("heads.sqlite", failure.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.At("none")));
    }

    [Fact]
    public async Task Heads_survive_a_closed_store_and_the_cursors_of_before_stay_good()
    {
        HeadCursor cursor;
        await using (SqliteHeadStore first = new(File, TimeProvider.System))
        {
            await first.StartAsync(Token);
            cursor = await first.PublishAsync("notes", Entry(1), [], 10, Token);
        }

        IHeadStore again = await OpenAsync();
        Assert.Equal(cursor, (await again.ReadAsync("notes", Token)).Cursor);
        _ = await again.PublishAsync("notes", Entry(2), [Entry(1).Cid], 10, Token);
        HeadDelta? delta = await again.ReadSinceAsync("notes", cursor, Token);
        Assert.Equal([Entry(1).Cid], delta!.Removed);
    }

    private protected override SqlHeadStore Make(int history) => new SqliteHeadStore(File, TimeProvider.System) { History = history };
}
