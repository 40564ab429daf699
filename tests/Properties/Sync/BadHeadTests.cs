using FireproofBench.Engine;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Crdt;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Sync;
using FireproofBench.Gateways.Entropy;
using FireproofBench.Gateways.Memory;
using FireproofBench.Properties.Databases;
using FireproofBench.Properties.Fixtures;
using Xunit;

namespace FireproofBench.Properties.Sync;

/// <summary>A head that nobody can use, beside good ones, and clocks that are wrong: reported by kind and name; the database and the good heads go on.</summary>
public sealed class BadHeadTests : IAsyncDisposable
{
    private readonly MemoryKeyBag _keys = new();
    private readonly WatchedStore _remote = new();

    public static TheoryData<string> Faults => [.. ForgedHeads.Faults.Keys];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _remote.DisposeAsync();

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_bad_head_that_comes_up_is_set_aside_by_kind_and_name(string fault)
    {
        await using Database first = await DeviceAsync(1);
        await first.PutAsync(Numbered(0), Token);
        await using RemoteLink up = await AttachAsync(first);
        await up.WhenUpToDateAsync(Token);
        await using Database second = await DeviceAsync(2);
        await using RemoteLink down = await AttachAsync(second);
        await down.WhenUpToDateAsync(Token);

        (Cid entry, string name) = await ForgedHeads.PublishAsync(fault, _remote, _keys, Token);
        await second.PutAsync(Numbered(1), Token);
        await first.PutAsync(Numbered(2), Token);
        await up.WhenSentAsync(Token);
        await down.WhenSentAsync(Token);
        await UntilAsync(first, up, 3);
        await UntilAsync(second, down, 3);
        await CheckAsync(fault, down, entry, name);
        Assert.Contains((await _remote.Metadata.ReadAsync(Token)).Entries, found => found.Cid == entry);

        // And on it goes.
        await second.PutAsync(Numbered(3), Token);
        await down.WhenSentAsync(Token);
        await UntilAsync(first, up, 4);
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_device_that_finds_a_bad_head_beside_a_good_one_takes_in_the_good_one(string fault)
    {
        await using Database first = await DeviceAsync(1);
        await first.PutAsync(Numbered(0), Token);
        await using RemoteLink up = await AttachAsync(first);
        await up.WhenUpToDateAsync(Token);
        (Cid entry, string name) = await ForgedHeads.PublishAsync(fault, _remote, _keys, Token);

        await using Database second = await DeviceAsync(2);
        await second.PutAsync(Numbered(1), Token);
        await using RemoteLink down = await AttachAsync(second);
        await down.WhenSentAsync(Token);
        await UntilAsync(second, down, 2);
        await CheckAsync(fault, down, entry, name);
        await UntilAsync(first, up, 2);
    }

    [Fact]
    public async Task A_bad_head_that_is_made_good_is_taken_in()
    {
        await using Database first = await DeviceAsync(1);
        await first.PutAsync(Numbered(0), Token);
        await using RemoteLink up = await AttachAsync(first);
        await up.WhenUpToDateAsync(Token);
        await using Database second = await DeviceAsync(2);
        await using RemoteLink down = await AttachAsync(second);
        await down.WhenUpToDateAsync(Token);
        IReadOnlyList<string> before = await _remote.KeysAsync();
        await down.DisposeAsync();
        await first.PutAsync(Numbered(1), Token);
        await up.WhenUpToDateAsync(Token);
        string key = Assert.Single((await _remote.KeysAsync()).Except(before));
        ReadOnlyMemory<byte> good = (await _remote.Data.GetAsync(key, null, Token))!.Bytes;
        byte[] bad = good.ToArray();
        bad[bad.Length / 2] ^= 1;
        await _remote.Data.PutAsync(key, bad, PutCondition.None, Token);

        await using RemoteLink again = await AttachAsync(second);
        await again.WhenUpToDateAsync(Token);
        Assert.Contains(key, Assert.Single(again.Status.Unreadable).Reason.Message, StringComparison.Ordinal);
        await _remote.Data.PutAsync(key, good, PutCondition.None, Token);
        await again.WhenUpToDateAsync(Token);
        Assert.Empty(again.Status.Unreadable);
        Assert.Equal(2, (await DatabaseView.RowsAsync(second)).Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task A_clock_that_jumps_an_hour_and_back_loses_and_stops_nothing(int hours)
    {
        SetTime time = new();
        await using Database first = await DeviceAsync(1, time);
        await using Database second = await DeviceAsync(2);
        await first.PutAsync(Document.Parse("""{"n":0}"""), Token);
        await using RemoteLink up = await AttachAsync(first);
        await up.WhenUpToDateAsync(Token);
        await using RemoteLink down = await AttachAsync(second);
        int count = 1;
        foreach (int jump in (int[])[hours, 0, 2 * hours, 0])
        {
            // While an outage is waited out, and while nothing is wrong.
            _remote.Before = static (verb, key) => throw new StorageException(StorageErrorKind.Transient, verb, key, "the cable is out");
            await first.PutAsync(Document.Parse("""{"by":"first"}"""), Token);
            while (up.Status.Activity != SyncActivity.Waiting)
                await Task.Delay(5, Token);
            time.Shift = TimeSpan.FromHours(jump);
            _remote.Before = null;
            await first.PutAsync(Document.Parse("""{"by":"first"}"""), Token);
            await second.PutAsync(Document.Parse("""{"by":"second"}"""), Token);
            count += 3;
            await up.WhenSentAsync(Token);
            await down.WhenSentAsync(Token);
            await UntilAsync(first, up, count);
            await UntilAsync(second, down, count);
            await up.WhenUpToDateAsync(Token);
            Assert.Equal((0, null, null), (up.Status.PendingFiles, up.Status.OldestPending, up.Status.NextAttempt));
        }

        Assert.Equal(await DatabaseView.RowsAsync(first), await DatabaseView.RowsAsync(second));
    }

    // What could be read is there a moment before the state tells what could not.
    private static async Task CheckAsync(string fault, RemoteLink link, Cid entry, string name)
    {
        while (link.Status.Unreadable.IsEmpty)
            await Task.Delay(5, Token);
        UnreadableHead aside = Assert.Single(link.Status.Unreadable);
        Assert.Equal(entry, aside.Entry);
        Assert.Contains(name, aside.Reason.Message, StringComparison.Ordinal);
        Assert.True(
            fault switch
            {
                "a forged parent" => aside.Reason is MissingBlockException,
                "an event that is none" => aside.Reason is MalformedBlockException,
                "a parent of another database" => aside.Reason is UnrelatedHistoriesException,
                "a key of another database" => aside.Reason is StorageException { Kind: StorageErrorKind.NotAuthorized },
                _ => aside.Reason is StorageException { Kind: StorageErrorKind.Corrupt },
            },
            aside.Reason.ToString());
    }

    // A head under an unknown key is waited for, so that no look is the last one there.
    private static async Task UntilAsync(Database database, RemoteLink link, int count)
    {
        while (await database.AllAsync().CountAsync(Token) < count)
        {
            Assert.NotEqual(SyncActivity.Refused, link.Status.Activity);
            await Task.Delay(5, Token);
        }
    }

    private static Document Numbered(int i) => Document.Parse($$"""{"_id":"doc-{{i:d2}}","n":{{i}}}""");

    private ValueTask<Database> DeviceAsync(ulong seed, TimeProvider? time = null) => Database.OpenAsync(
        Fixture.DatabaseName,
        new WatchedStore(),
        new DatabaseOptions { KeyBag = _keys, Entropy = new SeededEntropy(seed), Compaction = CompactionMode.Manual, Time = time ?? TimeProvider.System },
        Token);

    private ValueTask<RemoteLink> AttachAsync(Database database) => database.AttachAsync(
        new RemoteStore("remote", _remote.Data, _remote.Metadata),
        new AttachOptions { PollInterval = TimeSpan.FromMilliseconds(20), FirstPause = TimeSpan.FromMilliseconds(10), LongestPause = TimeSpan.FromMilliseconds(50) },
        Token);
}
