namespace FireproofBench.Gateways.Http;

/// <summary>Ends a call when the caller wants it, or when nothing has moved for too long.</summary>
internal sealed class HttpPatience : IDisposable
{
    private readonly TimeSpan _idle;
    private readonly CancellationTokenSource _timer;
    private readonly CancellationTokenSource _either;

    public HttpPatience(TimeSpan idle, TimeProvider time, CancellationToken caller)
    {
        _idle = idle;
        Caller = caller;
        _timer = new CancellationTokenSource(idle, time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(_timer.Token, caller);
    }

    /// <summary>The caller's own wish.</summary>
    public CancellationToken Caller { get; }

    /// <summary>Either end.</summary>
    public CancellationToken Token => _either.Token;

    /// <summary>Whether the time is up.</summary>
    public bool IsOver => _timer.IsCancellationRequested;

    /// <summary>How long nothing may move.</summary>
    public TimeSpan Idle => _idle;

    /// <summary>Something moved.</summary>
    public void Touch() => _timer.CancelAfter(_idle);

    /// <inheritdoc/>
    public void Dispose()
    {
        _either.Dispose();
        _timer.Dispose();
    }
}
