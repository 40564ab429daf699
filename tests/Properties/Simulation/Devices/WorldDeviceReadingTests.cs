using FireproofBench.Engine;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Storage;
using FireproofBench.Gateways.Memory;
using FireproofBench.Simulation.Checking;
using FireproofBench.Simulation.Devices;
using FireproofBench.Simulation.Network;
using FireproofBench.Simulation.Planning;
using FireproofBench.Simulation.Telling;
using Xunit;
using EventGraph = FireproofBench.Simulation.Checking.EventGraph;

namespace FireproofBench.Properties.Simulation.Devices;

/// <summary>What a device makes of the documents and files that a database shows it: the databases here hold what no sound one shows.</summary>
public sealed class WorldDeviceReadingTests : IAsyncDisposable
{
    private readonly VirtualWorld _world = new();
    private readonly Witness _witness;
    private readonly MemoryDeviceStore _store;
    private readonly WorldDevice _device;

    public WorldDeviceReadingTests()
    {
        _witness = new Witness(_world.Time);
        _store = new MemoryDeviceStore(Scene.DatabaseName, _world.Time);
        Plan plan = new()
        {
            Seed = 1,
            Store = "sim:strong",
            Devices = 1,
            Features = Features.None,
            Steps = [],
            PollInterval = TimeSpan.FromSeconds(1),
            Latency = TimeSpan.FromMilliseconds(1),
        };
        Scene scene = new(plan, _world, new Trace(_world.Time, isKept: false), _witness, [], new WireShape()) { Kept = new KeptSnapshots(isOrdered: true), IsLate = false, HasOutages = false };
        _device = new WorldDevice(scene, 0, new MemoryMedium(_world.Time));
    }

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public void Groups_whose_members_have_one_token_each_are_whole() => ReadAll(
        async database =>
        {
            foreach ((int group, int token) in ((int, int)[])[(0, 1), (1, 2), (10, 12)])
                _ = await database.PutManyAsync([Member(group, 0, token), Member(group, 1, token), Member(group, 2, token)]);
        },
        wrong: null);

    [Fact]
    public void A_group_that_nobody_wrote_wholly_anew_is_seen_in_parts() => ReadAll(
        async database =>
        {
            _ = await database.PutManyAsync([Member(0, 0, 1), Member(0, 1, 1), Member(0, 2, 1)]);
            _ = await database.PutAsync(Member(0, 2, 2));
        },
        wrong: "group-0-2");

    [Fact]
    public void A_token_that_begins_like_another_is_another() => ReadAll(
        async database => _ = await database.PutManyAsync([Member(2, 0, 1), Member(2, 1, 12)]),
        wrong: "group-2-1");

    [Fact]
    public void A_group_of_which_a_member_is_deleted_is_seen_in_parts() => ReadAll(
        async database =>
        {
            _ = await database.PutManyAsync([Member(0, 0, 1), Member(0, 1, 1)]);
            _ = await database.DeleteAsync(Scene.Mark + "group-0-0");
        },
        wrong: "group-0-1");

    [Fact]
    public void A_group_that_is_deleted_wholly_is_whole() => ReadAll(
        async database =>
        {
            _ = await database.PutManyAsync([Member(0, 0, 1), Member(0, 1, 1)]);
            _ = await database.DeleteAsync(Scene.Mark + "group-0-0");
            _ = await database.DeleteAsync(Scene.Mark + "group-0-1");
        },
        wrong: null);

    [Fact]
    public void Documents_that_belong_to_no_group_need_no_token() => ReadAll(
        async database =>
        {
            _ = await database.PutAsync(Document.Parse($$"""{"_id":"{{Scene.Mark}}few-0-1","token":1}"""));
            _ = await database.PutAsync(Document.Parse($$"""{"_id":"{{Scene.Mark}}few-0-2","token":2}"""));
            _ = await database.PutAsync(Document.Parse("""{"_id":"group-0-1","token":1}"""));
            _ = await database.PutAsync(Document.Parse("""{"_id":"group-0-2","token":2}"""));
        },
        wrong: null);

    [Fact]
    public void What_a_device_reads_is_shown_to_the_witness() => Run(async database =>
    {
        _ = await database.PutAsync(Member(0, 0, 1));
        _ = await _device.ReadAllAsync(database, "A");
        _witness.Compare(new EventGraph([.. await database.EventsAsync().ToArrayAsync()]));
        Assert.Equal(1, _witness.Readings);
    });

    [Fact]
    public void A_file_that_is_what_was_attached_is_sound() => Run(async database =>
    {
        NewAttachment file = new("file", new byte[] { 1, 2, 3 }, "", DateTimeOffset.UnixEpoch);
        _ = await database.PutAsync(Document.Parse("""{"_id":"with-file"}"""), [file]);
        Assert.Equal("1 files", await _device.ReadFilesAsync(database, (await database.GetAsync("with-file"))!));
        Assert.Empty(_witness.Violations);
    });

    [Fact]
    public void A_file_that_is_gone_is_not_passed_over() => Run(async database =>
    {
        AttachmentInfo file = new("file", Cid.Of(CidCodec.Raw, [1]), [Cid.Of(CidCodec.Car, [1])], 1, "", null);
        _ = await Assert.ThrowsAsync<MissingBlockException>(() => _device.ReadFilesAsync(database, With(file)));
    });

    // The engine itself refuses bytes that a content id does not name. It gives out those of a file in pieces, which is named by its list of pieces: no device of a world attaches one.
    [Fact]
    public void Bytes_that_are_not_those_of_the_content_id_are_found() => Run(async database =>
    {
        Block piece = Block.Of(CidCodec.Raw, new byte[] { 1, 2, 3 });
        Cid car = await StoreAsync(piece);
        Cid list = await StoreAsync(new AttachmentTree([new AttachmentLeaf(car, piece.Cid, 3)]).ToBlock());
        _ = await _device.ReadFilesAsync(database, With(new AttachmentInfo("file", list, [list], 3, "", null)));
        Violation violation = Assert.Single(_witness.Violations);
        Assert.Equal((Claim.Attachments, $"A reads 3 bytes of the file of with-file, and they are not those of {Names.Of(list)}"), (violation.Claim, violation.Evidence));
    });

    private static Document Member(int group, int member, int token) => Document.Parse($$"""{"_id":"{{Scene.Mark}}group-{{group}}-{{member}}","token":{{token}}}""");

    private static Document With(AttachmentInfo file) => Document.Parse("""{"_id":"with-file"}""").WithFiles(FileSet.WriteField([], [file]));

    private async Task<Cid> StoreAsync(Block block)
    {
        byte[] content = FileSet.WriteCar([block]);
        Cid car = Cid.Of(CidCodec.Car, content);
        _ = await _store.Data.PutAsync(DataFiles.KeyOfAttachments(car), content, PutCondition.None, CancellationToken.None);
        return car;
    }

    private void ReadAll(Func<Database, Task> write, string? wrong) => Run(async database =>
    {
        await write(database);
        _ = await _device.ReadAllAsync(database, "A");
        if (wrong is null)
        {
            Assert.Empty(_witness.Violations);
            return;
        }

        Violation violation = Assert.Single(_witness.Violations);
        Assert.Equal(Claim.WholeCommits, violation.Claim);
        Assert.Contains($"sees parts of two commits: {Scene.Mark}{wrong} is", violation.Evidence, StringComparison.Ordinal);
    });

    private void Run(Func<Database, Task> action) => _world.Run(
        async cancellation =>
        {
            await using Database database = await Database.OpenAsync(
                Scene.DatabaseName, _store, new DatabaseOptions { KeyBag = null, Entropy = new Dice(1, "database"), Time = _world.Time, Compaction = CompactionMode.Manual }, cancellation);
            await action(database);
        },
        CancellationToken.None);
}
