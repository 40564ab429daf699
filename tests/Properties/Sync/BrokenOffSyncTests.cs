using FireproofBench.Engine;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Memory;
using FireproofBench.Properties.Databases;
using FireproofBench.Properties.Fixtures;
using Xunit;

namespace FireproofBench.Properties.Sync;

/// <summary>A synchronisation that broke off after it had sent files, and before the head that names them.</summary>
public sealed class BrokenOffSyncTests
{
    private readonly MemoryKeyBag _keys = new();
    private readonly SetTime _time = new();
    private readonly List<string> _put = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Whoever collects garbage there may be about to delete what no head names and is old.</summary>
    [Theory]
    [InlineData(1, false)]
    [InlineData(8, true)]
    public async Task What_it_left_is_sent_again_once_it_is_old_and_what_heads_name_is_not(int daysLater, bool isSentAgain)
    {
        await using WatchedStore remote = new(new MemoryDeviceStore("remote", _time));
        await using Database database = await OpenDatabase.OnStoreAsync(new WatchedStore(), _keys, CompactionMode.Manual);
        await database.PutAsync(Numbered(0), Token);
        await database.SyncAsync(remote, Token);
        string named = KeyOfNewest(database);
        await database.PutAsync(Numbered(1), Token);
        string left = KeyOfNewest(database);
        remote.Fail("publish", 100, StorageErrorKind.Permanent);
        await Assert.ThrowsAsync<StorageException>(async () => await database.SyncAsync(remote, Token));
        Assert.Contains(left, await remote.KeysAsync());

        _time.Shift += TimeSpan.FromDays(daysLater);
        _ = await remote.Data.PutAsync("data/newer", new byte[1], PutCondition.None, Token);
        remote.Before = (verb, key) =>
        {
            if (verb == "put")
                _put.Add(key);
            return ValueTask.CompletedTask;
        };
        await database.SyncAsync(remote, Token);
        Assert.Equal(isSentAgain, _put.Contains(left));
        Assert.DoesNotContain(named, _put);
        Assert.NotEqual(named, left);
    }

    private static string KeyOfNewest(Database database) => $"data/{database.Log[0].First}.car";

    private static Document Numbered(int i) => Document.Parse($$"""{"_id":"doc-{{i}}","n":{{i}}}""");
}
