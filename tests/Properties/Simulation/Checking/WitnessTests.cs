using System.Collections.Immutable;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Clock;
using FireproofBench.Engine.Documents;
using FireproofBench.Simulation.Checking;
using Xunit;
using EventGraph = FireproofBench.Simulation.Checking.EventGraph;

namespace FireproofBench.Properties.Simulation.Checking;

/// <summary>What devices were told, held against a history: "red", then "blue" for one id, and a second id beside the later one.</summary>
public sealed class WitnessTests
{
    private const string Id = "colour";
    private const string Other = "shape";

    private static readonly Cid s_red = Cid.Of(CidCodec.Raw, "red"u8);
    private static readonly Cid s_blue = Cid.Of(CidCodec.Raw, "blue"u8);
    private static readonly ClockEvent s_first = ClockEvent.Put(Id, s_red, s_red, []);
    private static readonly ClockEvent s_second = ClockEvent.Batch([new KeyValue(Id, s_blue), new KeyValue(Other, s_red)], s_red, [s_first.Cid]);

    private readonly Witness _witness = new(new VirtualTime());

    [Fact]
    public void A_write_that_is_in_the_event_it_was_acknowledged_with_is_sound() => Assert.Empty(Told([s_first, s_second], Ack(s_second, new KeyValue(Id, s_blue))));

    [Fact]
    public void A_write_that_is_not_in_its_event_is_lost() =>
        Assert.Equal(Claim.Durability, Assert.Single(Told([s_first, s_second], Ack(s_second, new KeyValue("size", s_blue)))).Claim);

    [Fact]
    public void Of_two_writes_of_one_id_in_one_commit_the_later_one_is_enough() =>
        Assert.Empty(Told([s_first, s_second], Ack(s_second, new KeyValue(Id, s_red)), Ack(s_second, new KeyValue(Id, s_blue))));

    [Fact]
    public void A_write_of_another_id_in_the_same_commit_excuses_nothing() =>
        Assert.Equal(Claim.Durability, Assert.Single(Told([s_first, s_second], Ack(s_second, new KeyValue(Id, s_red)), Ack(s_second, new KeyValue(Other, s_red)))).Claim);

    [Fact]
    public void An_event_that_nobody_has_is_lost() => Assert.Equal(Claim.Durability, Assert.Single(Told([s_first], Ack(s_second))).Claim);

    [Fact]
    public void A_rollback_that_brings_back_what_was_and_deletes_what_was_not_is_sound()
    {
        ClockEvent back = ClockEvent.Batch([new KeyValue(Id, s_red), new KeyValue(Other, DocumentBlock.Tombstone.Cid)], s_red, [s_second.Cid]);
        Assert.Empty(Told([s_first, s_second, back], Ack(back) with { Restored = [s_first.Cid] }));
    }

    [Fact]
    public void A_rollback_that_leaves_what_was_not_there_is_found()
    {
        ClockEvent back = ClockEvent.Put(Id, s_red, s_red, [s_second.Cid]);
        Assert.Contains(Other, Assert.Single(Told([s_first, s_second, back], Ack(back) with { Restored = [s_first.Cid] })).Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rollback_that_brings_back_something_else_is_found()
    {
        ClockEvent back = ClockEvent.Batch([new KeyValue(Id, s_blue), new KeyValue(Other, DocumentBlock.Tombstone.Cid)], s_red, [s_second.Cid]);
        Assert.Contains(Id, Assert.Single(Told([s_first, s_second, back], Ack(back) with { Restored = [s_first.Cid] })).Evidence, StringComparison.Ordinal);
    }

    private static Acknowledgement Ack(ClockEvent made, params ImmutableArray<KeyValue> writes) => new(0, 1, [made.Cid], writes);

    private IReadOnlyList<Violation> Told(ImmutableArray<ClockEvent> oldestFirst, params ReadOnlySpan<Acknowledgement> all)
    {
        foreach (Acknowledgement told in all)
            _witness.Acknowledge(told);
        _witness.Compare(new EventGraph([.. oldestFirst.Reverse()]));
        return _witness.Violations;
    }
}
