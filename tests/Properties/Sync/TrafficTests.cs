using System.Globalization;
using FireproofBench.Engine;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Sync;
using FireproofBench.Gateways.Entropy;
using FireproofBench.Gateways.Memory;
using FireproofBench.Gateways.Wrapping;
using FireproofBench.Properties.Fixtures;
using Xunit;

namespace FireproofBench.Properties.Sync;

/// <summary>How many bytes devices fetch that write around one remote store, of which they hear now and then. On one thread, in a time of its own.</summary>
public sealed class TrafficTests(ITestOutputHelper output) : IAsyncDisposable
{
    private const int DocumentLength = 4096;
    private const int Puts = 600;
    private const int Count = 8;

    // It was 57 when each merged what it saw, and is about 40.
    private const double Most = 50;
    private static readonly TimeSpan s_betweenPuts = TimeSpan.FromMilliseconds(20);

    private readonly VirtualWorld _world = new();
    private readonly MemoryDeviceStore _store = new("remote", TimeProvider.System);

    private VirtualTime Time => _world.Time;

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    // All look at the same moments, see the same hundred groups, and hear of another's merge at the next look only: where each merges them, each fetches the merges of all others.
    [Fact]
    public void Devices_that_see_the_log_grow_do_not_all_merge_it() => Run(async () =>
    {
        Counted[] wires = [.. Enumerable.Range(0, Count).Select(_ => new Counted(_store.Data))];
        Database[] devices = new Database[Count];
        for (int i = 0; i < Count; i++)
        {
            devices[i] = await Database.OpenAsync(
                Fixture.DatabaseName, new MemoryDeviceStore("device", Time), new DatabaseOptions { KeyBag = null, Entropy = new SeededEntropy((ulong)i + 1), Time = Time });
            if (i == 0)
                await devices[0].PutAsync(Document.Parse("""{"_id":"first"}"""));
            RemoteLink link = await devices[i].AttachAsync(new RemoteStore("remote", wires[i], _store.Metadata));
            await link.WhenUpToDateAsync();
        }

        for (int i = 0; i < Puts; i++)
        {
            await Task.Delay(s_betweenPuts, Time);
            string text = new((char)('a' + (i % 26)), DocumentLength);
            await devices[i % Count].PutAsync(Document.Parse(string.Create(CultureInfo.InvariantCulture, $$"""{"_id":"doc-{{i % Count:d4}}-{{i:d8}}","text":"{{text}}"}""")));
        }

        for (int round = 0; round < 3; round++)
        {
            foreach (Database device in devices)
                await device.Remotes[0].WhenUpToDateAsync();
        }

        double received = wires.Sum(static wire => wire.Received) / (double)(Puts * DocumentLength);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Count} devices fetched {received:0.0} times the bytes of the documents; logs of {devices.Max(static device => device.Log.Length)} groups"));
        Assert.InRange(received, Count - 1, Most);
        foreach (Database device in devices)
        {
            Assert.Equal(Puts + 1, await device.AllAsync().CountAsync());
            Assert.Null(device.CompactionFailure);
            await device.DisposeAsync();
        }
    });

    private void Run(Func<Task> story) => _world.Run(_ => story(), TestContext.Current.CancellationToken);

    private sealed class Counted(IDataGateway below) : DataGatewayWrapper(below, leaveOpen: true)
    {
        public long Received { get; private set; }

        protected override async ValueTask<T> CallAsync<T>(DataCall made, Func<CancellationToken, ValueTask<T>> proceed, CancellationToken cancellation)
        {
            T answer = await proceed(cancellation);
            if (answer is ObjectContent content)
                Received += content.Bytes.Length;
            return answer;
        }
    }
}
