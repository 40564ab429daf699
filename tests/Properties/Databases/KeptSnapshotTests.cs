using System.Collections.Immutable;
using System.Globalization;
using FireproofBench.Engine;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Inspection;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Memory;
using FireproofBench.Properties.Fixtures;
using Xunit;

namespace FireproofBench.Properties.Databases;

/// <summary>Snapshots that are kept under a name.</summary>
public sealed class KeptSnapshotTests : IAsyncDisposable
{
    private readonly MemoryKeyBag _keys = new();
    private readonly WatchedStore _store = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task A_snapshot_outlives_every_compaction_and_can_be_gone_back_to()
    {
        List<(string Id, string? Json)> rows;
        ImmutableArray<Cid> kept;
        await using (Database database = await OpenAsync())
        {
            await FillAsync(database, 0);
            kept = await database.KeepSnapshotAsync("first", cancellation: Token);
            rows = await DatabaseView.RowsAsync(database);
            for (int round = 1; round < 4; round++)
            {
                await FillAsync(database, round);
                await database.DeleteAsync("doc-03", Token);
                await database.CompactAsync(Token);
            }
        }

        await CollectAsync();
        await using Database again = await OpenAsync();
        await Assert.ThrowsAsync<MissingBlockException>(async () => await (await again.SnapshotAsync(kept, Token)).RowsAsync(cancellation: Token).CountAsync(Token));
        Assert.Equal(kept, Assert.Single(await again.ListSnapshotsAsync(Token), static snapshot => snapshot.Key == "first").Value);
        DatabaseSnapshot snapshot = (await again.OpenSnapshotAsync("first", Token))!;
        Assert.Equal(rows, await ReadAsync(snapshot));
        await again.RollbackAsync(snapshot, Token);
        Assert.Equal(rows, await DatabaseView.RowsAsync(again));
        Assert.True((await VerifyAsync()).IsSound);
    }

    [Fact]
    public async Task A_snapshot_of_several_heads_is_what_they_stand_for()
    {
        await using Database database = await OpenAsync();
        await using Database other = await OpenDatabase.OnStoreAsync(new WatchedStore(), _keys, CompactionMode.Manual, seed: 2);
        await FillAsync(database, 0);
        await FillAsync(other, 1);
        var remote = new WatchedStore();
        await other.SyncAsync(remote, Token);
        await database.SyncAsync(remote, Token);
        Assert.Equal(2, database.Heads.Length);
        List<(string Id, string? Json)> rows = await DatabaseView.RowsAsync(database);
        await database.KeepSnapshotAsync("both", cancellation: Token);
        await FillAsync(database, 2);
        for (int i = 0; i < 2; i++)
        {
            await database.PutAsync(Document.Parse($$"""{"_id":"more","i":{{i}}}"""), Token);
            await database.CompactAsync(Token);
        }

        Assert.Equal(rows, await ReadAsync((await database.OpenSnapshotAsync("both", Token))!));
    }

    [Fact]
    public async Task A_snapshot_that_is_given_up_leaves_no_file_and_the_others_stay()
    {
        await using Database database = await OpenAsync();
        await FillAsync(database, 0);
        IReadOnlyList<string> before = await _store.KeysAsync();
        await database.KeepSnapshotAsync("one", cancellation: Token);
        await database.KeepSnapshotAsync("same", cancellation: Token);
        Assert.True(await database.DeleteSnapshotAsync("one", Token));
        Assert.False(await database.DeleteSnapshotAsync("one", Token));
        Assert.Null(await database.OpenSnapshotAsync("one", Token));
        Assert.Equal(10, (await ReadAsync((await database.OpenSnapshotAsync("same", Token))!)).Count);
        Assert.True(await database.DeleteSnapshotAsync("same", Token));
        Assert.Equal(before, await _store.KeysAsync());
        Assert.Equal(10, (await DatabaseView.RowsAsync(database)).Count);
    }

    [Fact]
    public async Task A_name_taken_again_stands_for_the_newer_state()
    {
        await using Database database = await OpenAsync();
        await FillAsync(database, 0);
        await database.KeepSnapshotAsync("latest", cancellation: Token);
        await FillAsync(database, 1);
        ImmutableArray<Cid> newer = await database.KeepSnapshotAsync("latest", cancellation: Token);
        Assert.Equal(newer, (await database.OpenSnapshotAsync("latest", Token))!.Heads);
        Assert.Empty((await VerifyAsync()).Findings);
    }

    [Fact]
    public async Task One_that_others_keep_under_the_name_meanwhile_is_replaced_by_name_and_version()
    {
        await using Database database = await OpenAsync();
        await FillAsync(database, 0);
        await database.KeepSnapshotAsync("others", cancellation: Token);
        ReadOnlyMemory<byte> others = (await _store.Data.GetAsync("snapshots/others", null, Token))!.Bytes;
        await FillAsync(database, 1);
        int puts = 0;
        _store.Before = async (verb, key) =>
        {
            if (verb == "put" && key == "snapshots/latest" && ++puts == 1)
                await _store.Data.PutAsync("snapshots/latest", others, PutCondition.None, Token);
        };
        ImmutableArray<Cid> kept = await database.KeepSnapshotAsync("latest", cancellation: Token);

        // The first one is refused, since it was to be put where nothing was; the others' own is among the three.
        Assert.Equal(3, puts);
        Assert.Equal(kept, (await database.OpenSnapshotAsync("latest", Token))!.Heads);
        Assert.True((await VerifyAsync()).IsSound);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".hidden")]
    [InlineData("a/b")]
    [InlineData("ä")]
    [InlineData("..")]
    public async Task A_name_that_no_file_should_have_is_refused(string name)
    {
        await using Database database = await OpenAsync();
        await FillAsync(database, 0);
        await Assert.ThrowsAsync<ArgumentException>(async () => await database.KeepSnapshotAsync(name, cancellation: Token));
        Assert.Empty(await database.ListSnapshotsAsync(Token));
    }

    [Fact]
    public async Task An_empty_database_has_no_state_to_keep()
    {
        await using Database database = await OpenAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await database.KeepSnapshotAsync("none", cancellation: Token));
    }

    [Fact]
    public async Task A_missing_file_of_a_snapshot_is_found_by_name()
    {
        await using (Database database = await OpenAsync())
        {
            await FillAsync(database, 0);
            IReadOnlyList<string> before = await _store.KeysAsync();
            await database.KeepSnapshotAsync("kept", cancellation: Token);
            string file = Assert.Single((await _store.KeysAsync()).Except(before));
            await _store.Data.DeleteAsync(file, null, Token);
            VerificationReport report = await VerifyAsync();
            Assert.Equal(file, Assert.Single(report.Findings, static finding => finding.Kind == FindingKind.MissingFile).Subject);
        }

        await _store.Data.PutAsync("snapshots/kept", "no snapshot"u8.ToArray(), PutCondition.None, Token);
        await using Database again = await OpenAsync();
        StorageException damaged = await Assert.ThrowsAsync<StorageException>(async () => await again.OpenSnapshotAsync("kept", Token));
        Assert.Equal((StorageErrorKind.Corrupt, "snapshots/kept"), (damaged.Kind, damaged.Key));
    }

    // A group of several files: the second and later ones are of blocks alone, and could be files of the log too.
    [Fact]
    public async Task A_snapshot_of_large_documents_outlives_the_compactions_of_equal_content()
    {
        List<(string Id, string? Json)> rows;
        await using (Database database = await OpenAsync())
        {
            await FillLargeAsync(database, 'a', 'b', 'c');
            await database.KeepSnapshotAsync("large", cancellation: Token);
            rows = await DatabaseView.RowsAsync(database);
            await database.CompactAsync(Token);
            await FillLargeAsync(database, 'B');
            for (int i = 0; i < 3; i++)
            {
                await database.CompactAsync(Token);
                await FillAsync(database, i);
            }
        }

        await using Database again = await OpenAsync();
        Assert.Equal(rows, await ReadAsync((await again.OpenSnapshotAsync("large", Token))!));
    }

    [Fact]
    public async Task A_snapshot_of_large_documents_that_is_given_up_takes_no_file_from_the_log_of_another_process()
    {
        await using Database database = await OpenAsync();
        await FillLargeAsync(database, 'a', 'b', 'c');
        await database.KeepSnapshotAsync("large", cancellation: Token);
        List<(string Id, string? Json)> rows = await DatabaseView.RowsAsync(database);
        await using (Database other = await OpenDatabase.OnStoreAsync(_store, _keys, CompactionMode.Manual, seed: 2))
            await other.CompactAsync(Token);
        Assert.True(await database.DeleteSnapshotAsync("large", Token));
        await using Database again = await OpenAsync();
        Assert.Equal(rows, await DatabaseView.RowsAsync(again));
        Assert.True((await VerifyAsync()).IsSound);
    }

    [Fact]
    public async Task Changes_between_two_clocks_are_those_of_the_events_between()
    {
        await using Database database = await OpenAsync();
        var clocks = new List<ImmutableArray<Cid>>();
        for (int i = 0; i < 6; i++)
            clocks.Add((await database.PutAsync(Document.Parse($$"""{"_id":"doc-{{i % 4}}","n":{{i}}}"""), Token)).Heads);
        ChangeSet between = await database.ChangesAsync(clocks[1], clocks[4], cancellation: Token);
        Assert.Equal(["doc-2", "doc-3", "doc-0"], between.Changes.Select(static change => change.Id));
        Assert.Equal("""{"_id":"doc-0","n":4}""", between.Changes[^1].Document!.ToJson());
        Assert.Equal(clocks[4], between.Heads);
        Assert.Empty((await database.ChangesAsync(clocks[4], clocks[4], cancellation: Token)).Changes);
        Assert.Equal(["doc-1"], (await database.ChangesAsync([], clocks[1], limit: 1, cancellation: Token)).Changes.Select(static change => change.Id));
    }

    private static async Task FillAsync(Database database, int round)
    {
        for (int i = 0; i < 10; i++)
            await database.PutAsync(Document.Parse(string.Create(CultureInfo.InvariantCulture, $$"""{"_id":"doc-{{i:d2}}","round":{{round}}}""")), Token);
    }

    // Two of them do not fit into one file. A capital letter is new content for the small one.
    private static async Task FillLargeAsync(Database database, params char[] letters)
    {
        foreach (char letter in letters)
            await database.PutAsync(Document.Parse($$"""{"_id":"{{char.ToLowerInvariant(letter)}}","text":"{{new string(letter, 600_000)}}"}"""), Token);
    }

    private static async Task<List<(string Id, string? Json)>> ReadAsync(DatabaseSnapshot snapshot) =>
        [.. await snapshot.RowsAsync(cancellation: Token).Select(static row => (row.Id, row.Document?.ToJson())).ToListAsync(Token)];

    private async Task CollectAsync() => await DatabaseInspector.CollectGarbageAsync(
        Fixture.DatabaseName, _store, _keys, new GarbageOptions { MinAge = TimeSpan.Zero, KeepReplaced = false }, TimeProvider.System, Token);

    private ValueTask<VerificationReport> VerifyAsync() => DatabaseInspector.VerifyAsync(Fixture.DatabaseName, _store, _keys, cancellation: Token);

    private ValueTask<Database> OpenAsync() => OpenDatabase.OnStoreAsync(_store, _keys, CompactionMode.Manual);
}
