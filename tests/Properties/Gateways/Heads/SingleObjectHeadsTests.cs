using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Heads;
using FireproofBench.Gateways.Layout;
using Xunit;

namespace FireproofBench.Properties.Gateways.Heads;

public sealed class SingleObjectHeadsTests : IAsyncDisposable
{
    private readonly LaggingStore _store = new() { Strong = true };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task A_swap_whose_answer_is_lost_is_known_by_its_nonce_and_made_once()
    {
        int lost = 0;
        _store.AfterPut = key =>
        {
            if (lost++ == 0)
                throw new StorageException(StorageErrorKind.Ambiguous, "put", key, "the answer was lost");
        };
        await Open().PublishAsync(Entry(1), [], Token);
        Assert.Equal(1, lost);
        Assert.Equal(Entry(1).Cid, Assert.Single((await Open().ReadAsync(Token)).Entries).Cid);
    }

    [Fact]
    public async Task No_two_writes_of_the_same_heads_have_the_same_bytes()
    {
        List<string> written = [];
        _store.AfterPut = key => written.Add(key);
        await Open().PublishAsync(Entry(1), [], Token);
        byte[] first = (await _store.GetAsync("meta/main.json", null, Token))!.Bytes.ToArray();
        await Open().PublishAsync(Entry(2), [Entry(1).Cid], Token);
        await Open().PublishAsync(Entry(1), [Entry(2).Cid], Token);
        byte[] again = (await _store.GetAsync("meta/main.json", null, Token))!.Bytes.ToArray();
        Assert.False(first.AsSpan().SequenceEqual(again));
        Assert.Equal(MetaFile.Read(first).Select(e => e.Cid), MetaFile.Read(again).Select(e => e.Cid));
        Assert.Equal(3, written.Count);
    }

    [Fact]
    public async Task Writers_at_once_lose_nothing()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async writer =>
        {
            SingleObjectHeads heads = Open();
            for (int i = 0; i < 10; i++)
            {
                await Task.Yield();
                await heads.PublishAsync(Entry((writer * 100) + i), i == 0 ? [] : [Entry((writer * 100) + i - 1).Cid], Token);
            }
        }));
        Assert.Equal(8, (await Open().ReadAsync(Token)).Entries.Length);
    }

    [Fact]
    public async Task Heads_in_objects_of_their_own_are_taken_over()
    {
        await new MultiObjectHeads(_store, TestOptions.Of()).PublishAsync(Entry(1), [], Token);
        await new MultiObjectHeads(_store, TestOptions.Of()).PublishAsync(Entry(2), [], Token);
        SingleObjectHeads heads = Open();
        Assert.Equal(2, (await heads.ReadAsync(Token)).Entries.Length);
        await heads.PublishAsync(Entry(3), [Entry(1).Cid], Token);
        Assert.Equal([Entry(2).Cid, Entry(3).Cid], (await Open().ReadAsync(Token)).Entries.Select(e => e.Cid).OrderBy(c => c == Entry(3).Cid));
        Assert.Equal("meta/main.json", Assert.Single((await _store.ListAsync("", null, 10, Token)).Objects).Key);
    }

    [Fact]
    public async Task A_store_without_conditions_is_refused_before_anything_is_written()
    {
        _store.Before = static (call, key) =>
        {
            if (call == "put")
                throw new StorageException(StorageErrorKind.Unsupported, "put", key, "no conditions");
        };
        StorageException failure = await Assert.ThrowsAsync<StorageException>(async () => await Open().PublishAsync(Entry(1), [], Token));
        Assert.Equal(StorageErrorKind.Unsupported, failure.Kind);
    }

    [Fact]
    public async Task A_writer_that_always_loses_gives_up_with_a_conflict()
    {
        int tries = 0;
        _store.Before = (call, key) =>
        {
            if (call == "put" && ++tries > 0)
                throw new StorageException(StorageErrorKind.PreconditionFailed, "put", key, "another was faster");
        };
        SingleObjectHeads heads = new(_store, TestOptions.Of() with { Entropy = new NoEntropy() });
        StorageException failure = await Assert.ThrowsAsync<StorageException>(async () => await heads.PublishAsync(Entry(1), [], Token));
        Assert.Equal((StorageErrorKind.Conflict, SingleObjectHeads.MaxAttempts), (failure.Kind, tries));
    }

    private SingleObjectHeads Open() => new(_store, TestOptions.Of());

    private static MetaEntry Entry(int number)
    {
        byte[] data = BitConverter.GetBytes(number);
        return new MetaEntry(Cid.Of(CidCodec.DagCbor, data), [], data);
    }

    // Every pause is the shortest.
    private sealed class NoEntropy : IEntropy
    {
        public void Fill(Span<byte> destination) => destination.Clear();
    }
}
