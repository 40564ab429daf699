using System.Collections.Immutable;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Clock;
using FireproofBench.Engine.Crdt;
using FireproofBench.Engine.Documents;
using FireproofBench.Simulation.Checking;
using Xunit;
using EventGraph = FireproofBench.Simulation.Checking.EventGraph;

namespace FireproofBench.Properties.Simulation.Checking;

/// <summary>
/// What devices were shown, held against a history: "red"; then "blue" with a second id, and beside them "green"; behind "blue" the document is deleted, and written again.
/// </summary>
public sealed class WitnessReadingTests
{
    private const string Id = "colour";
    private const string Other = "shape";
    private const string Unwritten = "size";

    private static readonly Cid s_red = Cid.Of(CidCodec.Raw, "red"u8);
    private static readonly Cid s_blue = Cid.Of(CidCodec.Raw, "blue"u8);
    private static readonly Cid s_green = Cid.Of(CidCodec.Raw, "green"u8);
    private static readonly Cid s_round = Cid.Of(CidCodec.Raw, "round"u8);
    private static readonly Cid s_invented = Cid.Of(CidCodec.Raw, "a colour that nobody wrote"u8);
    private static readonly Cid s_deleted = DocumentBlock.Tombstone.Cid;

    private static readonly ClockEvent s_genesis = ClockEvent.Put(Genesis.Key, s_invented, s_red, []);
    private static readonly ClockEvent s_first = ClockEvent.Put(Id, s_red, s_red, [s_genesis.Cid]);
    private static readonly ClockEvent s_second = ClockEvent.Batch([new KeyValue(Id, s_blue), new KeyValue(Other, s_round)], s_red, [s_first.Cid]);
    private static readonly ClockEvent s_beside = ClockEvent.Put(Id, s_green, s_red, [s_first.Cid]);
    private static readonly ClockEvent s_deletion = ClockEvent.Put(Id, s_deleted, s_red, [s_second.Cid]);
    private static readonly ClockEvent s_otherDeletion = ClockEvent.Put(Id, s_deleted, s_red, [s_beside.Cid]);
    private static readonly ClockEvent s_again = ClockEvent.Put(Id, s_red, s_red, [s_deletion.Cid]);
    private static readonly ClockEvent s_unknown = ClockEvent.Put(Id, s_invented, s_red, [s_again.Cid]);
    private static readonly ClockEvent[] s_newestFirst = [s_again, s_otherDeletion, s_deletion, s_beside, s_second, s_first, s_genesis];

    private readonly VirtualTime _time = new();
    private readonly Witness _witness;

    public WitnessReadingTests() => _witness = new Witness(_time);

    [Fact]
    public void The_newest_write_at_the_clock_is_sound_whatever_was_written_later()
    {
        Read(s_red, s_first);
        Read(s_blue, s_second);
        Read(s_red, s_again);
        Assert.Empty(Compared());
    }

    [Fact]
    public void Of_two_writes_that_do_not_know_of_each_other_either_is_sound()
    {
        Read(s_blue, s_second, s_beside);
        Assert.Empty(Compared());
        Witness another = new(_time);
        another.Read(0, [s_second.Cid, s_beside.Cid], [new KeyValue(Id, s_green)]);
        another.Compare(new EventGraph(s_newestFirst));
        Assert.Empty(another.Violations);
    }

    [Fact]
    public void What_nobody_wrote_may_not_be_found_and_what_was_deleted_either()
    {
        _witness.Read(0, [s_again.Cid], [new KeyValue(Unwritten, default)]);
        _witness.Read(0, [s_first.Cid], [new KeyValue(Other, default)]);
        _witness.Read(0, [], [new KeyValue(Id, default)]);
        Read(default, s_deletion);
        Read(default, s_deletion, s_otherDeletion);
        Assert.Empty(Compared());
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("green")]
    public void Of_a_deletion_and_a_write_beside_it_either_is_sound(string seen)
    {
        Read(seen == "green" ? s_green : default(Cid), s_deletion, s_beside);
        Assert.Empty(Compared());
    }

    [Fact]
    public void A_row_that_says_deleted_is_sound_where_the_document_was_deleted()
    {
        Read(s_deleted, s_deletion);
        Assert.Empty(Compared());
    }

    [Fact]
    public void A_lost_write_is_found()
    {
        Read(default, s_second);
        Assert.Contains($"sees {Id} = nothing at", Accused(Claim.Causality), StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_that_nobody_wrote_is_found()
    {
        Read(s_invented, s_second);
        Assert.EndsWith($"sees {Id} = {Names.Of(s_invented)} at {Names.Of([s_second.Cid])}, where only {Names.Of([s_blue])} stands", Accused(Claim.Causality), StringComparison.Ordinal);
    }

    [Fact]
    public void An_older_value_than_the_one_that_follows_it_is_found()
    {
        Read(s_red, s_second);
        _ = Accused(Claim.Causality);
    }

    [Fact]
    public void A_value_that_two_later_writes_replaced_is_found()
    {
        Read(s_red, s_second, s_beside);
        _ = Accused(Claim.Causality);
    }

    [Fact]
    public void A_value_that_is_only_written_behind_the_clock_is_found()
    {
        Read(s_blue, s_first);
        _ = Accused(Claim.Causality);
    }

    [Fact]
    public void A_value_that_is_only_written_beside_the_clock_is_found()
    {
        Read(s_green, s_second);
        _ = Accused(Claim.Causality);
    }

    [Fact]
    public void A_document_that_nobody_wrote_by_then_is_found()
    {
        _witness.Read(0, [s_first.Cid], [new KeyValue(Other, s_round)]);
        Assert.EndsWith("where nobody wrote it", Accused(Claim.Causality), StringComparison.Ordinal);
    }

    [Fact]
    public void A_document_before_the_first_event_is_found()
    {
        _witness.Read(0, [], [new KeyValue(Id, s_red)]);
        _ = Accused(Claim.Causality);
    }

    [Fact]
    public void A_row_that_says_deleted_where_nobody_deleted_is_found()
    {
        Read(s_deleted, s_second);
        Assert.Contains($"{Id} = nothing", Accused(Claim.Causality), StringComparison.Ordinal);
    }

    [Fact]
    public void A_row_that_says_deleted_of_what_nobody_wrote_is_found()
    {
        _witness.Read(0, [s_second.Cid], [new KeyValue(Unwritten, s_deleted)]);
        _ = Accused(Claim.Causality);
    }

    [Fact]
    public void A_deleted_document_that_comes_back_is_found()
    {
        Read(s_blue, s_deletion);
        _ = Accused(Claim.NoResurrection);
    }

    [Fact]
    public void A_document_that_two_deleted_and_that_comes_back_is_found()
    {
        Read(s_green, s_deletion, s_otherDeletion);
        _ = Accused(Claim.NoResurrection);
    }

    [Fact]
    public void An_older_value_where_one_deleted_and_another_wrote_is_no_resurrection()
    {
        Read(s_red, s_deletion, s_beside);
        _ = Accused(Claim.Causality);
    }

    [Fact]
    public void What_was_deleted_and_written_again_may_not_be_missing()
    {
        Read(default, s_again);
        _ = Accused(Claim.Causality);
    }

    [Fact]
    public void What_was_deleted_and_written_again_may_not_say_that_it_is_deleted()
    {
        Read(s_deleted, s_again);
        _ = Accused(Claim.Causality);
    }

    [Fact]
    public void What_was_deleted_and_written_again_may_not_have_the_value_before()
    {
        Read(s_blue, s_again);
        _ = Accused(Claim.Causality);
    }

    [Fact]
    public void Each_value_of_each_reading_is_compared()
    {
        _witness.Read(0, [s_second.Cid], [new KeyValue(Id, s_red), new KeyValue(Other, s_red)]);
        Read(s_red, s_first);
        Read(s_blue, s_deletion);
        Assert.Equal([Claim.Causality, Claim.Causality, Claim.NoResurrection], Compared().Select(static violation => violation.Claim));
    }

    [Fact]
    public void All_documents_with_deleted_ones_among_them_are_sound()
    {
        ReadAll([s_first], new KeyValue(Id, s_red));
        ReadAll([s_second], new KeyValue(Id, s_blue), new KeyValue(Other, s_round));
        ReadAll([s_deletion], new KeyValue(Id, s_deleted), new KeyValue(Other, s_round));
        ReadAll([s_beside, s_second], new KeyValue(Id, s_green), new KeyValue(Other, s_round));
        ReadAll([s_genesis]);
        ReadAll([]);
        Assert.Empty(Compared());
    }

    [Fact]
    public void A_document_that_is_missing_among_all_is_found()
    {
        ReadAll([s_second], new KeyValue(Id, s_blue));
        Assert.Contains($"does not see {Other} among all documents", Accused(Claim.Causality), StringComparison.Ordinal);
    }

    [Fact]
    public void A_deleted_document_that_is_missing_among_all_is_found()
    {
        ReadAll([s_deletion], new KeyValue(Other, s_round));
        Assert.Contains($"does not see {Id} among all documents", Accused(Claim.Causality), StringComparison.Ordinal);
    }

    [Fact]
    public void Each_document_that_is_missing_among_all_is_found()
    {
        ReadAll([s_second]);
        Assert.Equal([Claim.Causality, Claim.Causality], Compared().Select(static violation => violation.Claim));
    }

    [Fact]
    public void A_wrong_value_among_all_is_found()
    {
        ReadAll([s_second], new KeyValue(Id, s_red), new KeyValue(Other, s_round));
        Assert.Contains(Names.Of(s_red), Accused(Claim.Causality), StringComparison.Ordinal);
    }

    [Fact]
    public void A_document_that_comes_back_among_all_is_found()
    {
        ReadAll([s_deletion], new KeyValue(Id, s_blue), new KeyValue(Other, s_round));
        _ = Accused(Claim.NoResurrection);
    }

    [Fact]
    public void A_document_that_is_there_twice_among_all_is_found()
    {
        ReadAll([s_second, s_beside], new KeyValue(Id, s_blue), new KeyValue(Id, s_green), new KeyValue(Other, s_round));
        Assert.Contains($"sees {Id} more than once", Accused(Claim.Causality), StringComparison.Ordinal);
    }

    [Fact]
    public void Who_reads_one_document_says_nothing_of_the_others()
    {
        Read(s_blue, s_second);
        Assert.Empty(Compared());
    }

    [Fact]
    public void What_was_seen_at_heads_that_nobody_has_in_the_end_was_lost()
    {
        Read(s_invented, s_second, s_unknown);
        Assert.Contains("in the end nobody has", Accused(Claim.Durability), StringComparison.Ordinal);
    }

    [Fact]
    public void Where_power_fails_it_may_be_lost_and_what_comes_behind_it_is_compared()
    {
        Witness witness = new(_time) { LosesPower = true };
        witness.Read(0, [s_unknown.Cid], [new KeyValue(Id, s_invented)]);
        witness.ReadAll(0, "A", [s_second.Cid, s_unknown.Cid], []);
        witness.Compare(new EventGraph(s_newestFirst));
        Assert.Empty(witness.Violations);
        witness.Read(0, [s_second.Cid], [new KeyValue(Id, s_invented)]);
        witness.Compare(new EventGraph(s_newestFirst));
        Assert.Equal(Claim.Causality, Assert.Single(witness.Violations).Claim);
        Assert.Equal(1, witness.Readings);
    }

    [Fact]
    public void What_was_written_once_more_as_it_was_shown_replaces_what_stood_beside_it()
    {
        ClockEvent joined = ClockEvent.Put(Other, s_red, s_red, [s_second.Cid, s_beside.Cid]);
        ClockEvent later = ClockEvent.Put(Other, s_blue, s_red, [s_beside.Cid]);
        _witness.Acknowledge(new Acknowledgement(0, 1, [joined.Cid], [new KeyValue(Id, s_blue)]));
        _witness.Read(0, [joined.Cid, later.Cid], [new KeyValue(Id, s_green)]);
        _witness.Compare(new EventGraph([later, joined, s_beside, s_second, s_first, s_genesis]));
        Assert.Equal(Claim.Causality, Assert.Single(_witness.Violations).Claim);
    }

    [Fact]
    public void It_says_who_saw_it_and_when()
    {
        using ITimer timer = _time.CreateTimer(static _ => { }, null, TimeSpan.FromSeconds(1.5), Timeout.InfiniteTimeSpan);
        Assert.True(_time.Advance());
        _witness.Read(1, [s_second.Cid], [new KeyValue(Id, s_red)]);
        Assert.StartsWith("B at 1.500 s sees", Accused(Claim.Causality), StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromSeconds(1.5), _witness.Violations[0].At);
    }

    [Fact]
    public void Readings_that_are_compared_are_counted_and_each_look_is_a_beat()
    {
        Read(s_red, s_first);
        Read(s_invented, s_unknown);
        ReadAll([s_first], new KeyValue(Id, s_red));
        _witness.Acknowledge(new Acknowledgement(0, 1, [s_first.Cid], [new KeyValue(Id, s_red)]));
        Assert.Equal((0, 1), (_witness.Readings, _witness.Acknowledged.Count));
        Pulse pulse = new();
        _witness.Compare(new EventGraph(s_newestFirst), pulse);
        Assert.Equal((2, 4), (_witness.Readings, pulse.Steps));
    }

    private void Read(Cid value, params ReadOnlySpan<ClockEvent> heads) => _witness.Read(0, HeadsOf(heads), [new KeyValue(Id, value)]);

    private void ReadAll(ReadOnlySpan<ClockEvent> heads, params ImmutableArray<KeyValue> rows) => _witness.ReadAll(0, "A", HeadsOf(heads), rows);

    private static ImmutableArray<Cid> HeadsOf(ReadOnlySpan<ClockEvent> heads)
    {
        ImmutableArray<Cid>.Builder cids = ImmutableArray.CreateBuilder<Cid>(heads.Length);
        foreach (ClockEvent head in heads)
            cids.Add(head.Cid);
        return cids.MoveToImmutable();
    }

    private IReadOnlyList<Violation> Compared()
    {
        _witness.Compare(new EventGraph(s_newestFirst));
        return _witness.Violations;
    }

    private string Accused(Claim claim)
    {
        Violation violation = Assert.Single(Compared());
        Assert.Equal(claim, violation.Claim);
        return violation.Evidence;
    }
}
