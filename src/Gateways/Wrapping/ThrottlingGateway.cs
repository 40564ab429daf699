using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Wrapping;

/// <summary>Keeps the calls to a store, and the bytes of their objects, below a rate: callers wait for their turn, in the order in which they came.</summary>
/// <remarks>What a get moves is known afterwards, so it delays the calls behind it.</remarks>
/// <param name="inner">The gateway below.</param>
/// <param name="options">How fast.</param>
/// <param name="leaveOpen">Whether the gateway below stays open when this one is disposed of.</param>
public sealed class ThrottlingGateway(IDataGateway inner, ThrottleOptions options, bool leaveOpen = false) : DataGatewayWrapper(inner, leaveOpen)
{
    private readonly TokenBucket? _requests =
        options.RequestsPerSecond is { } rate ? new TokenBucket(rate, options.RequestBurst, options.Time) : null;

    private readonly TokenBucket? _bytes =
        options.BytesPerSecond is { } rate ? new TokenBucket(rate, options.ByteBurst, options.Time) : null;

    /// <inheritdoc/>
    protected override async ValueTask<T> CallAsync<T>(DataCall made, Func<CancellationToken, ValueTask<T>> proceed, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (_requests is not null)
            await _requests.TakeAsync(1, cancellation);
        if (_bytes is not null)
            await _bytes.TakeAsync(made.Length, cancellation);
        T result = await proceed(cancellation);
        if (result is ObjectContent content)
            _bytes?.Charge(content.Bytes.Length);
        return result;
    }
}
