using System.Collections.Immutable;
using FireproofBench.Engine.Blocks;
using FireproofBench.Simulation.Checking;
using Xunit;

namespace FireproofBench.Properties.Simulation.Checking;

/// <summary>Where devices are at rest, and which trees they have there.</summary>
public sealed class WitnessConvergenceTests
{
    private static readonly Cid s_root = Cid.Of(CidCodec.DagCbor, [10]);
    private static readonly Cid s_other = Cid.Of(CidCodec.DagCbor, [11]);
    private static readonly ImmutableArray<Cid> s_one = [Cid.Of(CidCodec.DagCbor, [1])];
    private static readonly ImmutableArray<Cid> s_two = [Cid.Of(CidCodec.DagCbor, [1]), Cid.Of(CidCodec.DagCbor, [2])];

    private readonly Witness _witness = new(new VirtualTime());

    [Fact]
    public void All_at_the_same_heads_with_the_same_tree_are_sound()
    {
        Compare("A", s_two);
        Compare("B", s_two);
        Compare("C", s_two);
        Assert.Empty(_witness.Violations);
    }

    [Fact]
    public void One_who_is_at_other_heads_is_found()
    {
        Compare("A", s_two);
        Compare("B", s_one);
        Assert.Equal($"B is at {Names.Of(s_one)} when all had come to {Names.Of(s_two)} and nobody writes", Accused());
    }

    [Fact]
    public void The_first_one_is_held_to_where_all_had_come_to()
    {
        Compare("A", s_one);
        Assert.StartsWith("A is at", Accused(), StringComparison.Ordinal);
    }

    [Fact]
    public void Trees_at_other_heads_may_differ()
    {
        Compare("A", s_two);
        _witness.CompareTrees("B", s_one, s_one, s_other, s_other, s_other);
        Assert.Empty(_witness.Violations);
    }

    [Fact]
    public void A_tree_that_is_served_and_is_not_that_of_its_heads_is_found()
    {
        _witness.CompareTrees("A", s_two, s_two, s_other, s_root, s_root);
        Assert.Equal(Differing(s_other, s_root, s_root), Accused());
    }

    [Fact]
    public void A_tree_that_its_entries_do_not_build_is_found()
    {
        _witness.CompareTrees("A", s_two, s_two, s_root, s_root, s_other);
        Assert.Equal(Differing(s_root, s_root, s_other), Accused());
    }

    [Fact]
    public void A_tree_that_is_another_one_than_that_of_others_at_the_same_heads_is_found_and_both_who_have_them_are_named()
    {
        Compare("A", s_two);
        Compare("B", s_two);
        _witness.CompareTrees("C", s_two, s_two, s_other, s_other, s_other);
        Assert.Equal($"the tree of C has the root {Names.Of(s_other)} at {Names.Of(s_two)}, and that of A {Names.Of(s_root)}", Accused());
    }

    [Fact]
    public void A_tree_that_cannot_be_read_is_not_compared_and_the_heads_are()
    {
        _witness.CompareTrees("A", s_two, s_two, default, default, default);
        Assert.Empty(_witness.Violations);
        _witness.CompareTrees("B", s_one, s_two, default, default, default);
        Assert.StartsWith("B is at", Accused(), StringComparison.Ordinal);
    }

    private static string Differing(Cid served, Cid resolved, Cid built) =>
        $"A serves a tree with the root {Names.Of(served)}, its heads {Names.Of(s_two)} say {Names.Of(resolved)}, and one that is built from all entries has {Names.Of(built)}";

    private void Compare(string who, ImmutableArray<Cid> heads) => _witness.CompareTrees(who, heads, s_two, s_root, s_root, s_root);

    private string Accused()
    {
        Violation violation = Assert.Single(_witness.Violations);
        Assert.Equal(Claim.Convergence, violation.Claim);
        return violation.Evidence;
    }
}
