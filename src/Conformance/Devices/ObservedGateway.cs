using System.Collections.Concurrent;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Wrapping;

namespace FireproofBench.Conformance.Devices;

/// <summary>Counts the calls to a store by kind, knows those that have not returned, and remembers every key that was put, so that it can be removed again.</summary>
/// <param name="store">The store.</param>
/// <param name="meter">Counts.</param>
/// <param name="together">Another way to the same store, which then remembers the keys that are put here; null for none.</param>
/// <param name="open">Takes the calls that have not returned; null for those of <paramref name="together"/>.</param>
/// <param name="leaveOpen">Whether the store stays open.</param>
internal sealed class ObservedGateway(IDataGateway store, RequestMeter meter, ObservedGateway? together = null, OpenCalls? open = null, bool leaveOpen = true)
    : DataGatewayWrapper(store, leaveOpen)
{
    private readonly ConcurrentDictionary<string, bool> _written = together?._written ?? new(StringComparer.Ordinal);
    private readonly OpenCalls? _open = open ?? together?._open;

    /// <summary>Every key for which a put was begun.</summary>
    public ICollection<string> Written => _written.Keys;

    /// <summary>The key is known to be gone.</summary>
    public void Forget(string key) => _written.TryRemove(key, out _);

    /// <inheritdoc/>
    protected override ValueTask<T> CallAsync<T>(DataCall made, Func<CancellationToken, ValueTask<T>> proceed, CancellationToken cancellation)
    {
        meter.Count(made.Operation);
        if (made.Operation == GatewayOperation.Put)
            _written[made.Key] = true;
        return _open is null ? proceed(cancellation) : FollowAsync(_open, made, proceed, cancellation);
    }

    private static async ValueTask<T> FollowAsync<T>(OpenCalls open, DataCall made, Func<CancellationToken, ValueTask<T>> proceed, CancellationToken cancellation)
    {
        long number = open.Begin(made.Operation, made.Key);
        try
        {
            return await proceed(cancellation);
        }
        finally
        {
            open.End(number);
        }
    }
}
