using FireproofBench.Engine;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Sync;
using FireproofBench.Gateways.Entropy;
using FireproofBench.Gateways.Memory;
using FireproofBench.Gateways.Wrapping;
using FireproofBench.Properties.Databases;
using FireproofBench.Properties.Fixtures;
using FireproofBench.Properties.Reference;
using Xunit;

namespace FireproofBench.Properties.Sync;

/// <summary>Devices that go on writing around one remote store: each is heard, and each hears the others. On one thread, in a time of its own.</summary>
public sealed class FairnessTests : IAsyncDisposable
{
    private readonly MemoryKeyBag _keys = new();
    private readonly VirtualWorld _world = new();
    private readonly SeededDice _dice = new(1);
    private readonly MemoryDeviceStore _store;

    public FairnessTests() => _store = new MemoryDeviceStore("remote", Time);

    private VirtualTime Time => _world.Time;

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Theory]
    [InlineData(true, 500)]
    [InlineData(false, 3000)]
    public void No_device_starves_among_64_writers(bool push, int most) => Run(async () =>
    {
        Device[] devices = await AttachAsync(64, new Distance(2, 8, push), new Pace(2, 8, 600, 1400));

        TimeSpan spread = await SpreadAsync(devices, TimeSpan.FromSeconds(4));

        Assert.InRange(spread, TimeSpan.Zero, TimeSpan.FromMilliseconds(most));

        // Nor do they answer each other: a head goes out for a write, and seldom for anything else.
        Assert.All(devices, static device => Assert.InRange(device.Link.Status.Published, 2, (2 * device.Written) + 2));
        await CloseAsync(devices);
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Whoever_writes_faster_than_the_remote_answers_still_hears_the_others(bool push) => Run(async () =>
    {
        Device[] devices = await AttachAsync(4, new Distance(30, 50, push), new Pace(30, 50, 0, 1));

        TimeSpan spread = await SpreadAsync(devices, TimeSpan.FromSeconds(10));

        // Who does not hear the others is behind by all of the ten seconds; a look, and the round that takes in what it found, take four to a little over six, as the dice fall.
        Assert.InRange(spread, TimeSpan.Zero, TimeSpan.FromSeconds(7));
        await CloseAsync(devices);
    });

    [Fact]
    public void What_is_written_goes_out_while_much_is_taken_in() => Run(async () =>
    {
        Device[] others = await AttachAsync(40, new Distance(2, 8, Push: true), new Pace(2, 8, 0, 1));
        Device far = new(this, 40, new Pace(2, 8, 0, 1));
        await far.AttachAsync(new Distance(400, 600, Push: true));
        await Task.WhenAll(others.Select(static other => other.PutAsync()));
        await Task.Delay(TimeSpan.FromSeconds(1), Time);

        await far.PutAsync();
        while (!await others[0].HasAsync(far, 1))
            await Task.Delay(TimeSpan.FromMilliseconds(100), Time);

        int missing = 0;
        foreach (Device other in others)
            missing += await far.HasAsync(other, 1) ? 0 : 1;
        Assert.InRange(missing, 1, 39);
        await far.Link.WhenUpToDateAsync();
        foreach (Device other in others)
            Assert.True(await far.HasAsync(other, 1));
        await CloseAsync([.. others, far]);
    });

    private void Run(Func<Task> story) => _world.Run(_ => story(), TestContext.Current.CancellationToken);

    private async Task<Device[]> AttachAsync(int count, Distance distance, Pace pace)
    {
        Device[] devices = [.. Enumerable.Range(0, count).Select(i => new Device(this, i, pace))];
        foreach (Device device in devices)
            await device.AttachAsync(distance);
        return devices;
    }

    // All write at their pace for so long. The most that any of them was behind any other, of the moments that were looked at: how old the oldest write was that it had not.
    private async Task<TimeSpan> SpreadAsync(Device[] devices, TimeSpan length)
    {
        Task[] writing = [.. devices.Select(static device => device.WriteAsync())];
        TimeSpan most = default;
        for (int look = 0; look < 8; look++)
        {
            await Task.Delay(length / 8, Time);
            foreach (Device reader in devices)
            {
                foreach (Device writer in devices)
                {
                    TimeSpan behind = await reader.BehindAsync(writer);
                    most = behind > most ? behind : most;
                }
            }
        }

        foreach (Device device in devices)
            device.Stop();
        await Task.WhenAll(writing);
        return most;
    }

    private static async Task CloseAsync(Device[] devices)
    {
        foreach (Device device in devices)
            await device.DisposeAsync();
    }

    private Task PauseAsync(int least, int most, CancellationToken cancellation = default) =>
        Task.Delay(TimeSpan.FromMilliseconds(least + _dice.Next(most - least)), Time, cancellation);

    /// <summary>How long a call to the remote takes, in milliseconds, and whether it tells of changes.</summary>
    private sealed record Distance(int Least, int Most, bool Push);

    /// <summary>How long a device takes to store a file, and rests between two writes, in milliseconds.</summary>
    private sealed record Pace(int LeastStore, int MostStore, int LeastRest, int MostRest);

    private sealed class Device(FairnessTests test, int number, Pace pace)
    {
        private readonly int _number = number;
        private readonly List<long> _written = [];
        private readonly Dictionary<Device, int> _seen = [];
        private Database _database = null!;
        private bool _stops;

        public RemoteLink Link { get; private set; } = null!;

        public int Written => _written.Count;

        public async Task AttachAsync(Distance distance)
        {
            WatchedStore store = new(new MemoryDeviceStore("device", test.Time))
            {
                Before = (verb, _) => verb == "put" ? new ValueTask(test.PauseAsync(pace.LeastStore, pace.MostStore)) : default,
            };
            _database = await Database.OpenAsync(
                Fixture.DatabaseName, store, new DatabaseOptions { KeyBag = test._keys, Entropy = new SeededEntropy((ulong)_number + 1), Time = test.Time });
            if (_number == 0)
                await _database.PutAsync(Document.Parse("""{"_id":"first"}"""));
            Link = await _database.AttachAsync(
                new RemoteStore("remote", new DistantData(test, test._store.Data, distance), new DistantHeads(test, test._store.Metadata, distance)));
            await Link.WhenUpToDateAsync();
        }

        public async Task PutAsync()
        {
            await _database.PutAsync(Document.Parse($$"""{"_id":"{{_number}}-{{Written + 1}}"}"""));
            _written.Add(test.Time.GetTimestamp());
        }

        public async Task WriteAsync()
        {
            while (!_stops)
            {
                await PutAsync();
                await test.PauseAsync(pace.LeastRest, pace.MostRest);
            }
        }

        public void Stop() => _stops = true;

        public async Task<bool> HasAsync(Device writer, int write) => await _database.GetAsync($"{writer._number}-{write}") is not null;

        public async Task<TimeSpan> BehindAsync(Device writer)
        {
            int seen = _seen.GetValueOrDefault(writer);
            while (await HasAsync(writer, seen + 1))
                seen++;
            _seen[writer] = seen;
            return seen < writer.Written ? test.Time.GetElapsedTime(writer._written[seen]) : TimeSpan.Zero;
        }

        public ValueTask DisposeAsync() => _database.DisposeAsync();
    }

    private sealed class DistantData(FairnessTests test, IDataGateway below, Distance distance) : DataGatewayWrapper(below, leaveOpen: true)
    {
        protected override async ValueTask<T> CallAsync<T>(DataCall made, Func<CancellationToken, ValueTask<T>> proceed, CancellationToken cancellation)
        {
            await test.PauseAsync(distance.Least / 2, distance.Most / 2, cancellation);
            T answer = await proceed(cancellation);
            await test.PauseAsync(distance.Least / 2, distance.Most / 2, cancellation);
            return answer;
        }
    }

    private sealed class DistantHeads(FairnessTests test, IMetadataGateway below, Distance distance) : MetadataGatewayWrapper(below, leaveOpen: true)
    {
        public override MetadataTraits Traits => base.Traits with { Push = distance.Push };

        protected override async ValueTask<T> CallAsync<T>(
            GatewayOperation operation,
            MetaEntry? entry,
            IReadOnlyCollection<Cid> superseded,
            Func<CancellationToken, ValueTask<T>> proceed,
            CancellationToken cancellation)
        {
            await test.PauseAsync(distance.Least / 2, distance.Most / 2, cancellation);
            T answer = await proceed(cancellation);
            await test.PauseAsync(distance.Least / 2, distance.Most / 2, cancellation);
            return answer;
        }
    }
}
