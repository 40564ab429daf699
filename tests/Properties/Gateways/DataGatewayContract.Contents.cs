using FireproofBench.Engine.Ports;
using Xunit;

namespace FireproofBench.Properties.Gateways;

/// <content>Bytes, streams, ranges and absence, and what a reader sees meanwhile.</content>
public abstract partial class DataGatewayContract
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4095)]
    [InlineData(4096)]
    [InlineData(4097)]
    [InlineData(3_000_001)]
    public async Task An_object_comes_back_byte_for_byte(int length)
    {
        byte[] content = Bytes(length, 7);
        string version = await Gateway.PutAsync("data/x.car", content, PutCondition.None, Token);
        ObjectContent? got = await Gateway.GetAsync("data/x.car", null, Token);
        Assert.NotNull(got);
        Assert.True(got.Bytes.Span.SequenceEqual(content));
        ObjectInfo? head = await Gateway.HeadAsync("data/x.car", Token);
        ListPage page = await Gateway.ListAsync("data/", null, 10, Token);
        Assert.Equal(got.Info, head);
        Assert.Equal(got.Info, Assert.Single(page.Objects));
        Assert.Equal((length, PutsTellVersions ? version : head!.Version), (head!.Length, head.Version));
        Assert.Null(page.After);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3_000_001)]
    public async Task A_stream_is_stored_like_bytes_and_read_back_piece_by_piece(int length)
    {
        byte[] content = Bytes(length, 9);
        bool creates = Gateway.Traits.ConditionalCreate;
        string version = await Gateway.PutAsync("s", Source(content), creates ? PutCondition.IfAbsent : PutCondition.None, Token);
        Assert.True(version.Length == 0 ? !PutsTellVersions : version == (await Gateway.HeadAsync("s", Token))!.Version);
        await using ObjectStream? stream = await ObjectStream.OpenAsync(Gateway, "s", Token, pieceLength: 1_000_000);
        using MemoryStream got = new();
        await stream!.CopyToAsync(got, Token);
        Assert.True(got.ToArray().AsSpan().SequenceEqual(content));
        stream.Position = length / 2;
        Assert.Equal(length - (length / 2), await stream.ReadAtLeastAsync(new byte[length + 1], length + 1, throwOnEndOfStream: false, Token));
        StorageException taken = await Assert.ThrowsAsync<StorageException>(async () => await Gateway.PutAsync("s", Source(content), PutCondition.IfAbsent, Token));
        Assert.Equal(creates ? StorageErrorKind.PreconditionFailed : StorageErrorKind.Unsupported, taken.Kind);
    }

    [Theory]
    [InlineData(199_999)]
    [InlineData(200_001)]
    public async Task A_stream_of_another_length_than_announced_leaves_what_was_there(int length)
    {
        _ = await Gateway.PutAsync("s", Bytes(10, 1), PutCondition.None, Token);
        StorageException wrong = await Assert.ThrowsAsync<StorageException>(async () => await Gateway.PutAsync(
            "s", new ContentSource(200_000, _ => ValueTask.FromResult<Stream>(new MemoryStream(Bytes(length, 2)))), PutCondition.None, Token));
        Assert.Equal(StorageErrorKind.Permanent, wrong.Kind);
        Assert.Equal(Bytes(10, 1), (await Gateway.GetAsync("s", null, Token))!.Bytes.ToArray());
        Assert.Single((await Gateway.ListAsync("", null, 10, Token)).Objects);
    }

    [Fact]
    public async Task An_object_that_is_replaced_while_it_is_streamed_is_never_mixed()
    {
        _ = await Gateway.PutAsync("s", Bytes(1000, 1), PutCondition.None, Token);
        await using ObjectStream? stream = await ObjectStream.OpenAsync(Gateway, "s", Token, pieceLength: 600);
        _ = await Gateway.PutAsync("s", Bytes(VersionsAreFine ? 1000 : 1001, 2), PutCondition.None, Token);
        StorageException mixed = await Assert.ThrowsAsync<StorageException>(async () => await stream!.CopyToAsync(Stream.Null, Token));
        Assert.Equal(StorageErrorKind.Conflict, mixed.Kind);
    }

    [Theory]
    [InlineData(0, 1, 0, 1)]
    [InlineData(0, 100, 0, 100)]
    [InlineData(99, 1, 99, 1)]
    [InlineData(90, 50, 90, 10)]
    [InlineData(10, long.MaxValue, 10, 90)]
    [InlineData(100, 5, 100, 0)]
    [InlineData(5_000_000_000, 5, 100, 0)]
    public async Task A_range_is_cut_at_the_end_of_the_object(long offset, long length, int from, int count)
    {
        byte[] content = Bytes(100, 3);
        _ = await Gateway.PutAsync("r", content, PutCondition.None, Token);
        ObjectContent? got = await Gateway.GetAsync("r", new ByteRange(offset, length), Token);
        Assert.NotNull(got);
        Assert.Equal(content[from..(from + count)], got.Bytes.ToArray());
        Assert.Equal(100, got.Info.Length);
    }

    [Fact]
    public async Task Absence_is_a_value()
    {
        _ = await Gateway.PutAsync("data/here", Bytes(1, 0), PutCondition.None, Token);
        foreach (string key in (string[])["nothing", "data", "data/nothing", "data/here/below", "far/away/nothing"])
        {
            Assert.Null(await Gateway.GetAsync(key, null, Token));
            Assert.Null(await Gateway.GetAsync(key, new ByteRange(0, 1), Token));
            Assert.Null(await Gateway.HeadAsync(key, Token));
            Assert.Equal(!DeletesTell, await Gateway.DeleteAsync(key, null, Token));
        }

        Assert.Empty((await Gateway.ListAsync("nothing/", null, 5, Token)).Objects);
    }

    [Fact]
    public async Task A_delete_takes_one_object_and_nothing_beside_it()
    {
        string[] keys = ["k", "kx", "k-", "K", "d/k", "d/k0"];
        foreach (string key in keys)
            _ = await Gateway.PutAsync(key, Bytes(3, 1), PutCondition.None, Token);
        Assert.True(await Gateway.DeleteAsync("k", null, Token));
        Assert.Equal(!DeletesTell, await Gateway.DeleteAsync("k", null, Token));
        Assert.True(await Gateway.DeleteAsync("d/k", null, Token));
        Assert.Equal(["K", "d/k0", "k-", "kx"], await KeysAsync("", 100));
        _ = await Gateway.PutAsync("d/k", Bytes(4, 1), PutCondition.None, Token);
        Assert.Equal(4, (await Gateway.HeadAsync("d/k", Token))!.Length);
    }

    [Fact]
    public async Task Shorter_content_leaves_nothing_of_longer_content_behind()
    {
        _ = await Gateway.PutAsync("o", Bytes(100_000, 1), PutCondition.None, Token);
        _ = await Gateway.PutAsync("o", Bytes(10, 2), PutCondition.None, Token);
        Assert.Equal(Bytes(10, 2), (await Gateway.GetAsync("o", null, Token))!.Bytes.ToArray());
    }

    [Fact]
    public async Task A_reader_sees_nothing_or_all_of_an_object_that_is_created()
    {
        for (int i = 0; i < Short(100); i++)
        {
            string key = $"created-{i}";
            byte[] content = Bytes(50_000, i + 1);
            Task<string> put = Gateway.PutAsync(key, content, PutCondition.None, Token).AsTask();
            for (bool ended = false; !ended;)
            {
                ended = put.IsCompleted;
                if (await Gateway.GetAsync(key, null, Token) is { } seen)
                    Assert.True(seen.Bytes.Span.SequenceEqual(content), $"{seen.Bytes.Length} bytes of {key} were seen while it was created");
                else
                    Assert.False(ended, $"{key} is absent after its put had ended");
            }

            _ = await put;
        }
    }

    [Fact]
    public async Task A_reader_sees_whole_versions_while_others_overwrite()
    {
        Assert.SkipUnless(ReplacesWhole, "this server shows an absent or mixed object while it is replaced; what is never overwritten is whole");
        _ = await Gateway.PutAsync("w", Stamped(0), PutCondition.None, Token);
        using CancellationTokenSource end = new();
        Task writer = Task.Run(async () =>
        {
            for (int i = 1; i <= Short(300); i++)
                _ = await Gateway.PutAsync("w", Stamped(i), PutCondition.None, Token);
            await end.CancelAsync();
        }, Token);
        while (!end.IsCancellationRequested)
        {
            byte[] seen = (await Gateway.GetAsync("w", null, Token))!.Bytes.ToArray();
            Assert.Equal(Stamped(BitConverter.ToInt32(seen)), seen);
        }

        await writer;
    }

    [Fact]
    public async Task A_cancelled_call_does_nothing()
    {
        CancellationToken cancelled = new(canceled: true);
        _ = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Gateway.PutAsync("x", Bytes(1, 1), PutCondition.None, cancelled).AsTask());
        _ = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Gateway.ListAsync("", null, 1, cancelled).AsTask());
        Assert.Null(await Gateway.GetAsync("x", null, Token));
    }

    private static ContentSource Source(byte[] content) => new(content.Length, _ => ValueTask.FromResult<Stream>(new MemoryStream(content)));

    private static byte[] Stamped(int number) => [.. Enumerable.Repeat(BitConverter.GetBytes(number), 500 + number).SelectMany(b => b)];
}
