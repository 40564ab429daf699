using FireproofBench.Engine;
using FireproofBench.Engine.Crypto;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Inspection;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Memory;
using FireproofBench.Properties.Databases;
using FireproofBench.Properties.Fixtures;
using Xunit;

namespace FireproofBench.Properties.Inspection;

public sealed class GarbageTests : IAsyncDisposable
{
    private static readonly GarbageOptions _anyAge = new() { MinAge = TimeSpan.Zero };

    private readonly MemoryKeyBag _keys = new();
    private readonly WatchedStore _store = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task Only_what_no_head_leads_to_is_deleted_and_the_database_reads_as_before()
    {
        await FillAsync();
        IReadOnlyList<string> live = await _store.KeysAsync();
        string orphan = await LeaveOrphanAsync();
        await _store.Data.PutAsync("data/version", new byte[10], PutCondition.None, Token);
        Assert.Equal([orphan], (await CollectAsync(_anyAge with { DryRun = true })).Deleted);
        Assert.Contains(orphan, await _store.KeysAsync());
        GarbageReport report = await CollectAsync(_anyAge);
        Assert.Equal([orphan], report.Deleted);
        Assert.True(report.Bytes > 0);
        Assert.Equal([.. live.Append("data/version").Order(StringComparer.Ordinal)], (await _store.KeysAsync()).Order(StringComparer.Ordinal));
        await using Database database = await OpenDatabase.OnStoreAsync(_store, _keys, CompactionMode.Manual);
        Assert.Equal(6, (await DatabaseView.RowsAsync(database)).Count);
        Assert.True((await DatabaseInspector.VerifyAsync(Fixture.DatabaseName, _store, _keys, cancellation: Token)).IsSound);
    }

    [Fact]
    public async Task Young_files_and_the_generation_before_are_kept_unless_they_are_asked_for()
    {
        await FillAsync();
        await LeaveOrphanAsync();
        GarbageReport careful = await CollectAsync(new GarbageOptions());
        Assert.Empty(careful.Deleted);
        Assert.Equal(1, careful.Young);
        Assert.True(careful.Replaced > 0);
        GarbageReport all = await CollectAsync(_anyAge with { KeepReplaced = false });
        Assert.Equal(careful.Replaced + 1, all.Deleted.Length);
        await using Database database = await OpenDatabase.OnStoreAsync(_store, _keys, CompactionMode.Manual);
        Assert.Equal(6, (await DatabaseView.RowsAsync(database)).Count);
    }

    [Fact]
    public async Task Nothing_is_deleted_where_a_needed_file_is_missing_or_there_is_no_head()
    {
        await FillAsync();
        await LeaveOrphanAsync();
        string needed;
        await using (Database database = await OpenDatabase.OnStoreAsync(_store, _keys, CompactionMode.Manual))
            needed = $"data/{database.Log[^1].First}.car";
        await _store.Data.DeleteAsync(needed, null, Token);
        int before = (await _store.KeysAsync()).Count;
        StorageException refused = await Assert.ThrowsAsync<StorageException>(async () => await CollectAsync(_anyAge));
        Assert.Equal((StorageErrorKind.Corrupt, needed), (refused.Kind, refused.Key));
        MetaEntry head = Assert.Single((await _store.Metadata.ReadAsync(Token)).Entries);
        Assert.Equal(before, (await _store.KeysAsync()).Count);
        Assert.NotEqual(default, head.Cid);
    }

    [Fact]
    public async Task A_device_whose_clock_is_ahead_takes_no_new_file_for_an_old_one()
    {
        await FillAsync();
        await LeaveOrphanAsync();
        IReadOnlyList<string> before = await _store.KeysAsync();
        await new GarbageCollection(_store.Data, _store.Metadata, await DatabaseKeysOf(), new GarbageOptions(), DateTimeOffset.UtcNow.AddYears(3)).RunIfDueAsync(Token);
        Assert.Equal(before, await _store.KeysAsync());
    }

    [Fact]
    public async Task What_was_replaced_a_moment_ago_stays_however_old_it_is()
    {
        SteppedTime time = new();
        WatchedStore store = new(new MemoryDeviceStore("fx", time));
        await using (Database database = await OpenDatabase.OnStoreAsync(store, _keys, CompactionMode.Manual))
        {
            for (int i = 0; i < 4; i++)
                await database.PutAsync(Document.Parse($$"""{"_id":"doc-{{i}}"}"""));
            time.Pass(TimeSpan.FromDays(30));

            // The second compaction replaces the first, and nothing but the first tells what that one replaced.
            await database.CompactAsync(Token);
            await database.PutAsync(Document.Parse("""{"_id":"late"}"""));
            await database.CompactAsync(Token);
        }

        GarbageReport report = await DatabaseInspector.CollectGarbageAsync(Fixture.DatabaseName, store, _keys, new GarbageOptions(), time, Token);
        Assert.Empty(report.Deleted);
        time.Pass(TimeSpan.FromDays(30));
        GarbageReport later = await DatabaseInspector.CollectGarbageAsync(Fixture.DatabaseName, store, _keys, new GarbageOptions { KeepReplaced = false }, time, Token);
        Assert.NotEmpty(later.Deleted);
    }

    private async Task<KeyRing> DatabaseKeysOf() => await Database.ReadKeysAsync(Fixture.DatabaseName, _keys, Token);

    private async Task FillAsync()
    {
        await using Database database = await OpenDatabase.OnStoreAsync(_store, _keys, CompactionMode.Manual);
        for (int i = 0; i < 6; i++)
        {
            await database.PutAsync(Document.Parse($$"""{"_id":"doc-{{i}}"}"""));
            if (i is 2 or 4)
                await database.CompactAsync(Token);
        }
    }

    // A commit whose head was never published: the put fails after its file is written.
    private async Task<string> LeaveOrphanAsync()
    {
        IReadOnlyList<string> before = await _store.KeysAsync();
        _store.Fail("publish", 1, StorageErrorKind.Permanent);
        await using (Database database = await OpenDatabase.OnStoreAsync(_store, _keys, CompactionMode.Manual))
            await Assert.ThrowsAsync<StorageException>(async () => await database.PutAsync(Document.Parse("""{"_id":"never"}""")));
        _store.Before = null;
        return Assert.Single((await _store.KeysAsync()).Except(before));
    }

    private ValueTask<GarbageReport> CollectAsync(GarbageOptions options) =>
        DatabaseInspector.CollectGarbageAsync(Fixture.DatabaseName, _store, _keys, options, TimeProvider.System, Token);
}
