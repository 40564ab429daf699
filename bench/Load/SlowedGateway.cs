using System.Diagnostics;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Wrapping;

namespace FireproofBench.LoadBench;

/// <summary>A store whose puts take longer than they need to.</summary>
/// <param name="store">The store.</param>
/// <param name="more">How much longer a put takes, from what it took.</param>
internal sealed class SlowedGateway(IDataGateway store, Func<TimeSpan, TimeSpan> more) : DataGatewayWrapper(store)
{
    /// <inheritdoc/>
    protected override async ValueTask<T> CallAsync<T>(DataCall made, Func<CancellationToken, ValueTask<T>> proceed, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        T answer = await proceed(cancellation);
        if (made.Operation == GatewayOperation.Put)
        {
            // Awake: a timer is later than the tenth of a put.
            TimeSpan until = Stopwatch.GetElapsedTime(start);
            until += more(until);
            while (Stopwatch.GetElapsedTime(start) < until)
                Thread.SpinWait(10);
        }

        return answer;
    }
}
