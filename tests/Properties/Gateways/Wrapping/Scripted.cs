using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Memory;
using FireproofBench.Gateways.Wrapping;

namespace FireproofBench.Properties.Gateways.Wrapping;

/// <summary>A store in memory that meets each call with the next outcome of a list first: a failure, or null to let it through.</summary>
internal sealed class Scripted(params StorageException?[] outcomes) : DataGatewayWrapper(new MemoryDataGateway(TimeProvider.System))
{
    private int _calls;

    /// <summary>How many calls came.</summary>
    public int Calls => _calls;

    public static StorageException Failure(StorageErrorKind kind, double? retryAfter = null) =>
        new(kind, "put", "k", "the script wants it so") { RetryAfter = retryAfter is { } seconds ? TimeSpan.FromSeconds(seconds) : null };

    protected override ValueTask<T> CallAsync<T>(DataCall made, Func<CancellationToken, ValueTask<T>> proceed, CancellationToken cancellation)
    {
        int index = Interlocked.Increment(ref _calls) - 1;
        return index < outcomes.Length && outcomes[index] is { } failure ? ValueTask.FromException<T>(failure) : proceed(cancellation);
    }
}
