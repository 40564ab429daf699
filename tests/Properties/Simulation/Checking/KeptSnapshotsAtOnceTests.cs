using System.Collections.Immutable;
using FireproofBench.Engine.Blocks;
using FireproofBench.Simulation.Checking;
using Xunit;

namespace FireproofBench.Properties.Simulation.Checking;

/// <summary>Snapshots of one name that are kept, looked for and given up at the same time.</summary>
public sealed class KeptSnapshotsAtOnceTests
{
    private const string Name = "kept";

    private static readonly ImmutableArray<Cid> s_early = [Cid.Of(CidCodec.Raw, [1])];
    private static readonly ImmutableArray<Cid> s_late = [Cid.Of(CidCodec.Raw, [2])];
    private static readonly ImmutableArray<Cid> s_both = [.. s_early, .. s_late];

    private readonly KeptSnapshots _kept = new(isOrdered: true);

    [Fact]
    public void Of_two_at_once_the_one_that_was_acknowledged_first_may_stand_in_the_end()
    {
        KeptSnapshots.Attempt first = _kept.Begin(Name);
        KeptSnapshots.Attempt second = _kept.Begin(Name);
        _kept.End(first, s_early);
        _kept.End(second, s_late);
        Assert.Null(Wrong(s_early));
        Assert.Null(Wrong(s_late));
        Assert.NotNull(Wrong(s_both));
        Assert.NotNull(Wrong(null));
    }

    [Fact]
    public void One_that_is_kept_alone_behind_two_at_once_takes_their_place()
    {
        KeptSnapshots.Attempt first = _kept.Begin(Name);
        KeptSnapshots.Attempt second = _kept.Begin(Name);
        _kept.End(second, s_late);
        _kept.End(first, s_early);
        Keep(s_both);
        Assert.Null(Wrong(s_both));
        Assert.NotNull(Wrong(s_early));
        Assert.NotNull(Wrong(s_late));
    }

    [Fact]
    public void Who_began_to_look_before_another_took_its_place_may_see_either()
    {
        KeptSnapshots.Look look = _kept.LookAt(Name);
        Keep(s_early);
        Keep(s_late);
        Assert.Null(_kept.WrongWith(look, s_early));
        Assert.Null(_kept.WrongWith(look, s_late));
        Assert.NotNull(Wrong(s_early));
    }

    [Fact]
    public void Who_began_to_look_while_one_was_being_kept_may_see_what_was_there_before()
    {
        Keep(s_early);
        KeptSnapshots.Attempt attempt = _kept.Begin(Name);
        KeptSnapshots.Look look = _kept.LookAt(Name);
        _kept.End(attempt, s_late);
        Assert.Null(_kept.WrongWith(look, s_early));
        Assert.NotNull(_kept.WrongWith(look, null));
        Assert.NotNull(Wrong(s_early));
    }

    [Fact]
    public void One_that_is_being_kept_for_the_first_time_may_be_there_or_not()
    {
        _ = _kept.Begin(Name);
        Assert.Null(Wrong(s_early));
        Assert.Null(Wrong(null));
    }

    [Fact]
    public void What_somebody_had_begun_may_stand_through_several_lives()
    {
        Keep(s_early);
        _ = _kept.Begin(Name);
        _kept.End();
        _kept.End();
        Assert.Null(Wrong(s_late));
        Assert.NotNull(Wrong(null));
    }

    [Fact]
    public void Who_had_begun_nothing_leaves_what_was_kept()
    {
        Keep(s_early);
        _kept.End();
        Assert.Null(Wrong(s_early));
        Assert.NotNull(Wrong(s_late));
        Assert.NotNull(Wrong(null));
    }

    [Fact]
    public void An_attempt_says_nothing_of_another_name()
    {
        Keep(s_early);
        _ = _kept.Begin("another");
        _kept.End();
        Assert.NotNull(Wrong(s_late));
        Assert.Null(_kept.WrongWith(_kept.LookAt("another"), s_late));
    }

    [Fact]
    public void What_is_wrong_is_told_with_the_clock_that_was_found()
    {
        Keep(s_both);
        Assert.Equal($"it is at {Names.Of(s_late)}, which nobody kept under that name", Wrong(s_late));
    }

    private string? Wrong(ImmutableArray<Cid>? found) => _kept.WrongWith(_kept.LookAt(Name), found);

    private void Keep(ImmutableArray<Cid> heads) => _kept.End(_kept.Begin(Name), heads);
}
