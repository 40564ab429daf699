using System.Collections.Immutable;
using FireproofBench.Engine;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Clock;
using FireproofBench.Engine.Crdt;
using FireproofBench.Engine.Documents;
using FireproofBench.Simulation.Checking;
using Xunit;
using EventGraph = FireproofBench.Simulation.Checking.EventGraph;

namespace FireproofBench.Properties.Simulation.Checking;

/// <summary>What a device is told that changed, held against a history: "old" is written, "new" replaces it, and beside that a second document is written and deleted.</summary>
public sealed class ChangeReportTests
{
    private const string Id = "colour";
    private const string Other = "shape";

    private static readonly Document s_old = Document.Parse("""{"_id":"colour","is":"old"}""");
    private static readonly Document s_new = Document.Parse("""{"_id":"colour","is":"new"}""");
    private static readonly Document s_shape = Document.Parse("""{"_id":"shape"}""");
    private static readonly Cid s_root = Cid.Of(CidCodec.Raw, "root"u8);
    private static readonly ClockEvent s_genesis = ClockEvent.Put(Genesis.Key, s_root, s_root, []);
    private static readonly ClockEvent s_first = ClockEvent.Put(Id, s_old.Block.Cid, s_root, [s_genesis.Cid]);
    private static readonly ClockEvent s_second = ClockEvent.Put(Id, s_new.Block.Cid, s_root, [s_first.Cid]);
    private static readonly ClockEvent s_beside = ClockEvent.Put(Other, s_shape.Block.Cid, s_root, [s_first.Cid]);
    private static readonly ClockEvent s_deletion = ClockEvent.Put(Other, DocumentBlock.Tombstone.Cid, s_root, [s_beside.Cid]);
    private static readonly EventGraph s_history = new([s_deletion, s_beside, s_second, s_first, s_genesis]);

    private static readonly DocumentChange s_newer = new(Id, s_new, s_second.Cid);
    private static readonly DocumentChange s_deleted = new(Other, null, s_deletion.Cid);

    [Fact]
    public void Every_id_that_was_written_since_with_what_was_written_is_sound()
    {
        Assert.Null(WrongWith([s_first], s_newer, s_deleted));
        Assert.Null(WrongWith([s_second], s_deleted));
        Assert.Null(WrongWith([s_second, s_deletion]));
        Assert.Null(WrongWith([], s_newer, s_deleted));
    }

    [Fact]
    public void An_id_that_is_not_told_is_missed() => Assert.Contains($"is not told that {Other}", WrongWith([s_first], s_newer), StringComparison.Ordinal);

    [Fact]
    public void An_id_that_nobody_wrote_since_and_one_that_is_told_twice_are_found()
    {
        Assert.Contains(Id, WrongWith([s_second], s_newer, s_deleted), StringComparison.Ordinal);
        Assert.Contains("twice", WrongWith([s_first], s_newer, s_newer, s_deleted), StringComparison.Ordinal);
    }

    [Fact]
    public void A_document_that_the_named_event_did_not_write_is_found()
    {
        Assert.NotNull(WrongWith([s_first], s_newer with { Document = s_old }, s_deleted));
        Assert.NotNull(WrongWith([s_first], s_newer with { Event = s_beside.Cid }, s_deleted));
        Assert.NotNull(WrongWith([s_first], s_newer, s_deleted with { Document = s_shape }));
        Assert.NotNull(WrongWith([s_second], s_deleted with { Event = s_first.Cid }));
    }

    [Fact]
    public void A_document_that_does_not_stand_any_more_is_found_also_with_its_own_event() => Assert.NotNull(WrongWith([], new DocumentChange(Id, s_old, s_first.Cid), s_deleted));

    [Fact]
    public void Where_what_stands_was_written_before_the_clock_any_event_that_wrote_the_id_since_may_be_named()
    {
        ClockEvent other = ClockEvent.Put(Id, s_shape.Block.Cid, s_root, [s_genesis.Cid]);
        EventGraph history = new([other, s_first, s_genesis]);
        Assert.Null(new ChangeReport("A", [s_first.Cid], new ChangeSet([new DocumentChange(Id, s_old, other.Cid)], [s_first.Cid, other.Cid])).WrongWith(history));
        Assert.NotNull(new ChangeReport("A", [s_first.Cid], new ChangeSet([new DocumentChange(Id, s_old, s_first.Cid)], [s_first.Cid, other.Cid])).WrongWith(history));
    }

    [Fact]
    public void A_clock_that_nobody_has_in_the_end_says_nothing() => Assert.Null(WrongWith([ClockEvent.Put(Id, s_root, s_root, [s_second.Cid])]));

    private static string? WrongWith(ClockEvent[] since, params ImmutableArray<DocumentChange> told) =>
        new ChangeReport("A", [.. since.Select(static made => made.Cid)], new ChangeSet(told, [s_second.Cid, s_deletion.Cid])).WrongWith(s_history);
}
