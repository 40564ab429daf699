using System.Collections.Immutable;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Clock;
using FireproofBench.Engine.Documents;
using FireproofBench.Simulation.Checking;
using Xunit;

namespace FireproofBench.Properties.Simulation.Checking;

/// <summary>What devices see at the same heads, held against each other: no history is needed.</summary>
public sealed class WitnessSameHeadsTests
{
    private const string Id = "colour";
    private const string Other = "shape";

    private static readonly Cid s_red = Cid.Of(CidCodec.Raw, "red"u8);
    private static readonly Cid s_blue = Cid.Of(CidCodec.Raw, "blue"u8);
    private static readonly Cid s_round = Cid.Of(CidCodec.Raw, "round"u8);
    private static readonly ImmutableArray<Cid> s_one = [Cid.Of(CidCodec.DagCbor, [1])];
    private static readonly ImmutableArray<Cid> s_two = [Cid.Of(CidCodec.DagCbor, [1]), Cid.Of(CidCodec.DagCbor, [2])];

    private readonly Witness _witness = new(new VirtualTime());

    [Fact]
    public void The_same_documents_at_the_same_heads_are_sound()
    {
        ReadAll("A", s_two, (Id, s_red), (Other, s_round));
        ReadAll("B", s_two, (Id, s_red), (Other, s_round));
        Read(s_two, Id, s_red);
        ReadAll("A after its compaction", s_two, (Id, s_red), (Other, s_round));
        Read(s_two, Other, s_round);
        Read(s_two, Id, s_red);
        Assert.Empty(_witness.Violations);
    }

    [Fact]
    public void Other_documents_at_other_heads_are_sound()
    {
        ReadAll("A", s_one, (Id, s_red));
        ReadAll("B", s_two, (Id, s_blue));
        ReadAll("C", []);
        Assert.Empty(_witness.Violations);
    }

    [Fact]
    public void Another_value_at_the_same_heads_is_found_and_both_who_saw_them_are_named()
    {
        ReadAll("A", s_two, (Id, s_red), (Other, s_round));
        ReadAll("B in the end", s_two, (Id, s_blue), (Other, s_round));
        Assert.Equal($"B in the end at {Names.Of(s_two)} sees {Id} {Names.Of(s_blue)}, where A saw {Id} {Names.Of(s_red)}", Accused());
    }

    [Fact]
    public void A_document_more_at_the_same_heads_is_found()
    {
        ReadAll("A", s_two, (Id, s_red));
        ReadAll("B", s_two, (Id, s_red), (Other, s_round));
        Assert.EndsWith($"sees {Other} {Names.Of(s_round)}, where A saw nothing of that", Accused(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_document_less_at_the_same_heads_is_found()
    {
        ReadAll("A", s_two, (Id, s_red), (Other, s_round));
        ReadAll("B", s_two, (Id, s_red));
        Assert.EndsWith($"sees nothing of that, where A saw {Other} {Names.Of(s_round)}", Accused(), StringComparison.Ordinal);
    }

    [Fact]
    public void No_document_at_heads_where_somebody_saw_one_is_found()
    {
        ReadAll("A", s_two, (Id, s_red));
        ReadAll("B", s_two);
        Assert.EndsWith($"sees nothing of that, where A saw {Id} {Names.Of(s_red)}", Accused(), StringComparison.Ordinal);
    }

    [Fact]
    public void Each_one_is_held_against_the_first_at_the_same_heads()
    {
        ReadAll("A", s_one, (Id, s_red));
        ReadAll("A", s_two, (Id, s_blue));
        ReadAll("B", s_one, (Id, s_blue));
        ReadAll("C", s_one, (Id, s_red));
        Assert.StartsWith($"B at {Names.Of(s_one)} sees", Accused(), StringComparison.Ordinal);
    }

    [Fact]
    public void Two_who_ask_for_one_document_at_the_same_heads_and_see_different_values_are_found()
    {
        Read(s_two, Id, s_red);
        Read(s_two, Id, s_blue);
        Assert.EndsWith($"at {Names.Of(s_two)} sees {Id} {Names.Of(s_blue)}, where A at 0.000 s saw {Id} {Names.Of(s_red)}", Accused(), StringComparison.Ordinal);
    }

    [Fact]
    public void Who_asks_for_one_document_sees_what_somebody_saw_among_all()
    {
        ReadAll("B", s_two, (Id, s_red), (Other, s_round));
        Read(s_two, Id, s_blue);
        Assert.EndsWith($"where B saw {Id} {Names.Of(s_red)}", Accused(), StringComparison.Ordinal);
    }

    [Fact]
    public void Who_sees_all_sees_what_somebody_saw_who_asked_for_one()
    {
        Read(s_two, Other, s_round);
        Read(s_two, Id, s_blue);
        ReadAll("B", s_two, (Id, s_red), (Other, s_round));
        Assert.Equal($"B at {Names.Of(s_two)} sees {Id} {Names.Of(s_red)}, where A at 0.000 s saw {Id} {Names.Of(s_blue)}", Accused());
    }

    [Fact]
    public void A_document_that_somebody_does_not_find_is_not_among_all()
    {
        ReadAll("B", s_two, (Id, s_red));
        Read(s_two, Id, default);
        Assert.Contains($"sees {Id} nothing, where B saw {Id} {Names.Of(s_red)}", Accused(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_document_that_somebody_found_is_among_all()
    {
        Read(s_two, Id, s_red);
        ReadAll("B", s_two, (Other, s_round));
        Assert.Contains($"B at {Names.Of(s_two)} sees {Id} nothing, where", Accused(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_deleted_document_that_is_not_found_and_one_that_nobody_wrote_are_sound()
    {
        Read(s_two, Id, default);
        Read(s_two, Other, default);
        ReadAll("B", s_two, (Id, DocumentBlock.Tombstone.Cid));
        Read(s_two, Id, default);
        Read(s_two, Other, default);
        Assert.Empty(_witness.Violations);
    }

    [Fact]
    public void Deleted_and_not_found_are_the_same_to_who_asks_for_one_document()
    {
        Read(s_two, Id, default);
        Read(s_two, Id, DocumentBlock.Tombstone.Cid);
        ReadAll("B", s_two, (Id, DocumentBlock.Tombstone.Cid));
        Read(s_two, Id, DocumentBlock.Tombstone.Cid);
        Assert.Empty(_witness.Violations);
    }

    [Fact]
    public void One_document_at_other_heads_may_be_another()
    {
        Read(s_one, Id, s_red);
        Read(s_two, Id, s_blue);
        ReadAll("A", s_two, (Id, s_blue));
        Read(s_one, Id, s_red);
        Assert.Empty(_witness.Violations);
    }

    private void Read(ImmutableArray<Cid> heads, string id, Cid value) => _witness.Read(0, heads, [new KeyValue(id, value)]);

    private void ReadAll(string who, ImmutableArray<Cid> heads, params ReadOnlySpan<(string Id, Cid Value)> rows)
    {
        ImmutableArray<KeyValue>.Builder all = ImmutableArray.CreateBuilder<KeyValue>(rows.Length);
        foreach ((string id, Cid value) in rows)
            all.Add(new KeyValue(id, value));
        _witness.ReadAll(0, who, heads, all.MoveToImmutable());
    }

    private string Accused()
    {
        Violation violation = Assert.Single(_witness.Violations);
        Assert.Equal(Claim.SameHeadsSameState, violation.Claim);
        return violation.Evidence;
    }
}
