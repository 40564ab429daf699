using System.Globalization;
using FireproofBench.Engine;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Inspection;
using FireproofBench.Engine.Storage;
using FireproofBench.Engine.Sync;
using FireproofBench.Gateways.Memory;
using FireproofBench.Properties.Databases;
using FireproofBench.Properties.Fixtures;
using Xunit;

namespace FireproofBench.Properties.Storage;

/// <summary>The file of a large group that says which of the others holds which block.</summary>
public sealed class GroupIndexTests : IAsyncDisposable
{
    private readonly MemoryKeyBag _keys = new();
    private readonly WatchedStore _remote = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _remote.DisposeAsync();

    [Fact]
    public void It_names_the_file_of_each_block_and_none_for_others()
    {
        Cid[] cars = [.. Enumerable.Range(0, 300).Select(static i => Cid.Of(CidCodec.Car, BitConverter.GetBytes(i)))];
        (Cid Block, int Car)[] places = [.. Enumerable.Range(0, 3000).Select(static i => (Of(i), i % 300))];
        var index = GroupIndex.Read(GroupIndex.Write(cars, places));
        foreach ((Cid block, int car) in places)
            Assert.Equal(cars[car], Assert.Single(index.Find(block)));
        Assert.Empty(index.Find(Of(3000)));
        Assert.Empty(GroupIndex.Read(GroupIndex.Write(cars, [])).Find(Of(0)));

        static Cid Of(int i) => Cid.Of(CidCodec.DagCbor, BitConverter.GetBytes(i + 1_000_000));
    }

    [Fact]
    public void One_that_names_a_file_that_it_does_not_list_is_refused()
    {
        Block block = GroupIndex.Write([Cid.Of(CidCodec.Car, "a"u8)], [(Cid.Of(CidCodec.DagCbor, "b"u8), 1)]);
        Assert.Throws<MalformedBlockException>(() => GroupIndex.Read(block));
        Assert.Throws<MalformedBlockException>(() => GroupIndex.Read(Block.Of(CidCodec.DagCbor, block.Bytes[..^1])));
    }

    [Fact]
    public async Task A_device_with_no_file_reads_one_document_of_a_large_database_with_few_requests()
    {
        const int Count = 30_000;
        await using (Database first = await OpenDatabase.OnStoreAsync(new WatchedStore(), _keys, CompactionMode.Manual))
        {
            for (int i = 0; i < Count; i += 3000)
                await first.PutManyAsync([.. Enumerable.Range(i, 3000).Select(Numbered)], Token);
            await first.CompactAsync(Token);
            RemoteLink up = await first.AttachAsync(Remote(), cancellation: Token);
            await up.WhenUpToDateAsync(Token);
        }

        long total = _remote.BytesPut;
        int files = 0;
        _remote.Before = (verb, _) =>
        {
            files += verb == "get" ? 1 : 0;
            return ValueTask.CompletedTask;
        };
        var store = new WatchedStore();
        await using Database fresh = await OpenDatabase.OnStoreAsync(store, _keys, CompactionMode.Manual, seed: 2);
        await fresh.AttachAsync(Remote(), new AttachOptions { Prefetch = false }, Token);
        Document? document = await fresh.GetAsync("doc-017777", Token);
        Assert.Contains("17777", document!.ToJson(), StringComparison.Ordinal);
        Assert.InRange(files, 2, 8);
        Assert.InRange(store.BytesPut, 1, total / 2);
        Assert.Null(await fresh.GetAsync("doc-nothing", Token));
        Assert.Equal(Count, await fresh.AllAsync(cancellation: Token).CountAsync(Token));
    }

    [Fact]
    public async Task The_next_compaction_makes_a_new_one_and_the_database_is_sound()
    {
        var store = new WatchedStore();
        await using Database database = await OpenDatabase.OnStoreAsync(store, _keys, CompactionMode.Manual);
        for (int round = 0; round < 3; round++)
        {
            await database.PutManyAsync([.. Enumerable.Range(round * 4000, 6000).Select(Numbered)], Token);
            await database.CompactAsync(Token);
        }

        for (int i = 0; i < 40; i++)
            await database.PutAsync(Numbered(i), Token);
        Assert.Equal(14_000, await database.AllAsync(cancellation: Token).CountAsync(Token));
        VerificationReport report = await DatabaseInspector.VerifyAsync(Fixture.DatabaseName, store, _keys, cancellation: Token);
        Assert.True(report.IsSound);
        Assert.Empty(report.Findings.Where(static finding => finding.IsDamage || finding.Kind == FindingKind.Orphan));
    }

    private static Document Numbered(int i) => Document.Parse(string.Create(CultureInfo.InvariantCulture, $$"""{"_id":"doc-{{i:d6}}","n":{{i}},"pad":"{{new string('p', 60)}}"}"""));

    private RemoteStore Remote() => new("remote", _remote.Data, _remote.Metadata);
}
