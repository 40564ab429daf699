namespace FireproofBench.Gateways.Http;

/// <summary>Ends a call when the caller wants it, or when nothing has moved for too long.</summary>
internal sealed class HttpPatience : IDisposable
{
    private readonly TimeSpan _idle;
    private readonly CancellationTokenSource _end;
    private readonly CancellationTokenRegistration _wish;
    private volatile bool _isWished;

    public HttpPatience(TimeSpan idle, TimeProvider time, CancellationToken caller)
    {
        _idle = idle;
        Caller = caller;
        _end = new CancellationTokenSource(idle, time);
        _wish = caller.UnsafeRegister(static patience => ((HttpPatience)patience!).EndByWish(), this);
    }

    /// <summary>The caller's own wish.</summary>
    public CancellationToken Caller { get; }

    /// <summary>Either end.</summary>
    public CancellationToken Token => _end.Token;

    /// <summary>Whether the time was up before the caller wanted the end.</summary>
    public bool IsOver => _end.IsCancellationRequested && !_isWished;

    /// <summary>How long nothing may move.</summary>
    public TimeSpan Idle => _idle;

    /// <summary>Something moved.</summary>
    public void Touch() => _end.CancelAfter(_idle);

    /// <inheritdoc/>
    public void Dispose()
    {
        _wish.Dispose();
        _end.Dispose();
    }

    // Whoever wants the end of a call that is over already does not make it another one.
    private void EndByWish()
    {
        _isWished = !_end.IsCancellationRequested;
        _end.Cancel();
    }
}
