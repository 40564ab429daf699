using System.Collections.Immutable;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Clock;
using FireproofBench.Engine.Crdt;
using FireproofBench.Engine.Documents;
using FireproofBench.Simulation.Checking;
using Xunit;
using EventGraph = FireproofBench.Simulation.Checking.EventGraph;

namespace FireproofBench.Properties.Simulation.Checking;

/// <summary>What devices were told of writes that made no event of their own, at several heads, and of rollbacks; held against a history that forks and comes together.</summary>
public sealed class WitnessAcknowledgementTests
{
    private const string Id = "colour";
    private const string Other = "shape";
    private const string Late = "size";

    private static readonly Cid s_red = Cid.Of(CidCodec.Raw, "red"u8);
    private static readonly Cid s_blue = Cid.Of(CidCodec.Raw, "blue"u8);
    private static readonly Cid s_deleted = DocumentBlock.Tombstone.Cid;

    private static readonly ClockEvent s_genesis = ClockEvent.Put(Genesis.Key, s_blue, s_red, []);
    private static readonly ClockEvent s_first = ClockEvent.Put(Id, s_red, s_red, [s_genesis.Cid]);
    private static readonly ClockEvent s_deletion = ClockEvent.Put(Id, s_deleted, s_red, [s_first.Cid]);
    private static readonly ClockEvent s_behind = ClockEvent.Put(Other, s_red, s_red, [s_deletion.Cid]);
    private static readonly ClockEvent s_beside = ClockEvent.Put(Late, s_blue, s_red, [s_first.Cid]);
    private static readonly ClockEvent s_unknown = ClockEvent.Put(Id, s_blue, s_red, [s_behind.Cid]);
    private static readonly ClockEvent[] s_newestFirst = [s_beside, s_behind, s_deletion, s_first, s_genesis];

    private readonly Witness _witness = new(new VirtualTime());

    [Fact]
    public void Deleting_what_is_deleted_makes_no_event_and_is_sound() => Assert.Empty(Told(At([s_behind], new KeyValue(Id, s_deleted))));

    [Fact]
    public void A_write_that_a_later_one_replaced_before_the_event_it_was_acknowledged_with_is_lost()
    {
        string evidence = Accused(At([s_behind], new KeyValue(Id, s_red)));
        Assert.Equal($"A's step 1 wrote {Id} = {Names.Of(s_red)}, and the event {Names.Of(s_behind.Cid)} that it was given does not", evidence);
    }

    [Fact]
    public void Deleting_what_is_not_deleted_has_to_make_an_event() => _ = Accused(At([s_first], new KeyValue(Id, s_deleted)));

    [Fact]
    public void A_write_that_stands_already_at_several_heads_is_sound() => Assert.Empty(Told(At([s_behind, s_beside], new KeyValue(Id, s_deleted))));

    [Fact]
    public void A_write_that_is_acknowledged_with_several_heads_and_stands_at_none_of_them_is_lost()
    {
        string evidence = Accused(At([s_behind, s_beside], new KeyValue(Id, s_blue)));
        Assert.Equal($"A's step 1 wrote {Id} = {Names.Of(s_blue)}, and at {Names.Of([s_behind.Cid, s_beside.Cid])}, which it was given, it does not stand", evidence);
    }

    [Fact]
    public void A_write_that_is_acknowledged_with_no_heads_is_lost() => _ = Accused(At([], new KeyValue(Id, s_red)));

    [Fact]
    public void An_acknowledgement_with_other_heads_excuses_nothing()
    {
        IReadOnlyList<Violation> violations = Told(At([s_behind], new KeyValue(Other, s_blue)), At([s_behind, s_beside], new KeyValue(Other, s_red)));
        Assert.Contains(Names.Of(s_blue), Assert.Single(violations).Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_writes_of_one_id_that_are_both_lost_do_not_excuse_each_other() =>
        Assert.Equal(2, Told(At([s_behind], new KeyValue(Late, s_red)), At([s_behind], new KeyValue(Late, s_blue))).Count);

    [Fact]
    public void Deleting_what_is_deleted_excuses_no_write_that_is_lost() =>
        Assert.Contains(Names.Of(s_red), Assert.Single(Told(At([s_behind], new KeyValue(Id, s_red)), At([s_behind], new KeyValue(Id, s_deleted)))).Evidence, StringComparison.Ordinal);

    [Fact]
    public void Of_two_writes_of_one_id_in_one_call_both_are_in_the_event()
    {
        KeyValue[] both = [new KeyValue(Late, s_red), new KeyValue(Late, s_blue)];
        ClockEvent twice = ClockEvent.Batch(both, s_red, [s_behind.Cid]);
        Assert.Empty(Told([twice, .. s_newestFirst], At([twice], [.. both])));
    }

    [Fact]
    public void Each_write_that_is_lost_is_found()
    {
        IReadOnlyList<Violation> violations = Told(At([s_behind], new KeyValue(Other, s_red), new KeyValue(Id, s_blue), new KeyValue(Late, s_red)));
        Assert.Equal([Id, Late], violations.Select(static violation => violation.Evidence.Split(' ')[4]));
    }

    [Fact]
    public void Of_several_heads_each_one_that_nobody_has_is_lost_and_its_writes_are_not_told_again()
    {
        string evidence = Accused(At([s_behind, s_unknown], new KeyValue(Id, s_blue)));
        Assert.Equal($"A's step 1 was acknowledged with the event {Names.Of(s_unknown.Cid)}, which nobody has in the end", evidence);
    }

    [Fact]
    public void One_head_that_nobody_has_is_told_once() => _ = Accused(At([s_unknown], new KeyValue(Id, s_blue)));

    [Fact]
    public void A_rollback_to_a_clock_that_nobody_has_is_not_compared() => Assert.Empty(Told(At([s_behind]) with { Restored = [s_unknown.Cid] }));

    [Fact]
    public void A_rollback_that_nobody_has_is_told_once() => _ = Accused(At([s_unknown]) with { Restored = [s_first.Cid] });

    [Fact]
    public void A_rollback_to_where_it_is_changes_nothing_and_is_sound() =>
        Assert.Empty(Told(At([s_behind, s_beside]) with { Restored = [s_behind.Cid, s_beside.Cid] }));

    [Fact]
    public void A_rollback_to_before_the_first_document_leaves_the_first_event_and_deletes_all_else()
    {
        ClockEvent back = ClockEvent.Batch([new KeyValue(Id, s_deleted), new KeyValue(Other, s_deleted)], s_red, [s_behind.Cid]);
        Assert.Empty(Told([back, .. s_newestFirst], At([back]) with { Restored = [] }));
    }

    [Fact]
    public void What_is_written_beside_a_rollback_is_not_its_fault() => Assert.Empty(Told(At([s_first]) with { Restored = [s_first.Cid] }));

    [Fact]
    public void A_rollback_that_brings_back_nothing_is_found()
    {
        string evidence = Accused(At([s_behind]) with { Restored = [s_first.Cid] }, Other);
        Assert.Equal(
            $"A's step 1 went back to {Names.Of([s_first.Cid])}, where {Id} was {Names.Of([s_red])}, and came to {Names.Of([s_behind.Cid])}, where it is {Names.Of([s_deleted])}",
            evidence);
    }

    [Fact]
    public void What_a_rollback_loses_of_what_was_there_is_found() =>
        Assert.Contains($"where {Late} was", Accused(At([s_behind]) with { Restored = [s_behind.Cid, s_beside.Cid] }), StringComparison.Ordinal);

    private static Acknowledgement At(ReadOnlySpan<ClockEvent> heads, params ImmutableArray<KeyValue> writes)
    {
        ImmutableArray<Cid>.Builder cids = ImmutableArray.CreateBuilder<Cid>(heads.Length);
        foreach (ClockEvent head in heads)
            cids.Add(head.Cid);
        return new Acknowledgement(0, 1, cids.MoveToImmutable(), writes);
    }

    private IReadOnlyList<Violation> Told(params ReadOnlySpan<Acknowledgement> all) => Told(s_newestFirst, all);

    private IReadOnlyList<Violation> Told(ClockEvent[] newestFirst, params ReadOnlySpan<Acknowledgement> all)
    {
        foreach (Acknowledgement told in all)
            _witness.Acknowledge(told);
        _witness.Compare(new EventGraph(newestFirst));
        return _witness.Violations;
    }

    // The one thing that is wrong with it, beside what is said of another id.
    private string Accused(Acknowledgement told, string? beside = null)
    {
        Violation violation = Assert.Single(Told(told), violation => beside is null || !violation.Evidence.Contains($"where {beside} was", StringComparison.Ordinal));
        Assert.Equal(Claim.Durability, violation.Claim);
        return violation.Evidence;
    }
}
