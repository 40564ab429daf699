using FireproofBench.Endpoint.Heads;
using FireproofBench.Endpoint.Heads.Sql;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;
using FireproofBench.Properties.Fixtures;
using Microsoft.Data.Sqlite;
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
    public async Task A_full_file_is_no_space_and_nothing_partial_is_visible()
    {
        await using SqliteHeadStore store = new(File, TimeProvider.System) { MaxFileLength = 200_000 };
        await store.StartAsync(Token);
        int published = 0;
        StorageException? full = null;
        for (; full is null && published < 100; published += full is null ? 1 : 0)
            full = await PublishLargeAsync(store, published);
        Assert.Equal(StorageErrorKind.NoSpace, full?.Kind);
        Assert.Contains("heads.sqlite", full!.Message, StringComparison.Ordinal);
        HeadState state = await store.ReadAsync("notes", Token);
        Assert.Equal((published, published), (state.Entries.Length, (int)state.Cursor.Sequence));
        IHeadStore other = await OpenAsync();
        Assert.Equal(state.Cursor, (await other.ReadAsync("notes", Token)).Cursor);

        // Room that somebody makes is used at once.
        await store.ClearAsync("notes", Token);
        Assert.Null(await PublishLargeAsync(store, published));
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

    [Fact]
    public async Task The_watch_tells_of_what_others_write_and_not_of_its_own_writes()
    {
        IHeadStore store = await OpenAsync();
        IHeadStore other = await OpenAsync();
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(Token);
        await using IAsyncEnumerator<string?> watch = store.WatchAsync(end.Token).GetAsyncEnumerator(CancellationToken.None);
        Task<bool> told = watch.MoveNextAsync().AsTask();
        for (int i = 0; i < 10; i++)
        {
            _ = await store.PublishAsync("notes", Entry(i), [], 100, Token);
            await Task.Delay(SqliteHeadStore.WatchPause, Token);
        }

        Assert.False(told.IsCompleted);
        _ = await other.PublishAsync("notes", Entry(11), [], 100, Token);
        Assert.True(await told);
        Assert.Null(watch.Current);
        await end.CancelAsync();
        Assert.False(await watch.MoveNextAsync());
    }

    [Fact]
    public async Task A_store_that_closes_ends_the_watch()
    {
        SqliteHeadStore store = new(File, TimeProvider.System);
        await store.StartAsync(Token);
        await using IAsyncEnumerator<string?> watch = store.WatchAsync(Token).GetAsyncEnumerator(CancellationToken.None);
        Task<bool> told = watch.MoveNextAsync().AsTask();
        _ = await store.PublishAsync("notes", Entry(1), [], 100, Token);
        await store.DisposeAsync();
        Assert.False(await told);
    }

    [Theory]
    [InlineData(HeadTables.ReadHeads)]
    [InlineData(HeadTables.ReadSince)]
    [InlineData(HeadTables.CountHeads)]
    public async Task Reading_heads_does_not_look_through_the_history_of_a_database(string statement)
    {
        _ = await OpenAsync();
        await using SqliteConnection connection = new($"Data Source={File};Pooling=False");
        await connection.OpenAsync(Token);
        await using SqliteCommand plan = connection.CreateCommand();
#pragma warning disable CA2100 // A constant.
        plan.CommandText = "EXPLAIN QUERY PLAN " + statement;
#pragma warning restore CA2100
        plan.Parameters.AddWithValue("@d", "notes");
        plan.Parameters.AddWithValue("@n", 7);
        List<string> steps = [];
        await using SqliteDataReader rows = await plan.ExecuteReaderAsync(Token);
        while (await rows.ReadAsync(Token))
            steps.Add(rows.GetString(3));
        Assert.Contains(steps, static step => step.Contains("fireproof_heads", StringComparison.Ordinal));
        Assert.DoesNotContain(steps, static step => step.Contains("(database=?)", StringComparison.Ordinal) && !step.Contains("fireproof_heads", StringComparison.Ordinal));
    }

    private protected override async Task<long> CountEventsAsync()
    {
        await using SqliteConnection connection = new($"Data Source={File};Pooling=False");
        await connection.OpenAsync(Token);
        await using SqliteCommand count = connection.CreateCommand();
        count.CommandText = "SELECT COUNT(*) FROM fireproof_events";
        return (long)(await count.ExecuteScalarAsync(Token))!;
    }

    private static async Task<StorageException?> PublishLargeAsync(SqliteHeadStore store, int number)
    {
        byte[] data = [.. BitConverter.GetBytes(number), .. new byte[10_000]];
        try
        {
            _ = await store.PublishAsync("notes", new MetaEntry(Cid.Of(CidCodec.DagCbor, data), [], data), [], 1000, Token);
            return null;
        }
        catch (StorageException failure)
        {
            return failure;
        }
    }

    private protected override SqlHeadStore Make(int history) => new SqliteHeadStore(File, TimeProvider.System) { History = history };
}
