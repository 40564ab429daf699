using FireproofBench.Engine;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Sync;
using FireproofBench.Gateways.Entropy;
using FireproofBench.Gateways.Memory;
using FireproofBench.Properties.Databases;
using FireproofBench.Properties.Fixtures;
using Xunit;

namespace FireproofBench.Properties.Sync;

/// <summary>A device that is attached to several remote stores hands on to each what comes from another, as it comes. In a time of its own, in which checks are an hour apart.</summary>
public sealed class RelayTests : IAsyncDisposable
{
    private static readonly AttachOptions _hourly = new() { PollInterval = TimeSpan.FromHours(1), CheckInterval = TimeSpan.FromHours(1) };

    private readonly MemoryKeyBag _keys = new();
    private readonly VirtualWorld _world = new();
    private readonly MemoryDeviceStore[] _remotes;

    public RelayTests() => _remotes = [.. Enumerable.Range(0, 3).Select(i => new MemoryDeviceStore($"remote-{i}", Time))];

    private VirtualTime Time => _world.Time;

    public async ValueTask DisposeAsync()
    {
        foreach (MemoryDeviceStore remote in _remotes)
            await remote.DisposeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_comes_from_one_remote_goes_to_the_others_at_once(bool prefetch) => Run(async () =>
    {
        await using Database left = await DeviceAsync(1, [0]);
        await left.PutAsync(Document.Parse("""{"_id":"first"}"""));
        await using Database first = await DeviceAsync(2, [0, 1], prefetch);
        await using Database second = await DeviceAsync(3, [1, 2], prefetch);
        await using Database right = await DeviceAsync(4, [2]);
        await ArrivesAsync(right, "first");
        for (int i = 0; i < 5; i++)
        {
            await left.PutAsync(Document.Parse($$"""{"_id":"left-{{i}}"}"""));
            await ArrivesAsync(right, $"left-{i}");
            await right.PutAsync(Document.Parse($$"""{"_id":"right-{{i}}"}"""));
            await ArrivesAsync(left, $"right-{i}");
        }

        Assert.Equal(left.Heads, right.Heads);
    });

    [Fact]
    public void Two_that_hand_on_between_the_same_remotes_come_to_rest() => Run(async () =>
    {
        await using Database writer = await DeviceAsync(1, [0]);
        await writer.PutAsync(Document.Parse("""{"_id":"first"}"""));
        await using Database first = await DeviceAsync(2, [0, 1]);
        await using Database second = await DeviceAsync(3, [1, 0]);
        await using Database reader = await DeviceAsync(4, [1]);
        for (int i = 0; i < 20; i++)
        {
            await writer.PutAsync(Document.Parse($$"""{"_id":"doc-{{i}}"}"""));
            await first.PutAsync(Document.Parse($$"""{"_id":"first-{{i}}"}"""));
            await ArrivesAsync(reader, $"doc-{i}");
            await ArrivesAsync(reader, $"first-{i}");
        }

        RemoteLink[] links = [.. new[] { writer, first, second, reader }.SelectMany(static device => device.Remotes)];
        await Task.Delay(TimeSpan.FromMinutes(10), Time);
        long published = links.Sum(static link => link.Status.Published);

        // Forty writes, and each goes to two remotes; a relay may be the second to send what the other sent meanwhile.
        Assert.InRange(published, 40, 4 * 41);
        await Task.Delay(TimeSpan.FromHours(3), Time);
        Assert.Equal(published, links.Sum(static link => link.Status.Published));
        Assert.All(links, static link => Assert.Equal((SyncActivity.UpToDate, null), (link.Status.Activity, link.Status.LastError)));
    });

    private void Run(Func<Task> story) => _world.Run(_ => story(), TestContext.Current.CancellationToken);

    private async Task ArrivesAsync(Database device, string id)
    {
        long start = Time.GetTimestamp();
        while (await device.GetAsync(id) is null)
        {
            Assert.InRange(Time.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(1));
            await Task.Delay(TimeSpan.FromMilliseconds(10), Time);
        }
    }

    private async Task<Database> DeviceAsync(ulong seed, int[] remotes, bool prefetch = true)
    {
        Database database = await Database.OpenAsync(
            Fixture.DatabaseName, new WatchedStore(), new DatabaseOptions { KeyBag = _keys, Entropy = new SeededEntropy(seed), Time = Time });
        foreach (int i in remotes)
            _ = await database.AttachAsync(new RemoteStore($"remote-{i}", _remotes[i].Data, _remotes[i].Metadata), _hourly with { Prefetch = prefetch });
        return database;
    }
}
