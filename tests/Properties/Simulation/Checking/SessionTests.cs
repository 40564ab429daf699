using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Clock;
using FireproofBench.Simulation.Checking;
using Xunit;
using EventGraph = FireproofBench.Simulation.Checking.EventGraph;

namespace FireproofBench.Properties.Simulation.Checking;

/// <summary>Where one database says that it is, held against a history: an event, two side by side behind it, and one that joins them.</summary>
public sealed class SessionTests
{
    private static readonly Cid s_red = Cid.Of(CidCodec.Raw, "red"u8);
    private static readonly ClockEvent s_first = ClockEvent.Put("a", s_red, s_red, []);
    private static readonly ClockEvent s_left = ClockEvent.Put("b", s_red, s_red, [s_first.Cid]);
    private static readonly ClockEvent s_right = ClockEvent.Put("c", s_red, s_red, [s_first.Cid]);
    private static readonly ClockEvent s_joined = ClockEvent.Put("d", s_red, s_red, [s_left.Cid, s_right.Cid]);
    private static readonly EventGraph s_history = new([s_joined, s_right, s_left, s_first]);

    private readonly Session _session = new(new VirtualTime(), "A");

    [Fact]
    public void One_that_goes_forward_or_stays_is_sound()
    {
        Show([], [s_first], [s_left], [s_left], [s_left, s_right], [s_joined]);
        Assert.Null(GoesBack());
    }

    [Fact]
    public void One_that_shows_less_than_before_goes_back()
    {
        Show([s_left, s_right], [s_right]);
        Assert.Contains(Names.Of(s_left.Cid), GoesBack(), StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_steps_aside_goes_back()
    {
        Show([s_left], [s_right]);
        Assert.Contains(Names.Of(s_left.Cid), GoesBack(), StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_comes_to_nothing_goes_back()
    {
        Show([s_first], []);
        Assert.Contains(Names.Of(s_first.Cid), GoesBack(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_it_acknowledged_it_shows_from_then_on()
    {
        Show([s_left]);
        _session.Acknowledge([s_right.Cid]);
        Assert.Null(GoesBack());
        Show([s_left]);
        Assert.Contains(Names.Of(s_right.Cid), GoesBack(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_acknowledgement_may_be_of_less_than_was_shown_while_it_was_under_way()
    {
        Show([s_left, s_right]);
        _session.Acknowledge([s_left.Cid]);
        Show([s_left, s_right]);
        Assert.Null(GoesBack());
    }

    [Fact]
    public void It_has_to_know_from_the_beginning_what_was_acknowledged_before()
    {
        Show([s_left], [s_left, s_right]);
        Assert.Null(_session.GoesBack(s_history, s_history.UpTo([s_left.Cid])));
        Assert.Contains(Names.Of(s_right.Cid), _session.GoesBack(s_history, s_history.UpTo([s_right.Cid])), StringComparison.Ordinal);
    }

    [Fact]
    public void Events_that_nobody_has_in_the_end_say_nothing()
    {
        ClockEvent lost = ClockEvent.Put("e", s_red, s_red, [s_left.Cid]);
        Show([s_left], [lost], [s_left]);
        Assert.Null(GoesBack());
    }

    [Fact]
    public void Only_what_it_acknowledged_counts_as_acknowledged()
    {
        Show([s_joined]);
        _session.Acknowledge([s_right.Cid]);
        Assert.Equal([s_first.Cid, s_right.Cid], s_history.In(_session.AcknowledgedIn(s_history)).Select(static made => made.Cid));
    }

    private string? GoesBack() => _session.GoesBack(s_history, s_history.UpTo([]));

    private void Show(params ReadOnlySpan<ClockEvent[]> clocks)
    {
        foreach (ClockEvent[] clock in clocks)
            _session.Show([.. clock.Select(static made => made.Cid)]);
    }
}
