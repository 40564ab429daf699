using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Entropy;
using FireproofBench.Gateways.Memory;
using FireproofBench.Gateways.Wrapping;
using FireproofBench.Properties.Fixtures;
using Xunit;

namespace FireproofBench.Properties.Gateways.Wrapping;

public sealed class CachingGatewayTests : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly JumpingTime _time = new();
    private readonly MemoryDataGateway _store;
    private readonly CallHistory _history;

    public CachingGatewayTests()
    {
        _store = new MemoryDataGateway(_time);
        _history = new CallHistory(_time);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task An_immutable_object_is_fetched_once_even_by_another_process_later()
    {
        string car = await StoreAsync(1, 5000, ".car");
        string file = await StoreAsync(2, 5000, "");
        for (int process = 0; process < 3; process++)
        {
            await using CachingGateway gateway = Gateway();
            foreach (string key in (string[])[car, file])
            {
                ObjectContent direct = (await _store.GetAsync(key, null, Token))!;
                ObjectContent whole = (await gateway.GetAsync(key, null, Token))!;
                Assert.Equal(direct.Info, whole.Info);
                Assert.True(whole.Bytes.Span.SequenceEqual(direct.Bytes.Span));
                foreach ((long offset, long length) in ((long, long)[])[(0, 10), (100, 5000), (4999, 1), (5000, 1), (9999, 9)])
                {
                    ObjectContent part = (await gateway.GetAsync(key, new ByteRange(offset, length), Token))!;
                    Assert.Equal((await _store.GetAsync(key, new ByteRange(offset, length), Token))!.Bytes.ToArray(), part.Bytes.ToArray());
                    Assert.Equal(direct.Info, part.Info);
                }
            }
        }

        Assert.Equal([car, file], _history.Records.Select(static r => r.Key));
    }

    [Fact]
    public async Task Keys_whose_content_may_change_and_large_objects_pass()
    {
        _ = await _store.PutAsync("data/x.car", new byte[3], PutCondition.None, Token);
        string large = await StoreAsync(3, 2000, ".car");
        await using CachingGateway gateway = Gateway(o => o with { MaxObjectLength = 1999 });
        for (int i = 0; i < 2; i++)
        {
            Assert.NotNull(await gateway.GetAsync("data/x.car", null, Token));
            Assert.NotNull(await gateway.GetAsync(large, null, Token));
            Assert.Equal(10, (await gateway.GetAsync(large, new ByteRange(5, 10), Token))!.Bytes.Length);
        }

        Assert.Empty(CachedFiles());
        Assert.Equal(6, _history.Records.Count(static r => r.Operation == GatewayOperation.Get));
    }

    [Fact]
    public async Task Absence_is_not_kept()
    {
        byte[] body = Body(9, 100);
        string key = $"data/{Cid.Of(CidCodec.Car, body)}.car";
        await using CachingGateway gateway = Gateway();
        Assert.Null(await gateway.GetAsync(key, null, Token));
        Assert.Null(await gateway.GetAsync(key, new ByteRange(0, 1), Token));
        _ = await _store.PutAsync(key, body, PutCondition.None, Token);
        Assert.NotNull(await gateway.GetAsync(key, null, Token));
        _ = await gateway.DeleteAsync(key, null, Token);
        Assert.Null(await gateway.GetAsync(key, null, Token));
    }

    [Theory]
    [InlineData("cut")]
    [InlineData("empty")]
    [InlineData("bit")]
    [InlineData("head")]
    [InlineData("longer")]
    public async Task A_damaged_file_is_fetched_again(string damage)
    {
        string key = await StoreAsync(4, 3000, ".car");
        ObjectContent sound = (await _store.GetAsync(key, null, Token))!;
        await using (CachingGateway first = Gateway())
            _ = await first.GetAsync(key, null, Token);
        string file = Assert.Single(CachedFiles());
        byte[] bytes = await File.ReadAllBytesAsync(file, Token);
        switch (damage)
        {
            case "cut":
                bytes = bytes[..^100];
                break;
            case "empty":
                bytes = [];
                break;
            case "longer":
                bytes = [.. bytes, 0];
                break;
            default:
                bytes[damage == "head" ? 45 : 2000] ^= 1;
                break;
        }

        await File.WriteAllBytesAsync(file, bytes, Token);
        await using CachingGateway second = Gateway();
        ObjectContent part = (await second.GetAsync(key, new ByteRange(10, 20), Token))!;
        Assert.Equal(sound.Bytes[10..30].ToArray(), part.Bytes.ToArray());
        Assert.Equal(sound.Info, part.Info);
        Assert.True((await second.GetAsync(key, null, Token))!.Bytes.Span.SequenceEqual(sound.Bytes.Span));
        Assert.Equal(2, _history.Records.Count(static r => r.Operation == GatewayOperation.Get));
    }

    [Fact]
    public async Task What_was_not_used_for_longest_goes_first_whoever_used_it()
    {
        await using CachingGateway one = Gateway(static o => o with { MaxLength = 50_000 });
        await using CachingGateway two = Gateway(static o => o with { MaxLength = 50_000 });
        string kept = await StoreAsync(1000, 4000, ".car");
        _ = await one.GetAsync(kept, null, Token);
        for (int i = 0; i < 40; i++)
        {
            _time.Pass(TimeSpan.FromMinutes(2));
            _ = await (i % 2 == 0 ? one : two).GetAsync(await StoreAsync(i, 4000, ".car"), null, Token);
            _ = await two.GetAsync(kept, new ByteRange(0, 1), Token);
            Assert.InRange(CachedFiles().Sum(static f => new FileInfo(f).Length), 1, 50_000 + (2 * 50_000 / 16) + 4512);
        }

        Assert.Equal(1, _history.Records.Count(r => r.Operation == GatewayOperation.Get && r.Key == kept));
        Assert.True(CachedFiles().Length >= 8);
    }

    [Fact]
    public async Task Many_readers_in_two_processes_always_get_whole_objects_while_room_is_made()
    {
        string[] keys = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => StoreAsync(i, 1000 + i, ".car")));
        await using CachingGateway one = Gateway(static o => o with { MaxLength = 15_000, Time = TimeProvider.System });
        await using CachingGateway two = Gateway(static o => o with { MaxLength = 15_000, Time = TimeProvider.System });
        await Task.WhenAll(Enumerable.Range(0, 8).Select(reader => Task.Run(async () =>
        {
            Random random = new(reader);
            for (int i = 0; i < 200; i++)
            {
                int n = random.Next(keys.Length);
                ObjectContent got = (await (reader % 2 == 0 ? one : two).GetAsync(keys[n], i % 3 == 0 ? new ByteRange(500, 100) : null, Token))!;
                byte[] expected = Body(n, 1000 + n);
                Assert.True(got.Bytes.Span.SequenceEqual(i % 3 == 0 ? expected.AsSpan(500, 100) : expected));
            }
        }, Token)));
    }

    [Fact]
    public async Task A_cache_that_cannot_be_written_changes_nothing_else()
    {
        string key = await StoreAsync(1, 100, ".car");
        await using CachingGateway gateway = Gateway();
        Directory.Delete(_folder.Path, recursive: true);
        await File.WriteAllTextAsync(_folder.Path, "in the way", Token);
        Assert.Equal(100, (await gateway.GetAsync(key, null, Token))!.Bytes.Length);
        Assert.Equal(100, (await gateway.GetAsync(key, null, Token))!.Bytes.Length);
        File.Delete(_folder.Path);
        _ = Directory.CreateDirectory(_folder.Path);
    }

    private static byte[] Body(int seed, int length)
    {
        byte[] body = new byte[length];
        new SeededEntropy((ulong)seed).Fill(body);
        return body;
    }

    private async Task<string> StoreAsync(int seed, int length, string suffix)
    {
        byte[] body = Body(seed, length);
        string key = $"data/{Cid.Of(CidCodec.Car, body)}{suffix}";
        _ = await _store.PutAsync(key, body, PutCondition.None, Token);
        return key;
    }

    private string[] CachedFiles() => Directory.GetFiles(_folder.Path);

    private CachingGateway Gateway(Func<CacheOptions, CacheOptions>? change = null)
    {
        CacheOptions options = new() { Folder = _folder.Path, Time = _time, Entropy = SystemEntropy.Instance };
        RecordingGateway counted = new(_store, _history, "cache", leaveOpen: true);
        return new CachingGateway(counted, change is null ? options : change(options));
    }
}
