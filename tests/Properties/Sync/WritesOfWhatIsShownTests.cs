using System.Collections.Immutable;
using FireproofBench.Engine;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Sync;
using FireproofBench.Gateways.Memory;
using FireproofBench.Properties.Databases;
using Xunit;

namespace FireproofBench.Properties.Sync;

/// <summary>Writing what is shown already: where two writes stood side by side, it settles which of them holds, whatever others write later who know of one only.</summary>
public sealed class WritesOfWhatIsShownTests
{
    private const string Id = "disputed";
    private const int Tries = 24;

    [Fact]
    public async Task Deleting_what_is_shown_as_deleted_keeps_it_deleted()
    {
        int settled = 0;
        for (int attempt = 0; attempt < Tries; attempt++)
        {
            await using Pair pair = await Pair.ApartAsync(attempt);
            if (await pair.One.GetAsync(Id) is not null)
                continue;
            settled++;
            PutResult result = await pair.One.DeleteAsync(Id);
            _ = Assert.Single(result.Heads);
            await pair.OtherWritesAsync();
            Assert.Null(await pair.One.GetAsync(Id));
            Assert.Null(await pair.Other.GetAsync(Id));
        }

        Assert.InRange(settled, 1, Tries - 1);
    }

    [Fact]
    public async Task Putting_what_is_shown_keeps_it_there()
    {
        int settled = 0;
        for (int attempt = 0; attempt < Tries; attempt++)
        {
            await using Pair pair = await Pair.ApartAsync(attempt);
            if (await pair.One.GetAsync(Id) is not { } shown)
                continue;
            settled++;
            PutResult result = await pair.One.PutAsync(shown);
            _ = Assert.Single(result.Heads);
            await pair.OtherWritesAsync();
            Assert.Equal(shown.ToJson(), (await pair.One.GetAsync(Id))?.ToJson());
            Assert.Equal(shown.ToJson(), (await pair.Other.GetAsync(Id))?.ToJson());
        }

        Assert.InRange(settled, 1, Tries - 1);
    }

    [Fact]
    public async Task With_one_head_it_changes_nothing()
    {
        await using WatchedStore store = new();
        await using Database database = await OpenDatabase.OnStoreAsync(store, new MemoryKeyBag(), seed: 1);
        ImmutableArray<Cid> heads = (await database.PutAsync(Document.Parse($$"""{"_id":"{{Id}}","by":1}"""))).Heads;
        Assert.Equal(heads, (await database.PutAsync(Document.Parse($$"""{"_id":"{{Id}}","by":1}"""))).Heads);
        heads = (await database.DeleteAsync(Id)).Heads;
        Assert.Equal(heads, (await database.DeleteAsync(Id)).Heads);
    }

    [Fact]
    public async Task Nothing_is_fetched_to_find_out_whether_it_is_settled()
    {
        MemoryKeyBag keys = new();
        await using WatchedStore remote = new();
        await using Database writer = await OpenDatabase.OnStoreAsync(new WatchedStore(), keys, CompactionMode.Manual, seed: 1);
        for (int i = 0; i < Tries; i++)
            await writer.PutAsync(Document.Parse($$"""{"_id":"{{(i == 0 ? Id : $"doc-{i}")}}","by":1}"""));
        await writer.SyncAsync(remote);
        await using WatchedStore store = new();
        await using Database device = await OpenDatabase.OnStoreAsync(store, keys, CompactionMode.Manual, seed: 2);
        RemoteLink link = await device.AttachAsync(new RemoteStore("remote", remote.Data, remote.Metadata), new AttachOptions { Prefetch = false }, TestContext.Current.CancellationToken);
        await link.WhenUpToDateAsync(TestContext.Current.CancellationToken);

        // The way to it is here now; most of the events since it was written are not.
        await device.PutAsync(Document.Parse($$"""{"_id":"{{Id}}-2"}"""));
        Document shown = (await writer.GetAsync(Id))!;
        int fetched = 0;
        remote.Before = (verb, _) =>
        {
            fetched += verb == "get" ? 1 : 0;
            return ValueTask.CompletedTask;
        };
        ImmutableArray<Cid> before = device.Heads;
        ImmutableArray<Cid> after = (await device.PutAsync(shown)).Heads;
        Assert.Equal(0, fetched);
        Assert.NotEqual(before, after);

        // Now it is known.
        Assert.Equal(after, (await device.PutAsync(shown)).Heads);
    }

    // Two devices that wrote side by side and meet at a store: the first has heard of both writes, and the second of its own only.
    private sealed record Pair(Database One, Database Other, WatchedStore Meeting) : IAsyncDisposable
    {
        public static async Task<Pair> ApartAsync(int attempt)
        {
            MemoryKeyBag keys = new();
            Pair pair = new(await OpenDatabase.OnStoreAsync(new WatchedStore(), keys, seed: 1), await OpenDatabase.OnStoreAsync(new WatchedStore(), keys, seed: 2), new WatchedStore());
            await pair.One.PutAsync(Document.Parse($$"""{"_id":"{{Id}}","before":{{attempt}}}"""));
            await pair.One.SyncAsync(pair.Meeting);
            await pair.Other.SyncAsync(pair.Meeting);
            await pair.One.DeleteAsync(Id);
            await pair.Other.PutAsync(Document.Parse($$"""{"_id":"{{Id}}","by":{{attempt}}}"""));
            await pair.Other.SyncAsync(pair.Meeting);
            await pair.One.SyncAsync(pair.Meeting);
            Assert.Equal(2, pair.One.Heads.Length);
            _ = Assert.Single(pair.Other.Heads);
            return pair;
        }

        public async Task OtherWritesAsync()
        {
            await Other.PutAsync(Document.Parse("""{"_id":"something else"}"""));
            await Other.SyncAsync(Meeting);
            await One.SyncAsync(Meeting);
            await Other.SyncAsync(Meeting);
            Assert.Equal(One.Heads, Other.Heads);
        }

        public async ValueTask DisposeAsync()
        {
            await One.DisposeAsync();
            await Other.DisposeAsync();
            await Meeting.DisposeAsync();
        }
    }
}
