using System.Collections.Immutable;
using FireproofBench.Engine.Blocks;
using FireproofBench.Simulation.Checking;
using Xunit;

namespace FireproofBench.Properties.Simulation.Checking;

public sealed class KeptSnapshotsTests
{
    private const string Name = "kept";

    private static readonly ImmutableArray<Cid> s_early = [Cid.Of(CidCodec.Raw, [1])];
    private static readonly ImmutableArray<Cid> s_late = [Cid.Of(CidCodec.Raw, [2])];

    private readonly KeptSnapshots _kept = new(isOrdered: true);

    [Fact]
    public void What_was_acknowledged_may_not_be_gone()
    {
        Assert.Null(_kept.WrongWith(_kept.LookAt(Name), null));
        Keep(s_early);
        Assert.Null(_kept.WrongWith(_kept.LookAt(Name), s_early));
        Assert.Equal("it was kept, and is not there", _kept.WrongWith(_kept.LookAt(Name), null));
        Assert.Null(_kept.WrongWith(_kept.LookAt("another"), null));
    }

    [Fact]
    public void Another_of_the_same_name_takes_its_place()
    {
        Keep(s_early);
        Keep(s_late);
        Assert.Null(_kept.WrongWith(_kept.LookAt(Name), s_late));
        Assert.Contains("nobody kept", _kept.WrongWith(_kept.LookAt(Name), s_early), StringComparison.Ordinal);
    }

    [Fact]
    public void Where_an_earlier_put_may_arrive_again_it_may_stand_again()
    {
        KeptSnapshots kept = new(isOrdered: false);
        kept.End(kept.Begin(Name), s_early);
        kept.End(kept.Begin(Name), s_late);
        Assert.Null(kept.WrongWith(kept.LookAt(Name), s_early));
        Assert.NotNull(kept.WrongWith(kept.LookAt(Name), null));
    }

    [Fact]
    public void Of_two_at_once_either_may_stand()
    {
        KeptSnapshots.Attempt first = _kept.Begin(Name);
        Keep(s_late);
        _kept.End(first, s_early);
        Assert.Null(_kept.WrongWith(_kept.LookAt(Name), s_early));
        Assert.Null(_kept.WrongWith(_kept.LookAt(Name), s_late));
    }

    [Fact]
    public void An_attempt_that_never_ended_may_stand_and_what_was_acknowledged_may_still_not_be_gone()
    {
        Keep(s_early);
        _ = _kept.Begin(Name);
        Assert.Null(_kept.WrongWith(_kept.LookAt(Name), s_late));
        Assert.NotNull(_kept.WrongWith(_kept.LookAt(Name), null));
    }

    [Fact]
    public void What_somebody_had_begun_who_is_gone_may_stand_until_the_next_is_acknowledged()
    {
        Keep(s_early);
        _ = _kept.Begin(Name);
        _kept.End();
        Assert.Null(_kept.WrongWith(_kept.LookAt(Name), s_late));
        Keep(s_early);
        Assert.NotNull(_kept.WrongWith(_kept.LookAt(Name), s_late));
    }

    [Fact]
    public void One_that_is_kept_while_somebody_looks_may_be_seen_or_not()
    {
        KeptSnapshots.Look look = _kept.LookAt(Name);
        Keep(s_early);
        Assert.Null(_kept.WrongWith(look, null));
        Assert.Null(_kept.WrongWith(look, s_early));
    }

    private void Keep(ImmutableArray<Cid> heads) => _kept.End(_kept.Begin(Name), heads);
}
