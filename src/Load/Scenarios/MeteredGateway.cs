using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Wrapping;

namespace FireproofBench.Load.Scenarios;

/// <summary>Counts the calls to a store and the bytes of objects, and remembers nothing: a run may last for days.</summary>
internal sealed class MeteredGateway(IDataGateway store, LoadMeter meter, bool leaveOpen) : DataGatewayWrapper(store, leaveOpen)
{
    /// <inheritdoc/>
    protected override async ValueTask<T> CallAsync<T>(DataCall made, Func<CancellationToken, ValueTask<T>> proceed, CancellationToken cancellation)
    {
        meter.Count(made.Operation, made.Length);
        T answer = await proceed(cancellation);
        if (answer is ObjectContent content)
            meter.Receive(content.Bytes.Length);
        return answer;
    }
}
