using FireproofBench.Engine.Ports;
using FireproofBench.Gateways;
using FireproofBench.Gateways.Simulated;
using FireproofBench.Simulation.Checking;
using FireproofBench.Simulation.Network;
using FireproofBench.Simulation.Telling;
using Xunit;

namespace FireproofBench.Properties.Simulation.Network;

public sealed class StoreSiteTests
{
    private const string Key = "a/data/file";

    private readonly VirtualWorld _world = new();
    private readonly Witness _witness;
    private readonly StoreSite _site;
    private readonly Wire _wire;

    public StoreSiteTests()
    {
        _witness = new Witness(_world.Time);
        _site = new StoreSite(new SimulatedStore(SimulatedUrl.Parse("sim:strong?push=sound"), new GatewayOptions { Time = _world.Time, Entropy = new Dice(1, "stores") }), "store");
        _wire = new Wire(_world, new WireShape(), new Dice(1, "wire"), new Trace(_world.Time, isKept: false), _witness, "A", _site);
        _site.Connect(_wire);
    }

    [Fact]
    public void While_nobody_serves_it_calls_fail_in_passing_and_what_is_stored_stays() => _world.Run(
        async cancellation =>
        {
            IDataGateway store = _site.Store.Open(way: _wire);
            _ = await store.PutAsync(Key, new byte[] { 1 }, PutCondition.None, cancellation);
            _site.GoAway();
            _site.GoAway();
            _site.ComeBack();
            StorageException refusal = await Assert.ThrowsAsync<StorageException>(async () => await store.GetAsync(Key, null, cancellation));
            Assert.Equal(StorageErrorKind.Transient, refusal.Kind);
            _site.ComeBack();
            Assert.Equal([1], (await store.GetAsync(Key, null, cancellation))!.Bytes.ToArray());
        },
        CancellationToken.None);

    [Fact]
    public void Whoever_had_subscribed_learns_at_once_that_the_connection_broke() => _world.Run(
        async cancellation =>
        {
            await using IDeviceStore device = _site.Store.OpenDatabase("a/", "db", way: _wire);
            Task<int> told = CountAsync(device.Metadata);
            await Task.Delay(TimeSpan.FromSeconds(5), _world.Time, cancellation);
            Assert.False(told.IsCompleted);
            _site.GoAway();
            TimeSpan away = _world.Time.Elapsed;
            _ = await told;
            Assert.True(_world.Time.Elapsed - away < TimeSpan.FromSeconds(1));
            Assert.Empty(_witness.Violations);
        },
        CancellationToken.None);

    /// <summary>One that arrives after its sender gave up, and one that arrives twice.</summary>
    [Theory]
    [InlineData(1, 0)]
    [InlineData(0, 1)]
    public void What_goes_on_without_its_sender_is_counted_until_it_arrives(double late, double twice) => _world.Run(
        async cancellation =>
        {
            Wire wire = new(_world, new WireShape { Late = late, Twice = twice }, new Dice(1, "wire"), new Trace(_world.Time, isKept: false), _witness, "B", _site);
            Task<string> put = _site.Store.Open(way: wire).PutAsync(Key, new byte[] { 1 }, PutCondition.None, cancellation).AsTask();
            _ = await Record.ExceptionAsync(() => put);
            Assert.Equal(late > 0, put.IsFaulted);
            Assert.Equal(1, _site.Stragglers);
            await Task.Delay(TimeSpan.FromMinutes(1), _world.Time, cancellation);
            Assert.Equal(0, _site.Stragglers);
            Assert.NotNull(await _site.Store.Open(way: _wire).GetAsync(Key, null, cancellation));
        },
        CancellationToken.None);

    private static async Task<int> CountAsync(IMetadataGateway heads)
    {
        int told = 0;
        await foreach (MetaReading reading in heads.SubscribeAsync(CancellationToken.None))
            told++;
        return told;
    }
}
