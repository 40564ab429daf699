using FireproofBench.Endpoint.Heads;
using FireproofBench.Endpoint.Heads.Sql;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;
using Xunit;

namespace FireproofBench.Properties.Endpoint;

/// <summary>What every store of heads promises beyond what its gateway shows: several endpoints on one store, the change log, limits.</summary>
public abstract class HeadStoreContract : IAsyncLifetime
{
    private const int MaxHeads = 50;
    private readonly List<IHeadStore> _open = [];

    private protected static CancellationToken Token => TestContext.Current.CancellationToken;

    public virtual ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public virtual async ValueTask DisposeAsync()
    {
        foreach (IHeadStore store in _open)
            await store.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Two_endpoints_on_one_store_see_each_others_writes_at_once_and_lose_none()
    {
        IHeadStore[] stores = [await OpenAsync(), await OpenAsync()];
        await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(
            async () =>
            {
                for (int i = 0; i < 25; i++)
                {
                    MetaEntry entry = Entry((writer * 100) + i);
                    await stores[writer % 2].PublishAsync("notes", entry, i == 0 ? [] : [Entry((writer * 100) + i - 1).Cid], MaxHeads, Token);
                    HeadState other = await stores[(writer + 1) % 2].ReadAsync("notes", Token);
                    Assert.Contains(other.Entries, e => e.Cid == entry.Cid);
                }
            },
            Token)));
        HeadState end = await stores[0].ReadAsync("notes", Token);
        Assert.Equal(Enumerable.Range(0, 8).Select(writer => Entry((writer * 100) + 24).Cid).Order(), end.Entries.Select(static e => e.Cid).Order());
        Assert.Equal(end.Cursor, (await stores[1].ReadAsync("notes", Token)).Cursor);
        Assert.Equal(200, end.Cursor.Sequence);
    }

    [Fact]
    public async Task What_one_endpoint_writes_the_other_is_told_of()
    {
        IHeadStore writer = await OpenAsync();
        IHeadStore other = await OpenAsync();
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(Token);
        await using IAsyncEnumerator<string?> watch = other.WatchAsync(end.Token).GetAsyncEnumerator(CancellationToken.None);
        ValueTask<bool> next = watch.MoveNextAsync();
        Task<bool> told = next.AsTask();
        for (int i = 0; !told.IsCompleted; i++)
        {
            // The watch may begin later than the first write; it may not miss all of them.
            await writer.PublishAsync("notes", Entry(i), [], 10_000, Token);
            _ = await Task.WhenAny(told, Task.Delay(20, Token));
        }

        Assert.True(await told);
        Assert.True(watch.Current is null or "notes");
        await end.CancelAsync();
        while (await watch.MoveNextAsync())
        {
        }
    }

    [Fact]
    public async Task The_changes_since_any_moment_lead_to_the_same_heads()
    {
        IHeadStore store = await OpenAsync();
        Random random = new(7);
        List<HeadState> moments = [await store.ReadAsync("notes", Token)];
        for (int i = 0; i < 60; i++)
        {
            Cid[] superseded = [.. moments[^1].Entries.Where(_ => random.Next(3) == 0).Select(static e => e.Cid), Entry(1000 + i).Cid];
            _ = await store.PublishAsync("notes", Entry(i), superseded, MaxHeads, Token);
            moments.Add(await store.ReadAsync("notes", Token));
        }

        HeadState end = moments[^1];
        foreach (HeadState then in moments)
        {
            HeadDelta? delta = await store.ReadSinceAsync("notes", then.Cursor with { Log = end.Cursor.Log }, Token);
            Assert.NotNull(delta);
            Assert.Equal(end.Cursor, delta.Cursor);
            Assert.Equal(
                end.Entries.Select(static e => e.Cid),
                then.Entries.Select(static e => e.Cid).Where(cid => !delta.Removed.Contains(cid)).Concat(delta.Added.Select(static e => e.Cid)));
        }
    }

    [Fact]
    public async Task A_moment_that_is_too_long_ago_or_of_another_store_is_told_as_such()
    {
        IHeadStore store = await OpenAsync(history: 20);
        HeadCursor first = await store.PublishAsync("notes", Entry(0), [], MaxHeads, Token);
        HeadCursor last = first;
        for (int i = 1; i <= 40; i++)
            last = await store.PublishAsync("notes", Entry(i), [Entry(i - 1).Cid], MaxHeads, Token);
        Assert.Null(await store.ReadSinceAsync("notes", first, Token));
        Assert.NotNull(await store.ReadSinceAsync("notes", last with { Sequence = last.Sequence - 15 }, Token));
        Assert.Null(await store.ReadSinceAsync("notes", last with { Sequence = last.Sequence + 1 }, Token));
        Assert.Null(await store.ReadSinceAsync("notes", last with { Log = "another" }, Token));
        Assert.Null(await store.ReadSinceAsync("never written", last, Token));
    }

    [Fact]
    public async Task Heads_beyond_the_limit_are_refused_and_those_beside_them_are_not()
    {
        IHeadStore store = await OpenAsync();
        for (int i = 0; i < MaxHeads; i++)
            _ = await store.PublishAsync("full", Entry(i), [], MaxHeads, Token);
        Task<HeadCursor> full = store.PublishAsync("full", Entry(MaxHeads), [], MaxHeads, Token).AsTask();
        Task<HeadCursor> beside = store.PublishAsync("beside", Entry(1), [], MaxHeads, Token).AsTask();
        Assert.Equal(StorageErrorKind.NoSpace, (await Assert.ThrowsAsync<StorageException>(() => full)).Kind);
        Assert.Equal(1, (await beside).Sequence);

        // A head that takes the place of others is always welcome.
        _ = await store.PublishAsync("full", Entry(MaxHeads), [Entry(0).Cid, Entry(1).Cid], MaxHeads, Token);
        Assert.Equal(MaxHeads - 1, (await store.ReadAsync("full", Token)).Entries.Length);
    }

    [Fact]
    public async Task Superseding_what_never_was_a_head_makes_no_room_for_another_one()
    {
        IHeadStore store = await OpenAsync();
        for (int i = 0; i < MaxHeads; i++)
            _ = await store.PublishAsync("full", Entry(i), [], MaxHeads, Token);
        Cid[] strangers = [.. Enumerable.Range(1000, 10).Select(static i => Entry(i).Cid)];
        StorageException full = await Assert.ThrowsAsync<StorageException>(async () => await store.PublishAsync("full", Entry(MaxHeads), strangers, MaxHeads, Token));
        Assert.Equal(StorageErrorKind.NoSpace, full.Kind);
        _ = await store.PublishAsync("full", Entry(0), [], MaxHeads, Token);
        _ = await store.PublishAsync("full", Entry(MaxHeads), [.. strangers, Entry(0).Cid, Entry(0).Cid], MaxHeads, Token);
        Assert.Equal(MaxHeads, (await store.ReadAsync("full", Token)).Entries.Length);
    }

    [Fact]
    public async Task Only_so_many_events_are_remembered_that_never_came()
    {
        const int History = 20;
        IHeadStore store = await OpenAsync(History);
        for (int i = 0; i < 20; i++)
        {
            Cid[] strangers = [.. Enumerable.Range(1000 + (i * 30), 30).Select(static n => Entry(n).Cid)];
            _ = await store.PublishAsync("notes", Entry(1), strangers, MaxHeads, Token);
        }

        Assert.InRange(await CountEventsAsync(), 30, MaxHeads + (3 * History));

        // Those of the first are among them: what comes late is no head.
        _ = await store.PublishAsync("notes", Entry(1000), [], MaxHeads, Token);
        Assert.Equal(Entry(1).Cid, Assert.Single((await store.ReadAsync("notes", Token)).Entries).Cid);
    }

    [Fact]
    public async Task Names_of_databases_are_kept_apart_letter_by_letter()
    {
        IHeadStore store = await OpenAsync();
        string[] names = ["notes", "Notes", "notes ", "nötes", "no\u0308tes", "'; DROP TABLE fireproof_events; --", "😀"];
        foreach ((int i, string name) in names.Index())
            _ = await store.PublishAsync(name, Entry(i), [], MaxHeads, Token);
        foreach ((int i, string name) in names.Index())
            Assert.Equal(Entry(i).Cid, Assert.Single((await store.ReadAsync(name, Token)).Entries).Cid);
    }

    /// <summary>How many events the place of this test has, heads or not.</summary>
    private protected abstract Task<long> CountEventsAsync();

    /// <summary>Opens the place of this test; each call as another endpoint would.</summary>
    private protected abstract SqlHeadStore Make(int history);

    private protected async Task<IHeadStore> OpenAsync(int history = 100_000)
    {
        SqlHeadStore store = Make(history);
        _open.Add(store);
        await store.StartAsync(Token);
        return store;
    }

    private protected static MetaEntry Entry(int number)
    {
        byte[] data = BitConverter.GetBytes(number);
        return new MetaEntry(Cid.Of(CidCodec.DagCbor, data), [Cid.Of(CidCodec.DagCbor, [1])], data);
    }
}
