using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Heads;
using FireproofBench.Gateways.Layout;
using FireproofBench.Gateways.Memory;
using FireproofBench.Gateways.Simulated;
using Xunit;

namespace FireproofBench.Properties.Gateways.Heads;

public sealed class MultiObjectHeadsTests : IAsyncDisposable
{
    private readonly LaggingStore _store = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task What_a_listing_does_not_show_yet_is_never_lost_to_its_writer()
    {
        MultiObjectHeads heads = Open();
        await heads.PublishAsync(Entry(1), [], Token);
        await _store.FreezeAsync();
        await heads.PublishAsync(Entry(2, 1), [Entry(1).Cid], Token);
        Assert.Equal("2", await HeadsAsync(heads));

        // Its predecessor goes only when everybody can see the successor.
        Assert.Equal("1", await HeadsAsync(Open()));
        _store.Thaw();
        await heads.PublishAsync(Entry(3, 2), [Entry(2).Cid], Token);
        Assert.Equal("3", await HeadsAsync(Open()));

        // It goes a publication later, so that a slow reader finds something.
        Assert.Equal(["meta/" + Entry(2).Cid, "meta/" + Entry(3).Cid], (await _store.ListAsync("meta/", null, 10, Token)).Objects.Select(o => o.Key).OrderBy(k => k.EndsWith(Entry(3).Cid.ToString(), StringComparison.Ordinal)));
    }

    [Fact]
    public async Task What_somebody_else_left_for_his_next_publication_does_not_come_back_when_its_successor_goes()
    {
        MultiObjectHeads one = Open();
        await one.PublishAsync(Entry(1), [], Token);
        await one.PublishAsync(Entry(2, 1), [Entry(1).Cid], Token);
        MultiObjectHeads other = Open();
        await other.PublishAsync(Entry(3, 2), [Entry(2).Cid], Token);
        await other.PublishAsync(Entry(4, 3), [Entry(3).Cid], Token);
        Assert.Null(await _store.HeadAsync("meta/" + Entry(2).Cid, Token));
        Assert.Equal("4", await HeadsAsync(Open()));
    }

    [Fact]
    public async Task A_head_that_a_late_request_brings_back_goes_with_the_next_publication()
    {
        await using MemoryDataGateway store = new(TimeProvider.System);
        MultiObjectHeads heads = new(store, TestOptions.Of());
        await heads.PublishAsync(Entry(1), [], Token);
        string key = "meta/" + Entry(1).Cid;
        ReadOnlyMemory<byte> sent = (await store.GetAsync(key, null, Token))!.Bytes;
        await heads.PublishAsync(Entry(2, 1), [Entry(1).Cid], Token);
        _ = await store.PutAsync(key, sent, PutCondition.None, Token);
        Assert.Equal("2", await HeadsAsync(heads));
        await heads.PublishAsync(Entry(3, 2), [Entry(2).Cid], Token);
        Assert.Equal("3", await HeadsAsync(new MultiObjectHeads(store, TestOptions.Of())));
    }

    [Fact]
    public async Task A_head_that_a_writer_left_who_died_goes_with_what_hides_it()
    {
        await using MemoryDataGateway store = new(TimeProvider.System);
        MultiObjectHeads dying = new(new BentGateway(store) { OnDelete = static (_, key, _, _) => throw new StorageException(StorageErrorKind.Transient, "delete", key, "it is dead") }, TestOptions.Of());
        await dying.PublishAsync(Entry(1), [], Token);
        await dying.PublishAsync(Entry(2, 1), [Entry(1).Cid], Token);
        Assert.NotNull(await store.HeadAsync("meta/" + Entry(1).Cid, Token));
        MultiObjectHeads other = new(store, TestOptions.Of());
        Assert.Equal("2", await HeadsAsync(other));
        await other.PublishAsync(Entry(3, 2), [Entry(2).Cid], Token);
        Assert.Equal("3", await HeadsAsync(new MultiObjectHeads(store, TestOptions.Of())));
        Assert.Null(await store.HeadAsync("meta/" + Entry(1).Cid, Token));
    }

    [Fact]
    public async Task A_head_that_was_left_stays_hidden_when_it_cannot_be_removed_and_what_hid_it_goes()
    {
        await using MemoryDataGateway store = new(TimeProvider.System);
        string left = "meta/" + Entry(1).Cid;
        MultiObjectHeads heads = new(
            new BentGateway(store)
            {
                OnDelete = (below, key, version, token) => key == left ? throw new StorageException(StorageErrorKind.Transient, "delete", key, "not now") : below.DeleteAsync(key, version, token),
            },
            TestOptions.Of());
        await heads.PublishAsync(Entry(1), [], Token);
        await heads.PublishAsync(Entry(2, 1), [Entry(1).Cid], Token);
        await heads.PublishAsync(Entry(3, 2), [Entry(2).Cid], Token);
        Assert.NotNull(await store.HeadAsync(left, Token));
        Assert.Null(await store.HeadAsync("meta/" + Entry(2).Cid, Token));
        Assert.Equal("3", await HeadsAsync(new MultiObjectHeads(store, TestOptions.Of())));
    }

    [Fact]
    public async Task On_a_store_whose_deletes_are_late_each_head_is_removed_once()
    {
        const int Publications = 30;
        int deletes = 0;
        BentGateway late = new(_store)
        {
            OnDelete = (_, _, _, _) =>
            {
                deletes++;
                return new ValueTask<bool>(true);
            },
        };
        MultiObjectHeads heads = new(late, TestOptions.Of());
        await heads.PublishAsync(Entry(1), [], Token);
        for (int i = 2; i <= Publications; i++)
        {
            await heads.PublishAsync(Entry(i, i - 1), [Entry(i - 1).Cid], Token);
            Assert.Equal($"{i}", await HeadsAsync(heads));
        }

        Assert.InRange(deletes, Publications - 3, Publications);
    }

    [Fact]
    public async Task A_listing_that_shows_removed_heads_beside_live_ones_gives_the_live_ones()
    {
        await Open().PublishAsync(Entry(1), [], Token);
        await Open().PublishAsync(Entry(2), [], Token);
        await _store.FreezeAsync();
        _ = await _store.DeleteAsync("meta/" + Entry(1).Cid, null, Token);
        Assert.Equal("2", await HeadsAsync(Open()));
    }

    [Fact]
    public async Task A_listing_that_shows_nothing_but_removed_heads_is_no_empty_database()
    {
        LaggingStore store = new();
        await new MultiObjectHeads(store, TestOptions.Of()).PublishAsync(Entry(1), [], Token);
        await store.FreezeAsync();
        _ = await store.DeleteAsync("meta/" + Entry(1).Cid, null, Token);
        MultiObjectHeads heads = new(store, TestOptions.Of() with { Time = new RacingTime() });
        StorageException failure = await Assert.ThrowsAsync<StorageException>(async () => await heads.ReadAsync(Token));
        Assert.Equal(StorageErrorKind.Transient, failure.Kind);
    }

    [Fact]
    public async Task A_head_that_goes_between_listing_and_get_is_looked_for_again()
    {
        MultiObjectHeads writer = Open();
        await writer.PublishAsync(Entry(1), [], Token);
        MultiObjectHeads reader = Open();
        bool raced = false;
        _store.Before = (call, key) =>
        {
            if (call != "get" || raced)
                return;
            raced = true;
            writer.PublishAsync(Entry(2, 1), [Entry(1).Cid], Token).AsTask().Wait(Token);
            _ = _store.DeleteAsync("meta/" + Entry(1).Cid, null, Token).AsTask().Wait(TimeSpan.FromSeconds(5));
        };
        Assert.Equal("2", await HeadsAsync(reader));
        Assert.True(raced);
    }

    [Fact]
    public async Task A_reader_beside_writers_that_never_rest_ends_with_all_that_was_there_when_it_began()
    {
        MultiObjectHeads busy = Open();
        await busy.PublishAsync(Entry(1), [], Token);
        MultiObjectHeads writer = Open();
        int newest = 100;
        int listings = 0;
        bool isWriting = false;
        _store.Before = (call, key) =>
        {
            if (isWriting)
                return;
            isWriting = true;
            if (call == "get" && key == "meta/" + Entry(1).Cid)
                Replace(busy, 1, 2);
            else if ((call == "list" && ++listings > 1) || (call == "get" && key == "meta/" + Entry(newest).Cid))
                Replace(writer, newest, ++newest);
            isWriting = false;
        };

        // Each listing names an object that is gone when it is asked for: first the one that was there, then always a younger one.
        Assert.Equal("2", (await HeadsAsync(Open())).Split(' ')[0]);
        Assert.True(newest > 100);

        void Replace(MultiObjectHeads heads, int old, int young)
        {
            heads.PublishAsync(Entry(young, old), [Entry(old).Cid], Token).AsTask().Wait(Token);
            _ = _store.DeleteAsync("meta/" + Entry(old).Cid, null, Token).AsTask().Wait(TimeSpan.FromSeconds(5));
        }
    }

    [Fact]
    public async Task What_was_superseded_without_being_a_parent_is_no_head_for_anybody()
    {
        MultiObjectHeads heads = Open();
        await heads.PublishAsync(Entry(1), [], Token);
        await heads.PublishAsync(Entry(2), [Entry(1).Cid], Token);
        Assert.Equal(2, (await _store.ListAsync("meta/", null, 10, Token)).Objects.Count);
        Assert.Equal("2", await HeadsAsync(Open()));
    }

    [Fact]
    public async Task An_entry_that_is_published_again_after_it_was_superseded_is_a_head()
    {
        MultiObjectHeads heads = Open();
        await heads.PublishAsync(Entry(1), [], Token);
        await heads.PublishAsync(Entry(2), [Entry(1).Cid], Token);
        await heads.PublishAsync(Entry(1), [Entry(2).Cid], Token);
        Assert.Equal("1", await HeadsAsync(heads));
        Assert.NotEmpty(await HeadsAsync(Open()));
    }

    [Fact]
    public async Task A_parent_whose_object_could_not_be_removed_is_no_head_and_goes_later()
    {
        MultiObjectHeads heads = Open();
        await heads.PublishAsync(Entry(1), [], Token);
        _store.Before = static (call, key) =>
        {
            if (call == "delete")
                throw new StorageException(StorageErrorKind.Transient, "delete", key, "not now");
        };
        await heads.PublishAsync(Entry(2, 1), [Entry(1).Cid], Token);
        Assert.Equal("2", await HeadsAsync(heads));
        Assert.Equal("2", await HeadsAsync(Open()));
        _store.Before = static (_, _) => { };
        await heads.PublishAsync(Entry(3, 2), [Entry(2).Cid], Token);
        Assert.Null(await _store.HeadAsync("meta/" + Entry(1).Cid, Token));
        Assert.Equal("3", await HeadsAsync(Open()));
    }

    [Fact]
    public async Task A_publication_whose_answer_is_lost_is_settled_by_reading_back()
    {
        _store.AfterPut = static key => throw new StorageException(StorageErrorKind.Transient, "put", key, "the connection broke off");
        MultiObjectHeads heads = Open();
        await heads.PublishAsync(Entry(1), [], Token);
        Assert.Equal("1", await HeadsAsync(Open()));
        _store.Before = static (call, key) =>
        {
            if (call == "put")
                throw new StorageException(StorageErrorKind.Transient, "put", key, "nothing was sent");
        };
        _ = await Assert.ThrowsAsync<StorageException>(async () => await heads.PublishAsync(Entry(2), [Entry(1).Cid], Token));
        Assert.Equal("1", await HeadsAsync(heads));
    }

    [Fact]
    public async Task An_outage_is_no_empty_reading()
    {
        _store.Before = static (_, key) => throw new StorageException(StorageErrorKind.Transient, "list", key, "out");
        _ = await Assert.ThrowsAsync<StorageException>(async () => await Open().ReadAsync(Token));
    }

    [Fact]
    public async Task The_file_of_a_copied_folder_is_read_and_its_living_entries_move()
    {
        byte[] main = MetaFile.Write([Entry(1), Entry(2)]);
        _ = await _store.PutAsync("meta/main.json", main, PutCondition.None, Token);
        _ = await _store.PutAsync("meta/version", "v0.19-file"u8.ToArray(), PutCondition.None, Token);
        MultiObjectHeads heads = Open();
        await Open().PublishAsync(Entry(5), [], Token);
        Assert.Equal("1 2 5", await HeadsAsync(heads));
        await heads.PublishAsync(Entry(6, 1), [Entry(1).Cid], Token);
        Assert.Equal("2 5 6", await HeadsAsync(Open()));
        await heads.PublishAsync(Entry(7, 6), [Entry(6).Cid], Token);
        Assert.Equal("2 5 7", await HeadsAsync(Open()));
        Assert.Null(await _store.HeadAsync("meta/main.json", Token));
        Assert.NotNull(await _store.HeadAsync("meta/version", Token));
    }

    [Fact]
    public async Task An_object_that_holds_another_entry_than_its_name_says_is_corrupt()
    {
        string key = "meta/" + Entry(1).Cid;
        _ = await _store.PutAsync(key, MetaFile.Write([Entry(2)]), PutCondition.None, Token);
        StorageException failure = await Assert.ThrowsAsync<StorageException>(async () => await Open().ReadAsync(Token));
        Assert.Equal((StorageErrorKind.Corrupt, key), (failure.Kind, failure.Key));
    }

    private MultiObjectHeads Open() => new(_store, TestOptions.Of());

    private static MetaEntry Entry(int number, params int[] parents)
    {
        byte[] data = BitConverter.GetBytes(number);
        return new MetaEntry(Cid.Of(CidCodec.DagCbor, data), [.. parents.Select(p => Entry(p).Cid)], data);
    }

    private static async Task<string> HeadsAsync(MultiObjectHeads heads) =>
        string.Join(' ', (await heads.ReadAsync(Token)).Entries.Select(e => BitConverter.ToInt32(e.Data.Span)).Order());

    // A second passes with every look at it, and no pause takes any time.
    private sealed class RacingTime : TimeProvider
    {
        private long _seconds;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Interlocked.Increment(ref _seconds);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
