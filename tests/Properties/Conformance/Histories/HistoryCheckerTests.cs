using FireproofBench.Conformance.Histories;
using Xunit;

namespace FireproofBench.Properties.Conformance.Histories;

public sealed class HistoryCheckerTests
{
    [Fact]
    public void A_write_that_never_returned_may_show_late_or_never()
    {
        HistorySketch sketch = new HistorySketch().Put("a", "1", 0, 10).Put("b", "2", 5, null).Get("a", "1", 20, 30).Get("a", "2", 40, 50);
        Assert.True(RegisterLinearizability.Check(sketch.History).Holds);
        Assert.False(RegisterLinearizability.Check(sketch.Get("a", "1", 60, 70).History).Holds);
        Assert.True(RegisterLinearizability.Check(new HistorySketch().Put("b", "2", 5, null).Get("a", null, 20, 30).History).Holds);
    }

    [Fact]
    public void A_refused_write_has_no_effect()
    {
        HistorySketch sketch = new HistorySketch().Put("a", "1", 0, 10).Put("b", "2", 20, 30, refused: true);
        Assert.True(RegisterLinearizability.Check(sketch.Get("a", "1", 40, 50).History).Holds);
        History shown = sketch.Get("a", "2", 60, 70).History;
        Assert.False(RegisterLinearizability.Check(shown).Holds);
        Assert.Contains("nobody had written", CrdtRegister.Check(shown, TimeSpan.Zero).Violation!.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_search_without_steps_left_is_undecided_and_not_broken()
    {
        HistoryJudgement judgement = RegisterLinearizability.Check(new HistorySketch().Put("a", "1", 0, 10).Get("a", "1", 20, 30).History, maxSteps: 1);
        Assert.Null(judgement.Violation);
        Assert.Contains("given up", judgement.Undecided, StringComparison.Ordinal);
    }

    [Fact]
    public void A_merging_register_may_waver_between_writes_that_overlapped_and_no_others()
    {
        HistorySketch sketch = new HistorySketch().Put("a", "1", 0, 10).Put("b", "2", 5, 15).Get("a", "1", 20, 30).Get("a", "2", 40, 50).Get("a", "1", 60, 70);
        Assert.True(CrdtRegister.Check(sketch.History, TimeSpan.Zero).Holds);
        Assert.False(RegisterLinearizability.Check(sketch.History).Holds);
        HistoryViolation violation = CrdtRegister.Check(sketch.Put("c", "3", 100, 110).Get("a", "2", 120, 130).History, TimeSpan.Zero).Violation!;
        Assert.Equal(["2", "3", "2"], violation.Window.Select(o => o.Value));
    }

    [Fact]
    public void An_overwritten_value_may_still_be_read_within_the_bound()
    {
        History history = new HistorySketch().Put("a", "1", 0, 10).Put("a", "2", 20, 1_000).Get("b", "1", 501_000, 502_000).History;
        Assert.True(CrdtRegister.Check(history, TimeSpan.FromMilliseconds(0.5)).Holds);
        Assert.False(CrdtRegister.Check(history, TimeSpan.FromMilliseconds(0.4)).Holds);
        Assert.True(SessionGuarantees.Check(history, TimeSpan.Zero).Holds);
    }

    [Fact]
    public void Absence_needs_a_delete_or_a_time_before_all_writes()
    {
        HistorySketch sketch = new HistorySketch().Get("a", null, 0, 5).Put("a", "1", 10, 20);
        Assert.False(CrdtRegister.Check(sketch.Get("b", null, 30, 40).History, TimeSpan.Zero).Holds);
        sketch = new HistorySketch().Put("a", "1", 10, 20).Delete("a", 25, 28).Get("b", null, 30, 40).Head("b", false, 30, 40);
        Assert.True(CrdtRegister.Check(sketch.History, TimeSpan.Zero).Holds);
        Assert.False(CrdtRegister.Check(sketch.Head("b", true, 50, 60).History, TimeSpan.Zero).Holds);
    }

    [Theory]
    [InlineData("read your writes")]
    [InlineData("monotonic reads")]
    [InlineData("monotonic writes")]
    [InlineData("writes follow reads")]
    public void Each_broken_session_guarantee_is_named(string guarantee)
    {
        HistorySketch sketch = new HistorySketch().Put("z", "old", 0, 10, "x");
        sketch = guarantee switch
        {
            "read your writes" => sketch.Put("a", "new", 20, 30, "x").Get("a", "old", 40, 50, "x"),
            "monotonic reads" => sketch.Put("b", "new", 20, null, "x").Get("a", "new", 40, 50, "x").Get("a", "old", 60, 70, "x"),
            "monotonic writes" => sketch.Put("b", "new", 20, 30, "x").Put("b", "after", 40, 50, "y").Get("a", "after", 60, 70, "y").Get("a", "old", 80, 90, "x"),
            _ => sketch.Put("c", "new", 20, null, "x").Get("b", "new", 30, 35, "x").Put("b", "after", 40, 50, "y").Get("a", "after", 60, 70, "y")
                .Get("a", "old", 80, 90, "x"),
        };
        Assert.StartsWith(guarantee, SessionGuarantees.Check(sketch.History, TimeSpan.Zero).Violation!.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stranger_may_read_old_values_in_its_own_session()
    {
        History history = new HistorySketch().Put("b", "1", 0, 10).Put("b", "2", 20, 30).Get("a", "1", 40, 50).Get("a", "2", 60, 70).Get("c", "1", 80, 90).History;
        Assert.True(SessionGuarantees.Check(history, TimeSpan.Zero).Holds);
        Assert.False(RegisterLinearizability.Check(history).Holds);
    }

    [Fact]
    public void A_list_has_what_was_put_and_nothing_else()
    {
        HistorySketch sketch = new HistorySketch().Put("a", "1", 0, 10, "s/1").Put("a", "2", 5, null, "s/2").List("b", "s/", 20, 30, "s/1").List("b", "s/", 40, 50, "s/1", "s/2")
            .Put("a", "3", 55, 100, "s/3").List("b", "s/", 60, 70, "s/1", "s/3").List("b", "t/", 60, 70);
        Assert.True(SetMembership.Check(sketch.History, TimeSpan.Zero).Holds);
        Assert.Contains("lacks 's/1'", Text(new HistorySketch().Put("a", "1", 0, 10, "s/1").List("b", "s/", 20, 30)), StringComparison.Ordinal);
        Assert.Contains("'s/9', which was never put", Text(new HistorySketch().List("b", "s/", 20, 30, "s/9")), StringComparison.Ordinal);
        Assert.Contains("had not been put", Text(new HistorySketch().List("b", "s/", 20, 30, "s/1").Put("a", "1", 40, 50, "s/1")), StringComparison.Ordinal);

        static string Text(HistorySketch sketch) => SetMembership.Check(sketch.History, TimeSpan.Zero).Violation!.Text;
    }

    [Fact]
    public void A_delete_takes_a_key_from_lists_unless_it_overlaps_them_or_a_put()
    {
        HistorySketch sketch = new HistorySketch().Put("a", "1", 0, 10, "s").Delete("a", 20, 40, "s").List("b", "s", 30, 35, "s").List("b", "s", 30, 35);
        Assert.True(SetMembership.Check(sketch.History, TimeSpan.Zero).Holds);
        Assert.True(SetMembership.Check(sketch.Put("c", "2", 39, 42, "s").List("b", "s", 50, 60, "s").List("b", "s", 50, 60).History, TimeSpan.Zero).Holds);
        History ghost = new HistorySketch().Put("a", "1", 0, 10, "s").Delete("a", 20, 40, "s").List("b", "s", 50, 60, "s").History;
        Assert.Contains("had been deleted", SetMembership.Check(ghost, TimeSpan.Zero).Violation!.Text, StringComparison.Ordinal);
        Assert.True(SetMembership.Check(ghost, TimeSpan.FromSeconds(1)).Holds);
    }

    [Fact]
    public void Heads_lead_to_every_acknowledged_event()
    {
        HistorySketch sketch = new HistorySketch().Publish("a", "e1", 0, 10).Publish("a", "e2", 20, 30, "e1").Publish("b", "e3", 20, 30, "e1").Publish("c", "e4", 35, null)
            .Heads("a", 40, 50, "e2", "e3").Publish("a", "e5", 60, 70, "e2", "e3").Heads("b", 80, 90, "e5");
        Assert.True(HeadCoverage.Check(sketch.History, TimeSpan.Zero).Holds);
        HistoryViolation lost = HeadCoverage.Check(sketch.Heads("c", 100, 110, "e2").History, TimeSpan.Zero).Violation!;
        Assert.Contains("do not lead to e3", lost.Text, StringComparison.Ordinal);
        Assert.Contains("nobody had published", HeadCoverage.Check(new HistorySketch().Heads("c", 1, 2, "e9").History, TimeSpan.Zero).Violation!.Text, StringComparison.Ordinal);
    }
}
