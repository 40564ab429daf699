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
using FireproofBench.Gateways.Wrapping;
using Xunit;

namespace FireproofBench.Properties.Endpoint.Cloud;

/// <summary>Which heads go when a new one comes by the cloud protocol. Faults of the reference engine 0.24.19 that must not cost a write: its automatic compaction names files whose content it left out, and it takes
/// the files of others into its log before it takes in their state.</summary>
public sealed class SupersessionTests : IAsyncDisposable
{
    private const string Database = "acme--notes";

    private readonly CountedReads _files = new(new MemoryDataGateway(TimeProvider.System));
    private readonly Supersession _supersession;

    public SupersessionTests() => _supersession = new Supersession(Database, _files);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _files.DisposeAsync();

    [Fact]
    public async Task A_head_stands_for_those_in_its_own_log_that_its_state_follows()
    {
        Commit first = Change(1);
        Commit second = Change(2, first);
        CarGroup former = await StoreAsync(new CarHeader([], [first.Head], []), first);
        CarGroup unrelated = await StoreAsync(new CarHeader([], [Change(9).Head], []), Change(9));
        CarGroup added = await StoreAsync(new CarHeader([former], [second.Head], []), second);
        Assert.Equal([former], await FindAsync(added, former, unrelated));
    }

    [Fact]
    public async Task A_head_stays_whose_file_is_in_a_log_and_whose_state_is_not_followed()
    {
        // As a device of the reference engine writes it that took the files of another into its log, and began its own commit before it took in their state.
        Commit theirs = Change(1);
        Commit own = Change(2);
        CarGroup former = await StoreAsync(new CarHeader([], [theirs.Head], []), theirs);
        Assert.Empty(await FindAsync(await StoreAsync(new CarHeader([former], [own.Head], []), own), former));
        Assert.Equal([former], await FindAsync(await StoreAsync(new CarHeader([former], [own.Head, theirs.Head], []), own), former));
    }

    [Fact]
    public async Task Commits_that_were_not_published_may_lie_between_two_heads()
    {
        Commit last = Change(1);
        CarGroup former = await StoreAsync(new CarHeader([], [last.Head], []), last);
        ImmutableArray<CarGroup> log = [former];
        for (int i = 2; i < 12; i++)
        {
            last = Change(i, last);
            log = [await StoreAsync(new CarHeader(log, [last.Head], []), last), .. log];
        }

        Assert.Equal([former], await FindAsync(log[0], former));
    }

    [Fact]
    public async Task A_head_that_cannot_be_shown_to_be_followed_is_looked_for_a_few_times_only()
    {
        Commit theirs = Change(1);
        CarGroup group = await StoreAsync(new CarHeader([], [theirs.Head], []), theirs);
        CloudHead former = HeadOf(group);
        Commit own = Change(2, Change(3));
        for (int i = 0; i < 20; i++)
            Assert.Empty(await _supersession.FindAsync(HeadOf(await StoreAsync(new CarHeader([group], [own.Head], []), own)), [former], [], AreThereAsync, Token));
        Assert.Equal(20, former.Doubts);
        int reads = _files.Reads;
        _ = await _supersession.FindAsync(HeadOf(await StoreAsync(new CarHeader([group], [own.Head], []), own)), [former], [], AreThereAsync, Token);
        Assert.Equal(reads + 1, _files.Reads);
    }

    [Fact]
    public async Task A_log_with_a_gap_replaces_nothing()
    {
        Commit first = Change(1);
        Commit second = Change(2, first);
        CarGroup former = await StoreAsync(new CarHeader([], [first.Head], []), first);
        CarGroup absent = new([Cid.Of(CidCodec.Car, [1])]);
        Assert.Empty(await FindAsync(await StoreAsync(new CarHeader([former, absent], [second.Head], []), second), former));
        CarGroup begun = await StoreAsync(new CarHeader([former], [second.Head], []), second);
        Assert.Empty(await FindAsync(new CarGroup([begun.First, absent.First]), former));
    }

    [Fact]
    public async Task A_compaction_stands_for_all_heads_whose_states_it_holds()
    {
        Commit first = Change(1);
        Commit second = Change(2, first);
        Commit other = Change(3);
        CarGroup one = await StoreAsync(new CarHeader([], [first.Head], []), first);
        CarGroup two = await StoreAsync(new CarHeader([one], [second.Head], []), second);
        CarGroup three = await StoreAsync(new CarHeader([], [other.Head], []), other);
        CarGroup added = await StoreAsync(new CarHeader([], [second.Head, other.Head], [three, two, one]), EventOf(first), second, other);
        Assert.Equal([one, two, three], await FindAsync(added, one, two, three));
    }

    [Fact]
    public async Task A_complete_compaction_stands_for_a_head_too_that_one_before_it_left_because_of_a_gap()
    {
        Commit first = Change(1);
        Commit late = Change(2, first);
        Commit last = Change(3, late);
        CarGroup one = await StoreAsync(new CarHeader([], [first.Head], []), first);
        CarGroup two = await StoreAsync(new CarHeader([one], [late.Head], []), late);
        CarGroup gap = await StoreAsync(new CarHeader([], [late.Head], [two, one]), first);
        Assert.Empty(await FindAsync(gap, two));
        CarGroup three = await StoreAsync(new CarHeader([gap], [last.Head], []), last);
        CarGroup all = await StoreAsync(new CarHeader([], [last.Head], [three, gap]), EventOf(first), EventOf(late), last);
        Assert.Equal([two, three], await FindAsync(all, two, three));

        // Not for one whose events it does not have.
        CarGroup other = await StoreAsync(new CarHeader([], [Change(9).Head], []), Change(9));
        Assert.Equal([two], await FindAsync(all, two, other));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_head_stays_when_a_compaction_names_it_and_left_its_event_or_shard_or_document_out(int missing)
    {
        Commit first = Change(1);
        Commit late = Change(2, first);
        CarGroup one = await StoreAsync(new CarHeader([], [first.Head], []), first);
        CarGroup two = await StoreAsync(new CarHeader([one], [late.Head], []), late);
        Commit partial = late with { Blocks = [.. late.Blocks.Where((_, i) => i != missing)] };
        Assert.Empty(await FindAsync(await StoreAsync(new CarHeader([], [late.Head], [two, one]), first, partial), two));
    }

    [Fact]
    public async Task A_head_stays_when_a_compaction_left_out_what_happened_before()
    {
        Commit first = Change(1);
        Commit second = Change(2, first);
        CarGroup one = await StoreAsync(new CarHeader([], [first.Head], []), first);
        CarGroup two = await StoreAsync(new CarHeader([one], [second.Head], []), second);
        Assert.Empty(await FindAsync(await StoreAsync(new CarHeader([], [second.Head], [two, one]), second), two));
    }

    [Fact]
    public async Task A_head_stays_when_a_compaction_names_it_and_has_another_state()
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
    public async Task A_tree_in_which_many_ways_lead_to_each_shard_is_walked_once()
    {
        // 2^64 ways.
        Block document = Block.Of(CidCodec.DagCbor, (byte[])[0x18, 100]);
        Shard next = Shard.Create("", [new ShardEntry("a", document.Cid)]);
        List<Block> shards = [document, next.Block];
        for (int depth = 64; depth-- > 0;)
        {
            next = Shard.Create(new string('a', depth), [new ShardEntry("a", default, next.Block.Cid), new ShardEntry("b", default, next.Block.Cid)]);
            shards.Add(next.Block);
        }

        ClockEvent put = ClockEvent.Put("a", document.Cid, next.Block.Cid, []);
        Commit wide = new(put.Cid, [put.Block, .. shards]);
        CarGroup former = await StoreAsync(new CarHeader([], [wide.Head], []), wide);
        Assert.Equal([former], await FindAsync(await StoreAsync(new CarHeader([], [wide.Head], [former]), wide), former));
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

    private static Commit EventOf(Commit commit) => commit with { Blocks = commit.Blocks[..1] };

    private static byte[] FileOf(CarHeader header, params Commit[] commits)
    {
        Block first = header.ToBlock();
        return CarWriter.Write([first.Cid], [first, .. commits.SelectMany(static commit => commit.Blocks)]);
    }

    private static CloudHead HeadOf(CarGroup group) => CloudHead.Of(MetaPayload.Write(group, []));

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
        CloudHead[] heads = [.. formers.Select(HeadOf)];
        ImmutableArray<Cid> replaced = await _supersession.FindAsync(HeadOf(added), heads, keys, AreThereAsync, Token);
        return [.. formers.Where((_, i) => replaced.Contains(heads[i].Cid))];
    }

    private async ValueTask<bool> AreThereAsync(ImmutableArray<Cid> cars)
    {
        foreach (Cid car in cars)
        {
            if (await _files.HeadAsync($"{Database}/data/{car}.car", Token) is null)
                return false;
        }

        return true;
    }

    private sealed class CountedReads(IDataGateway inner) : DataGatewayWrapper(inner, leaveOpen: false)
    {
        public int Reads { get; private set; }

        public override ValueTask<ObjectContent?> GetAsync(string key, ByteRange? range, CancellationToken cancellation)
        {
            Reads++;
            return base.GetAsync(key, range, cancellation);
        }
    }

    private sealed record Commit(Cid Head, Block[] Blocks);
}
