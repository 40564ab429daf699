using FireproofBench.Gateways.Wrapping;

namespace FireproofBench.Conformance.Measuring;

/// <summary>Counts the requests of a run, whichever gateway they go through. Safe for any number of callers at once.</summary>
internal sealed class RequestMeter
{
    private long _puts;
    private long _gets;
    private long _heads;
    private long _deletes;
    private long _lists;
    private long _retried;
    private long _clients;

    /// <summary>The counts so far.</summary>
    public RequestCounts Counts => new(
        Interlocked.Read(ref _puts),
        Interlocked.Read(ref _gets),
        Interlocked.Read(ref _heads),
        Interlocked.Read(ref _deletes),
        Interlocked.Read(ref _lists),
        Interlocked.Read(ref _retried));

    /// <summary>A request is made.</summary>
    public void Count(GatewayOperation operation) => _ = Interlocked.Increment(ref CounterOf(operation));

    /// <summary>A number of its own for each client, so that chance treats them differently.</summary>
    public long NextClient() => Interlocked.Increment(ref _clients);

    /// <summary>The next request repeats one.</summary>
    public void Retry() => Interlocked.Increment(ref _retried);

    private ref long CounterOf(GatewayOperation operation)
    {
        switch (operation)
        {
            case GatewayOperation.Put:
                return ref _puts;
            case GatewayOperation.Get:
                return ref _gets;
            case GatewayOperation.Head:
                return ref _heads;
            case GatewayOperation.Delete:
                return ref _deletes;
            default:
                return ref _lists;
        }
    }
}
