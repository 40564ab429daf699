using FireproofBench.Endpoint.Heads;
using FireproofBench.Endpoint.Heads.Sql;
using FireproofBench.Engine.Ports;
using Npgsql;
using Xunit;

namespace FireproofBench.Properties.Endpoint;

public sealed class PostgresHeadStoreTests : HeadStoreContract
{
    private string _database = "";

    public override async ValueTask InitializeAsync() => _database = await PostgresServer.RequireDatabaseAsync();

    [Fact]
    public async Task Broken_connections_are_opened_again_and_nothing_is_lost()
    {
        IHeadStore store = await OpenAsync();
        _ = await store.PublishAsync("notes", Entry(0), [], 10, Token);
        for (int i = 1; i <= 5; i++)
        {
            await PostgresServer.BreakConnectionsAsync(_database);
            _ = await store.PublishAsync("notes", Entry(i), [Entry(i - 1).Cid], 10, Token);
            HeadState state;
            try
            {
                state = await store.ReadAsync("notes", Token);
            }
            catch (StorageException outage) when (outage.Kind == StorageErrorKind.Transient)
            {
                // A kept connection that was found broken: the next is another.
                state = await store.ReadAsync("notes", Token);
            }

            Assert.Equal(Entry(i).Cid, Assert.Single(state.Entries).Cid);
        }
    }

    [Fact]
    public async Task A_subscriber_hears_of_changes_that_came_while_nobody_listened()
    {
        IHeadStore writer = await OpenAsync();
        IHeadStore other = await OpenAsync();
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(Token);
        await using IAsyncEnumerator<string?> watch = other.WatchAsync(end.Token).GetAsyncEnumerator(CancellationToken.None);
        Assert.True(await watch.MoveNextAsync());
        Assert.Null(watch.Current);
        await PostgresServer.BreakConnectionsAsync(_database);
        _ = await writer.PublishAsync("notes", Entry(1), [], 10, Token);

        // Told by name when the connection was there again in time, or by "look at all" when it was not.
        Assert.True(await watch.MoveNextAsync());
        await end.CancelAsync();
        while (await watch.MoveNextAsync())
        {
        }
    }

    [Theory]
    [InlineData("Host=127.0.0.1;Port=1;Username=u;Password=hunter2", StorageErrorKind.Transient)]
    public async Task A_server_that_is_away_is_an_outage_and_its_password_is_not_told(string connection, StorageErrorKind kind)
    {
        await using PostgresHeadStore store = new(connection, TimeProvider.System);
        StorageException failure = await Assert.ThrowsAsync<StorageException>(async () => await store.StartAsync(Token));
        Assert.Equal(kind, failure.Kind);
        Assert.DoesNotContain("hunter2", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_that_is_no_connection_string_is_refused_without_quoting_it()
    {
        StorageException failure = Assert.Throws<StorageException>(() => new PostgresHeadStore("Password hunter2", TimeProvider.System));
        Assert.DoesNotContain("hunter2", failure.ToString(), StringComparison.Ordinal);
    }

    private protected override async Task<long> CountEventsAsync()
    {
        await using NpgsqlConnection connection = new(_database);
        await connection.OpenAsync(Token);
        await using NpgsqlCommand count = new("SELECT COUNT(*) FROM fireproof_events", connection);
        return (long)(await count.ExecuteScalarAsync(Token))!;
    }

    private protected override SqlHeadStore Make(int history) => new PostgresHeadStore(_database, TimeProvider.System) { History = history };
}
