using FireproofBench.Engine;
using FireproofBench.Engine.Documents;
using FireproofBench.Properties.Databases;
using FireproofBench.Simulation.Checking;
using FireproofBench.Simulation.Devices;
using Xunit;

namespace FireproofBench.Properties.Simulation.Checking;

/// <summary>Whoever subscribed in a world misses nothing unseen.</summary>
public sealed class ListenerTests
{
    private readonly VirtualTime _time = new();

    [Fact]
    public async Task All_is_well_when_each_acknowledged_write_was_told()
    {
        await using Database database = await OpenDatabase.OnStoreAsync(new WatchedStore());
        Listener listener = Listener.To(database, "A", _time, TimeSpan.FromSeconds(1), new Sessions(_time));
        Expectation told = listener.Expect(_time.Elapsed, ["a"]);
        await database.PutAsync(Document.Parse("""{"_id":"a"}"""));
        listener.Acknowledge(told);
        _ = listener.Expect(_time.Elapsed, ["one that was never acknowledged"]);
        Assert.Null(listener.Missed(database.Heads));
    }

    [Fact]
    public async Task A_write_that_nobody_was_told_of_is_missed()
    {
        await using Database database = await OpenDatabase.OnStoreAsync(new WatchedStore());
        Listener listener = Listener.To(database, "A", _time, TimeSpan.FromSeconds(1), new Sessions(_time));
        listener.Acknowledge(listener.Expect(_time.Elapsed, ["a"]));
        Assert.Contains("was not told that a was written", listener.Missed(null), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_what_was_acknowledged_just_before_a_process_died_nobody_need_have_been_told()
    {
        await using Database database = await OpenDatabase.OnStoreAsync(new WatchedStore());
        Listener listener = Listener.To(database, "A", _time, TimeSpan.FromSeconds(1), new Sessions(_time));
        listener.Acknowledge(listener.Expect(_time.Elapsed, ["a"]));
        Assert.Null(listener.Missed(null, isCutShort: true));
        Assert.NotNull(listener.Missed(null));
        Pass(TimeSpan.FromSeconds(3));
        Assert.NotNull(listener.Missed(null, isCutShort: true));
    }

    [Fact]
    public async Task A_notice_from_before_a_write_or_from_long_after_it_does_not_stand_for_it()
    {
        await using Database database = await OpenDatabase.OnStoreAsync(new WatchedStore());
        Listener listener = Listener.To(database, "A", _time, TimeSpan.FromSeconds(1), new Sessions(_time));
        await database.PutAsync(Document.Parse("""{"_id":"a"}"""));
        Pass(TimeSpan.FromSeconds(3));
        listener.Acknowledge(listener.Expect(_time.Elapsed, ["a"]));
        Assert.NotNull(listener.Missed(null));
        Pass(TimeSpan.FromSeconds(3));
        await database.PutAsync(Document.Parse("""{"_id":"a","n":1}"""));
        Assert.NotNull(listener.Missed(null));
    }

    [Fact]
    public async Task Heads_that_were_not_told_last_are_missed()
    {
        await using Database database = await OpenDatabase.OnStoreAsync(new WatchedStore());
        Listener listener = Listener.To(database, "A", _time, TimeSpan.FromSeconds(1), new Sessions(_time));
        Assert.Null(listener.Missed(database.Heads));
        PutResult put = await database.PutAsync(Document.Parse("""{"_id":"a"}"""));
        Assert.Null(listener.Missed(put.Heads));
        Assert.Contains("was told last of", listener.Missed([]), StringComparison.Ordinal);
    }

    private void Pass(TimeSpan time)
    {
        using ITimer timer = _time.CreateTimer(static _ => { }, null, time, Timeout.InfiniteTimeSpan);
        _ = _time.Advance();
        _ = _time.RingDue();
    }
}
