using FireproofBench.Engine;
using FireproofBench.Engine.Clock;
using FireproofBench.Engine.Documents;
using FireproofBench.Properties.Databases;
using FireproofBench.Simulation.Checking;
using Xunit;
using EventGraph = FireproofBench.Simulation.Checking.EventGraph;

namespace FireproofBench.Properties.Simulation.Checking;

/// <summary>The databases that a device opens one after the other, and those who subscribe to them.</summary>
public sealed class SessionsTests
{
    private readonly Sessions _sessions = new(new VirtualTime());

    [Fact]
    public async Task A_database_that_is_opened_from_the_same_files_knows_what_was_acknowledged()
    {
        WatchedStore store = new();
        EventGraph history;
        await using (Database first = await OpenDatabase.OnStoreAsync(store))
        {
            _sessions.Open(first, "A", 0);
            history = await WriteAsync(first);
        }

        await using Database again = await OpenDatabase.OnStoreAsync(store);
        _sessions.Open(again, "A", 0);
        Assert.Empty(_sessions.WhoWentBack(history));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    [InlineData(null, false)]
    public async Task A_database_that_does_not_know_what_its_device_acknowledged_is_found(int? device, bool isFound)
    {
        await using Database first = await OpenDatabase.OnStoreAsync(new WatchedStore());
        _sessions.Open(first, "A", 0);
        EventGraph history = await WriteAsync(first);
        await using Database forgetful = await OpenDatabase.OnStoreAsync(new WatchedStore());
        _sessions.Open(forgetful, "A", device);
        Assert.Equal(isFound ? 1 : 0, _sessions.WhoWentBack(history).Count());
    }

    [Fact]
    public async Task A_database_says_where_it_is_when_it_is_looked_at()
    {
        await using Database first = await OpenDatabase.OnStoreAsync(new WatchedStore());
        EventGraph history = await WriteAsync(first);
        Assert.Equal(first.Heads, _sessions.LookAt(first));
        await using Database empty = await OpenDatabase.OnStoreAsync(new WatchedStore());
        _sessions.Open(empty, "A", 0);
        _sessions.Acknowledge(empty, first.Heads);
        Assert.Empty(_sessions.WhoWentBack(history));
        Assert.Empty(_sessions.LookAt(empty));
        Assert.Single(_sessions.WhoWentBack(history));
    }

    [Fact]
    public async Task Somebody_who_subscribed_and_is_told_of_an_older_clock_is_found()
    {
        await using Database first = await OpenDatabase.OnStoreAsync(new WatchedStore());
        Session told = _sessions.Subscribe(first, "a subscriber");
        EventGraph history = await WriteAsync(first);
        told.Show(first.Heads);
        Assert.Empty(_sessions.WhoWentBack(history));
        told.Show([]);
        Assert.StartsWith("a subscriber", Assert.Single(_sessions.WhoWentBack(history)), StringComparison.Ordinal);
    }

    // Two writes, both acknowledged.
    private async Task<EventGraph> WriteAsync(Database database)
    {
        for (int number = 1; number <= 2; number++)
            _sessions.Acknowledge(database, (await database.PutAsync(Document.Parse($$"""{"_id":"a","n":{{number}}}"""))).Heads);
        List<ClockEvent> events = [];
        await foreach (ClockEvent next in database.EventsAsync())
            events.Add(next);
        return new EventGraph(events);
    }
}
