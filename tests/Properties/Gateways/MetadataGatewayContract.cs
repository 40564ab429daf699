using System.Collections.Immutable;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Crypto;
using FireproofBench.Engine.Ports;
using Xunit;

namespace FireproofBench.Properties.Gateways;

/// <summary>What every metadata gateway promises; run over each of them.</summary>
public abstract class MetadataGatewayContract : IAsyncDisposable
{
    private protected abstract IMetadataGateway Gateway { get; }

    /// <summary>What the counts of long tests are divided by, for a store that is far away.</summary>
    private protected virtual int Shorter => 1;

    private protected static CancellationToken Token => TestContext.Current.CancellationToken;

    public virtual async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_database_that_was_never_written_has_no_heads() => Assert.Empty((await Gateway.ReadAsync(Token)).Entries);

    [Fact]
    public async Task A_publication_drops_exactly_what_it_supersedes()
    {
        await Gateway.PublishAsync(Entry(1), [], Token);
        await Gateway.PublishAsync(Entry(2), [], Token);
        await Gateway.PublishAsync(Entry(3, 1), [Entry(1).Cid, Entry(9).Cid], Token);
        Assert.Equal([Entry(2).Cid, Entry(3).Cid], await HeadsAsync());
        MetaEntry last = (await Gateway.ReadAsync(Token)).Entries[1];
        Assert.Equal([Entry(1).Cid], last.Parents);
        Assert.Equal(Entry(3).Data.ToArray(), last.Data.ToArray());
    }

    [Fact]
    public async Task Publishing_an_entry_again_adds_nothing_and_still_drops_the_superseded()
    {
        await Gateway.PublishAsync(Entry(1), [], Token);
        await Gateway.PublishAsync(Entry(2), [], Token);
        MetaReading before = await Gateway.ReadAsync(Token);
        await Gateway.PublishAsync(Entry(2), [], Token);
        Assert.Equal(before.Version, (await Gateway.ReadAsync(Token)).Version);
        await Gateway.PublishAsync(Entry(2), [Entry(1).Cid, Entry(2).Cid], Token);
        Assert.Equal([Entry(2).Cid], await HeadsAsync());
    }

    [Fact]
    public async Task An_unchanged_state_is_one_instance_and_every_change_has_a_version_of_its_own()
    {
        HashSet<string> versions = [(await Gateway.ReadAsync(Token)).Version];
        for (int i = 1; i < 200 / Shorter; i++)
        {
            await Gateway.PublishAsync(Entry(i), [Entry(i - 1).Cid], Token);
            MetaReading reading = await Gateway.ReadAsync(Token);
            Assert.Equal(Entry(i).Cid, Assert.Single(reading.Entries).Cid);
            Assert.True(versions.Add(reading.Version));
            Assert.Same(reading, await Gateway.ReadAsync(Token));
        }
    }

    [Fact]
    public async Task Keys_beside_an_entry_are_kept_where_the_traits_say_so_and_go_with_it()
    {
        PublishedKey key = PublishedKey.Of(FileKey.FromBytes(new byte[16]));
        await Gateway.PublishAsync(Entry(1) with { Keys = [key] }, [], Token);
        ImmutableArray<PublishedKey> kept = Assert.Single((await ReadElsewhereAsync()).Entries).Keys;
        Assert.Equal(Gateway.Traits.KeepsKeys ? [key.Fingerprint] : [], kept.Select(static one => one.Fingerprint));
        await Gateway.PublishAsync(Entry(2), [Entry(1).Cid], Token);
        Assert.Empty(Assert.Single((await ReadElsewhereAsync()).Entries).Keys);
    }

    [Fact]
    public async Task Publishers_at_once_leave_a_head_each()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(
            async () =>
            {
                for (int i = 0; i < Publications; i++)
                    await Gateway.PublishAsync(Entry((worker * 100) + i), i == 0 ? [] : [Entry((worker * 100) + i - 1).Cid], Token);
            },
            Token)));
        Assert.Equal(Enumerable.Range(0, 8).Select(worker => Entry((worker * 100) + Publications - 1).Cid).Order(), (await HeadsAsync()).Order());
    }

    [Fact]
    public async Task A_reader_sees_a_head_at_every_moment_and_never_a_torn_one()
    {
        await Gateway.PublishAsync(Entry(0), [], Token);
        using CancellationTokenSource end = new();
        Task writer = Task.Run(
            async () =>
            {
                for (int i = 1; i <= 500 / Shorter; i++)
                    await Gateway.PublishAsync(Entry(i), [Entry(i - 1).Cid], Token);
                await end.CancelAsync();
            },
            Token);
        int last = 0;
        while (!end.IsCancellationRequested)
        {
            int now = BitConverter.ToInt32((await ReadElsewhereAsync()).Entries[^1].Data.Span);
            Assert.True(now >= last, $"head {now} after head {last}");
            last = now;
        }

        await writer;
    }

    [Fact]
    public async Task A_subscription_ends_quietly_when_it_is_cancelled()
    {
        using CancellationTokenSource end = new();
        ValueTask<bool> next = Gateway.SubscribeAsync(end.Token).GetAsyncEnumerator(Token).MoveNextAsync();
        Assert.False(next.IsCompleted);
        await end.CancelAsync();
        Assert.False(await next);
    }

    /// <summary>Reads as another process would, where the provider allows one.</summary>
    private protected virtual ValueTask<MetaReading> ReadElsewhereAsync() => Gateway.ReadAsync(Token);

    private protected static MetaEntry Entry(int number, params int[] parents)
    {
        // Of differing lengths, so that a shorter file has to lose the end of a longer one.
        byte[] data = new byte[4 + (number % 7)];
        _ = BitConverter.TryWriteBytes(data, number);
        return new MetaEntry(Cid.Of(CidCodec.DagCbor, data), [.. parents.Select(p => Entry(p).Cid)], data);
    }

    private int Publications => Math.Max(2, 20 / Shorter);

    private protected async Task<Cid[]> HeadsAsync() => [.. (await Gateway.ReadAsync(Token)).Entries.Select(e => e.Cid)];
}
