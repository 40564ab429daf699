using FireproofBench.Endpoint.Requests;

namespace FireproofBench.Endpoint.Push;

/// <summary>When a subscription ends: its caller goes, the endpoint closes, or the token that it came with is no longer good.</summary>
internal sealed class SubscriptionEnd : IDisposable
{
    private static readonly TimeSpan _longestTimer = TimeSpan.FromDays(40);

    private readonly CancellationTokenSource? _expiry;
    private readonly CancellationTokenSource _any;

    public SubscriptionEnd(EndpointRequest request, HeadHub hub, TimeProvider time)
    {
        TimeSpan? left = request.Caller.Expires - time.GetUtcNow();
        if (left < _longestTimer)
            _expiry = new CancellationTokenSource(left < TimeSpan.Zero ? TimeSpan.Zero : left.Value, time);
        _any = CancellationTokenSource.CreateLinkedTokenSource(request.Aborted, hub.Closing, _expiry?.Token ?? CancellationToken.None);
    }

    /// <summary>Cancelled at the end.</summary>
    public CancellationToken Token => _any.Token;

    /// <summary>Whether the token ended.</summary>
    public bool IsExpired => _expiry?.IsCancellationRequested ?? false;

    /// <inheritdoc/>
    public void Dispose()
    {
        _any.Dispose();
        _expiry?.Dispose();
    }
}
