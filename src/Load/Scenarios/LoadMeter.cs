using FireproofBench.Conformance.Measuring;
using FireproofBench.Gateways.Wrapping;

namespace FireproofBench.Load.Scenarios;

/// <summary>Counts the requests to a store, and the bytes to it and from it. Safe for any number of callers.</summary>
internal sealed class LoadMeter
{
    private readonly RequestMeter _requests = new();
    private long _sent;
    private long _received;

    /// <summary>The requests so far.</summary>
    public RequestCounts Requests => _requests.Counts;

    /// <summary>Bytes of objects that were sent.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>Bytes of objects that came.</summary>
    public long Received => Interlocked.Read(ref _received);

    /// <summary>A request is made.</summary>
    /// <param name="operation">Which.</param>
    /// <param name="sent">Bytes that go with it.</param>
    public void Count(GatewayOperation operation, long sent)
    {
        _requests.Count(operation);
        if (sent > 0)
            _ = Interlocked.Add(ref _sent, sent);
    }

    /// <summary>A request is made once more, below whoever counted it.</summary>
    /// <param name="operation">Which.</param>
    public void Repeat(GatewayOperation operation)
    {
        _requests.Count(operation);
        _requests.Retry();
    }

    /// <summary>Bytes came.</summary>
    public void Receive(long bytes) => Interlocked.Add(ref _received, bytes);
}
