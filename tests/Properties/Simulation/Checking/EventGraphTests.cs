using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Clock;
using Xunit;
using EventGraph = FireproofBench.Simulation.Checking.EventGraph;

namespace FireproofBench.Properties.Simulation.Checking;

/// <summary>Which writes stand at some heads, in histories that are built by hand.</summary>
public sealed class EventGraphTests
{
    private const string Id = "colour";
    private const string Other = "shape";

    private static readonly Cid s_red = Value("red");
    private static readonly Cid s_blue = Value("blue");
    private static readonly Cid s_green = Value("green");
    private static readonly Cid s_root = Value("root");

    private static readonly ClockEvent s_first = Put(Id, s_red);
    private static readonly ClockEvent s_left = Put(Id, s_blue, s_first);
    private static readonly ClockEvent s_right = Put(Id, s_green, s_first);
    private static readonly ClockEvent s_joined = Put(Other, s_red, s_left, s_right);
    private static readonly ClockEvent s_settled = Put(Id, s_red, s_joined);

    private readonly EventGraph _graph = new([s_settled, s_joined, s_right, s_left, s_first]);

    [Fact]
    public void At_an_event_its_own_write_stands()
    {
        Assert.Equal([s_red], Standing(Id, s_first));
        Assert.Equal([s_blue], Standing(Id, s_left));
        Assert.Equal([s_red], Standing(Id, s_settled));
    }

    [Fact]
    public void What_nobody_wrote_and_what_is_written_later_does_not_stand()
    {
        Assert.Empty(Standing("size", s_settled));
        Assert.Empty(Standing(Other, s_left, s_right));
        Assert.Empty(_graph.Standing([], Id));
    }

    [Fact]
    public void Writes_that_do_not_know_of_each_other_stand_together_at_both_heads_and_at_an_event_behind_both()
    {
        Assert.Equal([s_blue, s_green], Standing(Id, s_left, s_right));
        Assert.Equal([s_blue, s_green], Standing(Id, s_joined));
    }

    [Fact]
    public void A_head_that_another_one_follows_adds_nothing() => Assert.Equal([s_red], Standing(Id, s_first, s_settled));

    [Fact]
    public void Of_two_writes_of_one_event_to_the_same_id_the_later_one_stands()
    {
        ClockEvent twice = ClockEvent.Batch([new KeyValue(Id, s_red), new KeyValue(Other, s_green), new KeyValue(Id, s_blue)], s_red, []);
        EventGraph graph = new([twice]);
        Assert.Equal([s_blue], graph.Standing([twice.Cid], Id));
        Assert.Equal([s_green], graph.Standing([twice.Cid], Other));
    }

    [Fact]
    public void A_write_stays_until_it_is_replaced_however_long_the_history_is()
    {
        const int Length = 200;
        List<ClockEvent> chain = [s_first];
        for (int i = 1; i < Length; i++)
            chain.Add(Put(Other, Value(i.ToString(CultureInfo.InvariantCulture)), chain[^1]));
        EventGraph graph = new([.. Enumerable.Reverse(chain)]);
        for (int i = 1; i < Length; i++)
        {
            Assert.Equal([s_red], graph.Standing([chain[i].Cid], Id));
            Assert.Equal([chain[i].Operations[0].Value], graph.Standing([chain[i].Cid], Other));
        }
    }

    [Fact]
    public void A_write_that_made_no_event_stands_from_its_heads_on_alone_and_none_at_several_heads_does()
    {
        EventGraph graph = new([s_joined, s_right, s_left, s_first]);
        Assert.Equal([s_blue, s_green], graph.Standing([s_joined.Cid], Id));
        graph.Settle([s_left.Cid, s_right.Cid], new KeyValue(Id, s_red));
        Assert.Equal([s_blue, s_green], graph.Standing([s_joined.Cid], Id));
        graph.Settle([s_joined.Cid], new KeyValue(Id, s_green));
        Assert.Equal([s_green], graph.Standing([s_joined.Cid], Id));
        Assert.Equal([s_blue], graph.Standing([s_left.Cid], Id));
        graph.Settle([s_left.Cid], new KeyValue(Id, s_red));
        Assert.Equal([s_blue], graph.Standing([s_left.Cid], Id));
    }

    [Fact]
    public void An_event_of_another_history_is_not_there()
    {
        Assert.False(_graph.Has(Put(Id, s_green, s_settled).Cid));
        Assert.True(_graph.Has(s_first.Cid));
    }

    [Fact]
    public void It_tells_its_events_oldest_first_and_every_id_once()
    {
        Assert.Equal([s_first, s_left, s_right, s_joined, s_settled], _graph.Events.ToArray());
        Assert.Equal([Id, Other], _graph.Ids.Order(StringComparer.Ordinal));
        Assert.Same(s_joined, _graph[s_joined.Cid]);
    }

    private static Cid Value(string text) => Cid.Of(CidCodec.Raw, Encoding.UTF8.GetBytes(text));

    private static ClockEvent Put(string id, Cid value, params ReadOnlySpan<ClockEvent> parents)
    {
        List<Cid> cids = [];
        foreach (ClockEvent parent in parents)
            cids.Add(parent.Cid);
        return ClockEvent.Put(id, value, s_root, cids);
    }

    private ImmutableArray<Cid> Standing(string id, params ReadOnlySpan<ClockEvent> heads)
    {
        ImmutableArray<Cid>.Builder cids = ImmutableArray.CreateBuilder<Cid>(heads.Length);
        foreach (ClockEvent head in heads)
            cids.Add(head.Cid);
        return _graph.Standing(cids.MoveToImmutable(), id);
    }
}
