namespace FireproofBench.Gateways.Waiting;

/// <summary>A lock that is held, until it is disposed of for the first time.</summary>
internal sealed class Hold(Action release) : IAsyncDisposable
{
    private Action? _release = release;

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Interlocked.Exchange(ref _release, null)?.Invoke();
        return ValueTask.CompletedTask;
    }
}
