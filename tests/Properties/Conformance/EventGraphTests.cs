using FireproofBench.Engine.Ports;
using Xunit;

namespace FireproofBench.Properties.Conformance;

public sealed class EventGraphTests
{
    private readonly EventGraph _events = new(new Dice(1, "events"));

    [Fact]
    public void A_reading_covers_its_events_and_all_that_they_follow()
    {
        HeadEvent root = _events.Make([]);
        HeadEvent[] chain = new HeadEvent[200];
        for (int i = 0; i < chain.Length; i++)
            chain[i] = _events.Make([i == 0 ? root.Cid : chain[i - 1].Cid]);
        HeadEvent beside = _events.Make([root.Cid]);
        EventSet covered = _events.CoveredBy(Reading(chain[150]));
        Assert.Equal(152, covered.Count);
        Assert.True(covered.Contains(root.Number) && covered.Contains(chain[150].Number));
        Assert.False(covered.Contains(chain[151].Number) || covered.Contains(beside.Number));
        Assert.Equal((1, 49 + 1), (beside.Reach.CountBeyond(covered), _events.CoveredBy(Reading(chain[199], beside)).CountBeyond(covered)));
    }

    [Fact]
    public void An_event_that_another_one_of_the_reading_follows_is_no_head()
    {
        HeadEvent root = _events.Make([]);
        HeadEvent left = _events.Make([root.Cid, _events.AnyFile()]);
        HeadEvent right = _events.Make([root.Cid]);
        HeadEvent top = _events.Make([left.Cid]);
        Assert.Equal([top.Cid, right.Cid], _events.HeadsOf(Reading(top, root, right)));
        Assert.Equal([left.Cid], _events.HeadsOf(Reading(root, left)));
    }

    [Fact]
    public void A_reading_with_what_nobody_published_is_told()
    {
        HeadEvent one = _events.Make([]);
        HeadEvent other = new EventGraph(new Dice(2, "events")).Make([]);
        Assert.Null(_events.FaultOf(Reading(one)));
        Assert.Contains("twice", _events.FaultOf(Reading(one, one)), StringComparison.Ordinal);
        Assert.Contains("never published", _events.FaultOf(Reading(one, other)), StringComparison.Ordinal);
        Assert.Contains("other bytes", _events.FaultOf(new MetaReading([one.Entry with { Data = new byte[3] }], "")), StringComparison.Ordinal);
        Assert.Contains("1 parents", _events.FaultOf(new MetaReading([one.Entry with { Parents = [other.Cid] }], "")), StringComparison.Ordinal);
    }

    private static MetaReading Reading(params HeadEvent[] events) => new([.. events.Select(e => e.Entry)], "");
}
