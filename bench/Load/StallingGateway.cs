using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Wrapping;

namespace FireproofBench.LoadBench;

/// <summary>A store that answers nothing for a while, once: calls that come meanwhile wait for its end.</summary>
/// <param name="store">The store.</param>
/// <param name="after">How many puts are answered before.</param>
/// <param name="length">How long it stalls.</param>
internal sealed class StallingGateway(IDataGateway store, long after, TimeSpan length) : DataGatewayWrapper(store)
{
    private readonly Lock _lock = new();
    private Task? _stall;
    private long _puts;

    /// <inheritdoc/>
    protected override async ValueTask<T> CallAsync<T>(DataCall made, Func<CancellationToken, ValueTask<T>> proceed, CancellationToken cancellation)
    {
        if (made.Operation == GatewayOperation.Put)
            await Stall();
        return await proceed(cancellation);
    }

    private Task Stall()
    {
        lock (_lock)
        {
            if (++_puts == after)
                _stall = Task.Delay(length);
            return _stall ?? Task.CompletedTask;
        }
    }
}
