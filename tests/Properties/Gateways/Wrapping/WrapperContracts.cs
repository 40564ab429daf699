using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Entropy;
using FireproofBench.Gateways.Memory;
using FireproofBench.Gateways.Wrapping;
using FireproofBench.Properties.Fixtures;

namespace FireproofBench.Properties.Gateways.Wrapping;

/// <summary>A wrapper over a sound store keeps the store's promises; under a prefix, beside keys that must not be seen.</summary>
public sealed class PrefixedGatewayContract : DataGatewayContract
{
    public PrefixedGatewayContract()
    {
        MemoryDataGateway store = new(TimeProvider.System);
        foreach (string beside in (string[])["p", "p-", "p/", "p/q0", "p/q-/x", "o/z", "q/a", "p/p/q/a"])
            _ = store.PutAsync(beside.TrimEnd('/'), new byte[1], PutCondition.None, CancellationToken.None).AsTask();
        Gateway = new PrefixedGateway(store, "p/q/");
    }

    private protected override IDataGateway Gateway { get; }
}

public sealed class RetryingGatewayContract : DataGatewayContract
{
    private protected override IDataGateway Gateway { get; } = new RetryingGateway(
        new FaultyGateway(
            new MemoryDataGateway(TimeProvider.System),
            FaultPlan.Of(new FaultRule(FaultKind.FailBefore) { Error = StorageErrorKind.Throttled, Probability = 0.2 }),
            new SeededEntropy(1),
            TimeProvider.System),
        new RetryOptions { Time = TimeProvider.System, Entropy = new SeededEntropy(2), Attempts = 40, FirstPause = TimeSpan.Zero });
}

public sealed class ThrottlingGatewayContract : DataGatewayContract
{
    private protected override IDataGateway Gateway { get; } = new ThrottlingGateway(
        new MemoryDataGateway(TimeProvider.System),
        new ThrottleOptions { Time = TimeProvider.System, RequestsPerSecond = 100_000, RequestBurst = 1000, BytesPerSecond = 1e9 });
}

public sealed class RecordingGatewayContract : DataGatewayContract
{
    private protected override IDataGateway Gateway { get; } =
        new RecordingGateway(new MemoryDataGateway(TimeProvider.System), new CallHistory(TimeProvider.System), "one");
}

public sealed class FaultlessGatewayContract : DataGatewayContract
{
    private protected override IDataGateway Gateway { get; } = new FaultyGateway(
        new MemoryDataGateway(TimeProvider.System),
        FaultPlan.Of(new FaultRule(FaultKind.Delay) { Probability = 0.01, LongestDelay = TimeSpan.FromMilliseconds(1) }),
        new SeededEntropy(3),
        TimeProvider.System);
}

public sealed class CachingGatewayContract : DataGatewayContract
{
    private readonly TemporaryFolder _folder = new();

    public CachingGatewayContract() => Gateway = new CachingGateway(
        new MemoryDataGateway(TimeProvider.System),
        new CacheOptions { Folder = _folder.Path, Time = TimeProvider.System, Entropy = SystemEntropy.Instance });

    private protected override IDataGateway Gateway { get; }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }
}
