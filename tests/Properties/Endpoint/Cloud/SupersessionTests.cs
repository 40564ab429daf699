using System.Collections.Immutable;
using FireproofBench.Endpoint.Cloud;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Car;
using FireproofBench.Engine.Clock;
using FireproofBench.Engine.Crypto;
using FireproofBench.Engine.Pail;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Storage;
using FireproofBench.Gateways.Memory;
using Xunit;

namespace FireproofBench.Properties.Endpoint.Cloud;

/// <summary>Which heads go when a new one comes by the cloud protocol. Fault that must not cost a write: the automatic compaction of the reference engine 0.24.19 names files whose content it left out.</summary>
public sealed class SupersessionTests : IAsyncDisposable
{
    private const string Database = "acme--notes";

    private readonly MemoryDataGateway _files = new(TimeProvider.System);
    private readonly Supersession _supersession;

    public SupersessionTests() => _supersession = new Supersession(Database, _files);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _files.DisposeAsync();

    [Fact]
    public async Task A_head_stands_for_those_in_its_own_log()
    {
        Commit first = Change(1);
        Commit second = Change(2, first);
        CarGroup former = await StoreAsync(new CarHeader([], [first.Head], []), first);
        CarGroup unrelated = await StoreAsync(new CarHeader([], [Change(9).Head], []), Change(9));
        CarGroup added = await StoreAsync(new CarHeader([former], [second.Head], []), second);
        Assert.Equal([former], await FindAsync(added, former, unrelated));
    }

    [Fact]
    public async Task A_log_with_a_gap_replaces_nothing()
    {
        Commit first = Change(1);
        Commit second = Change(2, first);
        CarGroup former = await StoreAsync(new CarHeader([], [first.Head], []), first);
        CarGroup absent = new([Cid.Of(CidCodec.Car, [1])]);
        CarGroup begun = await StoreAsync(new CarHeader([former], [second.Head], []), second);
        Assert.Empty(await FindAsync(new CarGroup([begun.First, absent.First]), former));
        Assert.Empty(await FindAsync(await StoreAsync(new CarHeader([former, absent], [second.Head], []), second), former));
    }

    [Fact]
    public async Task A_compaction_stands_for_a_head_whose_state_it_holds_whole()
    {
        Commit first = Change(1);
        Commit other = Change(2);
        CarGroup one = await StoreAsync(new CarHeader([], [first.Head], []), first);
        CarGroup two = await StoreAsync(new CarHeader([], [other.Head], []), other);
        CarGroup added = await StoreAsync(new CarHeader([], [first.Head, other.Head], [one, two]), first, other);
        Assert.Equal([one, two], await FindAsync(added, one, two));
    }

    [Theory]
    [InlineData("event")]
    [InlineData("shard")]
    [InlineData("document")]
    public async Task A_head_stays_when_a_compaction_names_it_and_left_something_of_its_state_out(string missing)
    {
        Commit first = Change(1);
        Commit late = Change(2, first);
        CarGroup one = await StoreAsync(new CarHeader([], [first.Head], []), first);
        CarGroup two = await StoreAsync(new CarHeader([one], [late.Head], []), late);
        Commit partial = late with { Blocks = [.. late.Blocks.Where((_, i) => i != Array.IndexOf(["event", "shard", "document"], missing))] };
        Assert.Empty(await FindAsync(await StoreAsync(new CarHeader([], [late.Head], [two, one]), first, partial), two));
    }

    [Fact]
    public async Task A_head_stays_when_a_compaction_names_it_and_its_state_is_another()
    {
        Commit first = Change(1);
        Commit late = Change(2, first);
        CarGroup one = await StoreAsync(new CarHeader([], [first.Head], []), first);
        CarGroup two = await StoreAsync(new CarHeader([one], [late.Head], []), late);
        Assert.Empty(await FindAsync(await StoreAsync(new CarHeader([], [first.Head], [two, one]), first, late), two));
    }

    [Fact]
    public async Task A_compaction_of_several_files_is_looked_through_to_the_last()
    {
        Commit first = Change(1);
        CarGroup former = await StoreAsync(new CarHeader([], [first.Head], []), first);
        Cid rest = await StoreAsync(CarWriter.Write([first.Blocks[^1].Cid], [first.Blocks[^1]]));
        CarGroup begun = await StoreAsync(new CarHeader([], [first.Head], [former]), first with { Blocks = first.Blocks[..^1] });
        Assert.Empty(await FindAsync(begun, former));
        Assert.Empty(await FindAsync(new CarGroup([begun.First, Cid.Of(CidCodec.Car, [1])]), former));
        Assert.Equal([former], await FindAsync(new CarGroup([begun.First, rest]), former));
    }

    [Fact]
    public async Task A_compaction_in_tiers_stands_for_what_it_names()
    {
        Commit first = Change(1);
        Commit second = Change(2, first);
        CarGroup one = await StoreAsync(new CarHeader([], [first.Head], []), first);
        CarGroup two = await StoreAsync(new CarHeader([one], [second.Head], []), second);
        Assert.Equal([two], await FindAsync(await StoreAsync(new CarHeader([one], [second.Head], [two]), second), two));
    }

    [Fact]
    public async Task Files_that_no_key_of_the_ledger_opens_replace_nothing()
    {
        Assert.True(PublishedKey.TryParse("zJkeDRZAHZFvJkD9DYLnY8k", out PublishedKey? key));
        Commit first = Change(1);
        Commit second = Change(2, first);
        CarGroup former = await StoreAsync(new CarHeader([], [first.Head], []), first);
        byte[] plain = FileOf(new CarHeader([former], [second.Head], []), second);
        CarGroup added = new([SealedFile.NameOf(plain)]);
        await PutAsync(added.First, SealedFile.Seal(key.ToFileKey(), plain, added.First));
        Assert.Empty(await FindAsync(added, former));
        Assert.Equal([former], await FindAsync(added, [key], former));
    }

    private static Commit Change(int n, params Commit[] parents)
    {
        Block document = Block.Of(CidCodec.DagCbor, (byte[])[0x18, (byte)(100 + n)]);
        string key = $"doc-{n}";
        Shard shard = Shard.Create("", [new ShardEntry(key, document.Cid)]);
        ClockEvent put = ClockEvent.Put(key, document.Cid, shard.Block.Cid, parents.Select(static parent => parent.Head));
        return new Commit(put.Cid, [put.Block, shard.Block, document]);
    }

    private static byte[] FileOf(CarHeader header, params Commit[] commits)
    {
        Block first = header.ToBlock();
        return CarWriter.Write([first.Cid], [first, .. commits.SelectMany(static commit => commit.Blocks)]);
    }

    private async Task<CarGroup> StoreAsync(CarHeader header, params Commit[] commits) => new([await StoreAsync(FileOf(header, commits))]);

    private async Task<Cid> StoreAsync(byte[] file)
    {
        Cid name = Cid.Of(CidCodec.Car, file);
        await PutAsync(name, file);
        return name;
    }

    private async Task PutAsync(Cid name, byte[] file) => await _files.PutAsync($"{Database}/data/{name}.car", file, PutCondition.None, Token);

    private Task<ImmutableArray<CarGroup>> FindAsync(CarGroup added, params CarGroup[] formers) => FindAsync(added, [], formers);

    private async Task<ImmutableArray<CarGroup>> FindAsync(CarGroup added, ImmutableArray<PublishedKey> keys, params CarGroup[] formers)
    {
        IReadOnlySet<CarGroup> replaced = await _supersession.FindAsync(added, formers, keys, AreThereAsync, Token);
        return [.. formers.Where(replaced.Contains)];
    }

    private async ValueTask<bool> AreThereAsync(CarGroup group)
    {
        foreach (Cid car in group.Cars)
        {
            if (await _files.HeadAsync($"{Database}/data/{car}.car", Token) is null)
                return false;
        }

        return true;
    }

    private sealed record Commit(Cid Head, Block[] Blocks);
}
