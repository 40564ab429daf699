using FireproofBench.Engine;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Inspection;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Storage;
using FireproofBench.Engine.Sync;
using FireproofBench.Gateways.Entropy;
using FireproofBench.Gateways.Memory;
using FireproofBench.Properties.Databases;
using FireproofBench.Properties.Fixtures;
using Xunit;

namespace FireproofBench.Properties.Sync;

/// <summary>A device that was away while others compacted, and what they replaced was deleted at the remote.</summary>
public sealed class AwayTests : IAsyncDisposable
{
    private readonly MemoryKeyBag _keys = new();
    private readonly SetTime _time = new();
    private readonly WatchedStore _remote;

    public AwayTests() => _remote = new WatchedStore(new MemoryDeviceStore("remote", _time));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _remote.DisposeAsync();

    /// <summary>Within the grace nothing goes; after it what two compactions ago replaced; with none at all everything that no head needs at that moment.</summary>
    [Theory]
    [InlineData(0, 7, true, false)]
    [InlineData(8, 7, true, true)]
    [InlineData(8, 7, false, true)]
    [InlineData(1, 0, false, true)]
    public async Task Nothing_is_lost_on_either_side(int daysBetween, int grace, bool keepsReplaced, bool deletes)
    {
        var garbage = new GarbageOptions { MinAge = TimeSpan.FromDays(grace), KeepReplaced = keepsReplaced };
        await using Database first = await DeviceAsync(1);
        await using Database away = await DeviceAsync(2);
        for (int i = 0; i < 5; i++)
            await first.PutAsync(Named($"doc-{i}", i), Token);
        await using RemoteLink up = await AttachAsync(first, garbage);
        await up.WhenUpToDateAsync(Token);
        await using (RemoteLink link = await AttachAsync(away, garbage))
            await link.WhenUpToDateAsync(Token);
        for (int i = 0; i < 4; i++)
            await away.PutAsync(Named($"away-{i}", i), Token);
        await away.DeleteAsync("doc-0", Token);
        await away.PutAsync(Named("both", 1), Token);

        int deleted = 0;
        _remote.Before = (verb, _) =>
        {
            if (verb == "delete")
                Interlocked.Increment(ref deleted);
            return ValueTask.CompletedTask;
        };
        for (int compaction = 0; compaction < 2; compaction++)
        {
            // A log of up to three files at the remote is not worth another head: with these it is longer, whichever of them the link sent before the compaction.
            for (int n = 0; n < 3; n++)
                await first.PutAsync(Named($"first-{compaction}", n), Token);
            await first.PutAsync(Named("doc-1", 100 + compaction), Token);
            await first.PutAsync(Named("both", 2), Token);
            await first.CompactAsync(Token);
            _time.Shift += TimeSpan.FromDays(daysBetween);
            await up.WhenUpToDateAsync(Token);

            // The link looks for garbage beside its work; this look is waited for.
            await DatabaseInspector.CollectGarbageAsync(Fixture.DatabaseName, _remote, _keys, garbage, _time, Token);
        }

        Assert.Equal(deletes, deleted > 0);
        if (!deletes)
            Assert.Equal(0, deleted);
        await using RemoteLink back = await AttachAsync(away, garbage);
        for (int round = 0; round < 3; round++)
        {
            await back.WhenUpToDateAsync(Token);
            await up.WhenUpToDateAsync(Token);
        }

        List<(string Id, string? Json)> rows = await DatabaseView.RowsAsync(first);
        Assert.Equal(rows, await DatabaseView.RowsAsync(away));
        Assert.Equal(first.Heads, away.Heads);
        Assert.Equal(5 + 4 + 2 + 1, rows.Count);
        Assert.Null(rows.Single(static row => row.Id == "doc-0").Json);
        Assert.Equal("""{"_id":"doc-1","n":101}""", rows.Single(static row => row.Id == "doc-1").Json);
        Assert.Equal((null, null), (up.Status.LastError, back.Status.LastError));

        // Neither needs the other from here on: each compacts, and a device that comes now reads the same.
        await away.CompactAsync(Token);
        await back.WhenUpToDateAsync(Token);
        await first.CompactAsync(Token);
        await up.WhenUpToDateAsync(Token);
        await DatabaseInspector.CollectGarbageAsync(Fixture.DatabaseName, _remote, _keys, garbage, _time, Token);
        await using Database fresh = await DeviceAsync(3);
        await using RemoteLink third = await AttachAsync(fresh, garbage);
        await third.WhenUpToDateAsync(Token);
        foreach (Database database in (Database[])[first, away, fresh])
            Assert.Equal(rows, await DatabaseView.RowsAsync(database));
        Assert.Null(third.Status.LastError);
    }

    /// <summary>
    /// The compaction that replaced what its log names is gone too, and what replaced that one says nothing of it. A device that asks for files only when it needs them never had them.
    /// </summary>
    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task A_device_that_never_had_the_files_of_its_log_goes_on_after_three_compactions(bool writesBefore, bool writesAfter)
    {
        var garbage = new GarbageOptions { MinAge = TimeSpan.FromDays(7) };
        await using Database first = await DeviceAsync(1);
        await using Database away = await DeviceAsync(2);
        for (int i = 0; i < 5; i++)
            await first.PutAsync(Named($"doc-{i}", i), Token);
        await using RemoteLink up = await AttachAsync(first, garbage);
        await up.WhenUpToDateAsync(Token);
        await using (RemoteLink link = await AttachAsync(away, garbage, prefetches: false))
            await link.WhenUpToDateAsync(Token);
        Assert.True(away.Log.Length > 1);
        if (writesBefore)
            await away.PutAsync(Named("before", 1), Token);
        for (int compaction = 0; compaction < 3; compaction++)
        {
            for (int n = 0; n < 3; n++)
                await first.PutAsync(Named($"first-{compaction}", n), Token);
            await first.CompactAsync(Token);
            await up.WhenUpToDateAsync(Token);
            _time.Shift += TimeSpan.FromDays(8);
            _ = await DatabaseInspector.CollectGarbageAsync(Fixture.DatabaseName, _remote, _keys, garbage, _time, Token);
        }

        // Whoever waits here for ever is told so.
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        await using RemoteLink back = await AttachAsync(away, garbage, prefetches: false);
        await back.WhenUpToDateAsync(patience.Token);
        if (writesAfter)
            await away.PutAsync(Named("after", 1), Token);
        await back.WhenUpToDateAsync(patience.Token);
        await up.WhenUpToDateAsync(patience.Token);
        Assert.Null(back.Status.LastError);
        List<(string Id, string? Json)> rows = await DatabaseView.RowsAsync(first);
        Assert.Equal(5 + 3 + (writesBefore ? 1 : 0) + (writesAfter ? 1 : 0), rows.Count);
        Assert.Equal(rows, await DatabaseView.RowsAsync(away));
        await using Database fresh = await DeviceAsync(3);
        await using RemoteLink third = await AttachAsync(fresh, garbage);
        await third.WhenUpToDateAsync(patience.Token);
        Assert.Equal(rows, await DatabaseView.RowsAsync(fresh));
        Assert.Null(third.Status.LastError);
    }

    /// <summary>The compaction that replaced them was itself replaced before it was sent, so it never comes to say so. What says it instead may be merged before others look.</summary>
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task What_was_replaced_twice_between_two_messages_is_kept_as_long_as_others_may_name_it_and_goes_out_of_their_logs(bool looksThereBefore, bool mergesOn)
    {
        var garbage = new GarbageOptions { MinAge = TimeSpan.FromDays(7) };
        await using Database first = await DeviceAsync(1);
        await using Database other = await DeviceAsync(2);
        await using RemoteLink up = await AttachAsync(first, garbage, pollInterval: TimeSpan.FromHours(1));
        for (int i = 0; i < 5; i++)
            await first.PutAsync(Named($"doc-{i}", i), Token);
        await up.WhenSentAsync(Token);
        if (looksThereBefore)
            await up.WhenUpToDateAsync(Token);
        await using (RemoteLink before = await AttachAsync(other, garbage))
            await before.WhenUpToDateAsync(Token);
        CarGroup[] old = [.. first.Log];
        _time.Shift += TimeSpan.FromDays(8);

        bool isAway = true;
        _remote.Before = (verb, _) => Volatile.Read(ref isAway) ? throw new StorageException(StorageErrorKind.Transient, verb, "", "nobody answers") : ValueTask.CompletedTask;
        for (int compaction = 0; compaction < 3; compaction++)
        {
            await first.PutAsync(Named($"first-{compaction}", 1), Token);
            await first.CompactAsync(Token);
        }

        // Stands between what says what was replaced and the compaction.
        if (mergesOn)
            await first.PutAsync(Named("between", 1), Token);
        Volatile.Write(ref isAway, false);
        await up.WhenUpToDateAsync(Token);
        if (mergesOn)
        {
            await first.PutAsync(Named("on", 1), Token);
            await first.CompactAsync(Token);
            await up.WhenUpToDateAsync(Token);
        }

        _ = await DatabaseInspector.CollectGarbageAsync(Fixture.DatabaseName, _remote, _keys, garbage, _time, Token);
        IReadOnlyList<string> there = await _remote.KeysAsync();
        Assert.All(old, group => Assert.Contains($"data/{group.First}.car", there));
        await using RemoteLink link = await AttachAsync(other, garbage);
        await link.WhenUpToDateAsync(Token);
        Assert.Empty(other.Log.Intersect(old));
        await other.PutAsync(Named("other", 1), Token);
        await link.WhenUpToDateAsync(Token);
        await up.WhenUpToDateAsync(Token);
        Assert.Equal(await DatabaseView.RowsAsync(first), await DatabaseView.RowsAsync(other));
        Assert.Equal(mergesOn ? 11 : 9, (await DatabaseView.RowsAsync(other)).Count);

        // By then everybody had the time to see it.
        await first.CompactAsync(Token);
        await up.WhenUpToDateAsync(Token);
        _time.Shift += TimeSpan.FromDays(8);
        await first.PutAsync(Named("last", 1), Token);
        await first.CompactAsync(Token);
        await up.WhenUpToDateAsync(Token);
        _time.Shift += TimeSpan.FromDays(8);
        _ = await DatabaseInspector.CollectGarbageAsync(Fixture.DatabaseName, _remote, _keys, garbage, _time, Token);
        there = await _remote.KeysAsync();
        Assert.All(old, group => Assert.DoesNotContain($"data/{group.First}.car", there));
    }

    private static Document Named(string id, int n) => Document.Parse($$"""{"_id":"{{id}}","n":{{n}}}""");

    private ValueTask<Database> DeviceAsync(ulong seed) => Database.OpenAsync(
        Fixture.DatabaseName,
        new WatchedStore(),
        new DatabaseOptions { KeyBag = _keys, Entropy = new SeededEntropy(seed), Compaction = CompactionMode.Manual, Time = _time },
        Token);

    private ValueTask<RemoteLink> AttachAsync(Database database, GarbageOptions garbage, bool prefetches = true, TimeSpan? pollInterval = null) => database.AttachAsync(
        new RemoteStore("remote", _remote.Data, _remote.Metadata),
        new AttachOptions
        {
            PollInterval = pollInterval ?? TimeSpan.FromMilliseconds(20),
            FirstPause = TimeSpan.FromMilliseconds(10),
            LongestPause = TimeSpan.FromMilliseconds(50),
            Garbage = garbage,
            GarbageInterval = TimeSpan.Zero,
            Prefetch = prefetches,
        },
        Token);
}
