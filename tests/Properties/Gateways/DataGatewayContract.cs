using System.Text;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Entropy;
using FsCheck.Xunit;
using Xunit;

namespace FireproofBench.Properties.Gateways;

/// <summary>What every data gateway promises; run over each of them.</summary>
public abstract class DataGatewayContract : IAsyncDisposable
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private protected abstract IDataGateway Gateway { get; }

    /// <summary>Whether a delete tells that there was nothing; not every protocol does.</summary>
    private protected virtual bool DeletesTell => true;

    /// <summary>Whether an unusual key is kept; not every protocol can list every name. It is refused as InvalidName then.</summary>
    private protected virtual bool Keeps(string key) => true;

    /// <summary>Whether a put gives the version of what it stored.</summary>
    private protected virtual bool PutsTellVersions => true;

    /// <summary>Whether two contents of one length that were written right after each other have two versions.</summary>
    private protected virtual bool VersionsAreFine => true;

    /// <summary>Whether a reader sees the old or the new content while an object is replaced, and nothing else.</summary>
    private protected virtual bool ReplacesWhole => true;

    /// <summary>Moves on to an empty place, where a store remembers more than the keys that it has, such as folders.</summary>
    private protected virtual void Afresh()
    {
    }

    /// <summary>What the counts of long tests are divided by, for a store that is far away.</summary>
    private protected virtual int Shorter => 1;

    public virtual async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        GC.SuppressFinalize(this);
    }

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

    [Theory]
    [InlineData("")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("a//b")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("../x")]
    [InlineData("a/../../x")]
    [InlineData("a/./b")]
    [InlineData("a\\b")]
    [InlineData("a\0b")]
    public async Task A_name_that_cannot_be_kept_is_refused_and_nothing_is_written(string key)
    {
        Assert.Equal(StorageErrorKind.InvalidName, await KindAsync(() => Gateway.PutAsync(key, Bytes(1, 1), PutCondition.None, Token).AsTask()));
        Assert.Equal(StorageErrorKind.InvalidName, await KindAsync(() => Gateway.GetAsync(key, null, Token).AsTask()));
        Assert.Equal(StorageErrorKind.InvalidName, await KindAsync(() => Gateway.HeadAsync(key, Token).AsTask()));
        Assert.Equal(StorageErrorKind.InvalidName, await KindAsync(() => Gateway.DeleteAsync(key, null, Token).AsTask()));
        Assert.Empty(await KeysAsync("", 10));
    }

    [Fact]
    public async Task Half_a_surrogate_pair_has_no_bytes_and_is_refused()
    {
        foreach (string key in (string[])["a\ud800b", "\udc00", "a/\ud83d"])
            Assert.Equal(StorageErrorKind.InvalidName, await KindAsync(() => Gateway.PutAsync(key, Bytes(1, 1), PutCondition.None, Token).AsTask()));
    }

    [Fact]
    public async Task Keys_are_measured_in_bytes_of_utf8()
    {
        string segment = new('é', 127);
        string longest = $"{segment}/{segment}/{segment}/{segment}"[..^((1024 - Gateway.Traits.MaxKeyLength + 1) / 2)];
        _ = await Gateway.PutAsync(longest, Bytes(1, 1), PutCondition.None, Token);
        Assert.Equal([longest], await KeysAsync("", 10));
        Assert.Equal(StorageErrorKind.InvalidName, await KindAsync(() => Gateway.GetAsync(longest + "/longer", null, Token).AsTask()));
        Assert.Equal(StorageErrorKind.InvalidName, await KindAsync(() => Gateway.GetAsync(new string('é', 128), null, Token).AsTask()));
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("%2f%00+?#&='\"")]
    [InlineData("caf\u00e9")]
    [InlineData("cafe\u0301")]
    [InlineData("\U0001f600/\uffff")]
    [InlineData("a\tb\u007f")]
    [InlineData("-rf")]
    [InlineData("...")]
    public async Task Unusual_names_are_kept_exactly(string key)
    {
        if (!Keeps(key))
        {
            Assert.Equal(StorageErrorKind.InvalidName, await KindAsync(() => Gateway.PutAsync(key, Bytes(1, 1), PutCondition.None, Token).AsTask()));
            return;
        }

        _ = await Gateway.PutAsync(key, Encoding.UTF8.GetBytes(key), PutCondition.None, Token);
        _ = await Gateway.PutAsync("other", Bytes(1, 1), PutCondition.None, Token);
        Assert.Equal([key], await KeysAsync(key, 1));
        Assert.Equal(key, Encoding.UTF8.GetString((await Gateway.GetAsync(key, null, Token))!.Bytes.Span));
    }

    [Fact]
    public async Task One_of_32_creators_wins_and_the_bytes_are_its_own()
    {
        if (!Gateway.Traits.ConditionalCreate)
        {
            Assert.Equal(StorageErrorKind.Unsupported, await KindAsync(() => Gateway.PutAsync("r", Bytes(1, 1), PutCondition.IfAbsent, Token).AsTask()));
            Assert.Empty(await KeysAsync("", 10));
            return;
        }

        for (int round = 0; round < Short(20); round++)
        {
            string key = $"race/{round}";
            int[] winners = await RaceAsync(32, i => Gateway.PutAsync(key, Bytes(2000, i), PutCondition.IfAbsent, Token).AsTask());
            int winner = Assert.Single(winners);
            Assert.Equal(Bytes(2000, winner), (await Gateway.GetAsync(key, null, Token))!.Bytes.ToArray());
        }
    }

    [Fact]
    public async Task One_of_32_replacers_of_a_version_wins()
    {
        string version = await Gateway.PutAsync("cas", Bytes(50, 99), PutCondition.None, Token);
        if (!Gateway.Traits.ConditionalReplace)
        {
            Assert.Equal(StorageErrorKind.Unsupported, await KindAsync(() => Gateway.PutAsync("cas", Bytes(50, 1), PutCondition.IfMatches(version), Token).AsTask()));
            Assert.Equal(Bytes(50, 99), (await Gateway.GetAsync("cas", null, Token))!.Bytes.ToArray());
            return;
        }

        // Contents of their own in each round: a version that is a hash of the content comes back with it.
        for (int turn = 0; turn < Short(20); turn++)
        {
            (int round, string expected) = (turn, version);
            int[] winners = await RaceAsync(32, i => Gateway.PutAsync("cas", Bytes(50, (round * 100) + i), PutCondition.IfMatches(expected), Token).AsTask());
            int winner = Assert.Single(winners);
            ObjectContent? now = await Gateway.GetAsync("cas", null, Token);
            Assert.Equal(Bytes(50, (round * 100) + winner), now!.Bytes.ToArray());
            version = now.Info.Version;
        }
    }

    [Fact]
    public async Task A_counter_counts_every_increment()
    {
        if (!Gateway.Traits.ConditionalReplace)
            return;
        int each = Short(25);
        _ = await Gateway.PutAsync("counter", BitConverter.GetBytes(0), PutCondition.None, Token);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(async () =>
        {
            for (int done = 0; done < each;)
            {
                ObjectContent now = (await Gateway.GetAsync("counter", null, Token))!;
                byte[] next = BitConverter.GetBytes(BitConverter.ToInt32(now.Bytes.Span) + 1);
                try
                {
                    _ = await Gateway.PutAsync("counter", next, PutCondition.IfMatches(now.Info.Version), Token);
                    done++;
                }
                catch (StorageException failure) when (failure.Kind is StorageErrorKind.PreconditionFailed or StorageErrorKind.Conflict or StorageErrorKind.Ambiguous)
                {
                }
            }
        }, Token)));
        Assert.Equal(8 * each, BitConverter.ToInt32((await Gateway.GetAsync("counter", null, Token))!.Bytes.Span));
    }

    [Fact]
    public async Task A_version_changes_with_every_write_of_equal_length()
    {
        HashSet<string> versions = [];
        for (int i = 0; i < Short(200); i++)
        {
            string told = await Gateway.PutAsync("v", Bytes(VersionsAreFine ? 8 : 8 + i, i), PutCondition.None, Token);
            string version = PutsTellVersions ? told : (await Gateway.HeadAsync("v", Token))!.Version;
            Assert.True(versions.Add(version), $"write {i} has the version of a former one");
            Assert.Equal(version, (await Gateway.HeadAsync("v", Token))!.Version);
        }
    }

    [Fact]
    public async Task A_condition_that_does_not_hold_changes_nothing()
    {
        string old = await Gateway.PutAsync("c", Bytes(5, 1), PutCondition.None, Token);
        string now = await Gateway.PutAsync("c", Bytes(5, 2), PutCondition.None, Token);
        StorageErrorKind created = RefusalOf(Gateway.Traits.ConditionalCreate);
        StorageErrorKind replaced = RefusalOf(Gateway.Traits.ConditionalReplace);
        StorageErrorKind deleted = RefusalOf(Gateway.Traits.ConditionalDelete);
        Assert.Equal(created, await KindAsync(() => Gateway.PutAsync("c", Bytes(5, 3), PutCondition.IfAbsent, Token).AsTask()));
        Assert.Equal(replaced, await KindAsync(() => Gateway.PutAsync("c", Bytes(5, 3), PutCondition.IfMatches(old), Token).AsTask()));
        Assert.Equal(replaced, await KindAsync(() => Gateway.PutAsync("none", Bytes(5, 3), PutCondition.IfMatches(old), Token).AsTask()));
        Assert.Equal(deleted, await KindAsync(() => Gateway.DeleteAsync("c", old, Token).AsTask()));
        Assert.Equal(["c"], await KeysAsync("", 10));
        Assert.Equal(Bytes(5, 2), (await Gateway.GetAsync("c", null, Token))!.Bytes.ToArray());
        Assert.True(await Gateway.DeleteAsync("c", Gateway.Traits.ConditionalDelete ? now : null, Token));
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

    [Property(MaxTest = 40, Arbitrary = [typeof(KeySets)])]
    public void Pages_agree_with_a_sorted_model(KeySet set, byte limitSeed, byte prefixSeed)
    {
        if (Shorter > 1 && limitSeed % Shorter != 0)
            return;
        Afresh();
        foreach (KeyValuePair<string, int> item in set.Lengths)
            _ = Now(Gateway.PutAsync(item.Key, Bytes(item.Value, 1), PutCondition.None, Token));
        string[] model = [.. set.Lengths.Keys];
        Array.Sort(model, static (a, b) => Encoding.UTF8.GetBytes(a).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(b)));
        int limit = (limitSeed % 7) + 1;
        string prefix = set.PrefixOf(prefixSeed);
        Assert.Equal(model.Where(k => k.StartsWith(prefix, StringComparison.Ordinal)), Keys(prefix, limit));

        // From any key, there or not, the listing goes on behind it.
        string after = set.PrefixOf((byte)(prefixSeed * 31));
        byte[] afterBytes = Encoding.UTF8.GetBytes(after);
        ListPage page = Now(Gateway.ListAsync("", after, 1000, Token));
        Assert.Equal(
            model.Where(k => Encoding.UTF8.GetBytes(k).AsSpan().SequenceCompareTo(afterBytes) > 0),
            page.Objects.Select(o => o.Key));
        foreach (string key in model)
            Assert.True(Now(Gateway.DeleteAsync(key, null, Token)));
        Assert.Empty(Keys("", limit));
    }

    [Fact]
    public async Task Pages_survive_keys_that_come_and_go()
    {
        string[] steady = [.. Enumerable.Range(0, Short(300)).Select(i => $"data/{i * 10:d5}")];
        foreach (string key in steady)
            _ = await Gateway.PutAsync(key, Bytes(1, 1), PutCondition.None, Token);
        List<string> seen = [];
        string? after = null;
        int turn = 0;
        do
        {
            ListPage page = await Gateway.ListAsync("data/", after, 7, Token);
            seen.AddRange(page.Objects.Select(o => o.Key));
            after = page.After;
            _ = await Gateway.PutAsync($"data/{turn * 13:d5}x", Bytes(1, 1), PutCondition.None, Token);
            _ = await Gateway.DeleteAsync($"data/{(turn - 5) * 13:d5}x", null, Token);
            turn++;
        }
        while (after is not null);
        Assert.Equal(seen.Distinct(), seen);
        Assert.Equal(steady, seen.Where(steady.Contains));
    }

    private static StorageErrorKind RefusalOf(bool supported) => supported ? StorageErrorKind.PreconditionFailed : StorageErrorKind.Unsupported;

    private int Short(int count) => Math.Max(1, count / Shorter);

    private static ContentSource Source(byte[] content) => new(content.Length, _ => ValueTask.FromResult<Stream>(new MemoryStream(content)));

    private static byte[] Bytes(int length, int seed)
    {
        byte[] bytes = new byte[length];
        new SeededEntropy((ulong)seed).Fill(bytes);
        return bytes;
    }

    private static byte[] Stamped(int number) => [.. Enumerable.Repeat(BitConverter.GetBytes(number), 500 + number).SelectMany(b => b)];

    private static async Task<int[]> RaceAsync(int racers, Func<int, Task> act)
    {
        using Barrier start = new(racers);
        bool[] won = await Task.WhenAll(Enumerable.Range(0, racers).Select(i => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait();
                try
                {
                    act(i).GetAwaiter().GetResult();
                    return true;
                }
                catch (StorageException failure) when (failure.Kind is StorageErrorKind.PreconditionFailed or StorageErrorKind.Conflict or StorageErrorKind.Ambiguous)
                {
                    // Ambiguous where a store fails its losers: what is there is somebody else's.
                    return false;
                }
            },
            Token,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));
        return [.. Enumerable.Range(0, racers).Where(i => won[i])];
    }

    private static async Task<StorageErrorKind> KindAsync(Func<Task> act) => (await Assert.ThrowsAsync<StorageException>(act)).Kind;

    // Neither provider of this contract leaves the thread.
    private static T Now<T>(ValueTask<T> call) => call.AsTask().GetAwaiter().GetResult();

    private string[] Keys(string prefix, int limit) => KeysAsync(prefix, limit).GetAwaiter().GetResult();

    private async Task<string[]> KeysAsync(string prefix, int limit)
    {
        List<string> keys = [];
        string? after = null;
        do
        {
            ListPage page = await Gateway.ListAsync(prefix, after, limit, Token);
            Assert.True(page.Objects.Count <= limit);
            keys.AddRange(page.Objects.Select(o => o.Key));
            after = page.After;
        }
        while (after is not null);
        return [.. keys];
    }
}
