using System.Threading.Tasks.Sources;

namespace FireproofBench.Endpoint.Push;

/// <summary>Wakes one waiter, as often as it waits.</summary>
/// <remarks>
/// The waiter goes on where it is woken, until it waits again: a thousand subscribers are served by one thread one after the other, which costs half of waking
/// a thousand. So a waiter does nothing that blocks.
/// </remarks>
internal sealed class Signal : IValueTaskSource
{
    private readonly Lock _lock = new();
    private ManualResetValueTaskSourceCore<bool> _core;
    private bool _isSet;
    private bool _isWaiting;

    /// <summary>Wakes the waiter, or the next one when nobody waits.</summary>
    public void Set()
    {
        lock (_lock)
        {
            _isSet = true;
            if (!_isWaiting)
                return;
            _isWaiting = false;
        }

        _core.SetResult(true);
    }

    /// <summary>Waits until it is set, and takes that back. One waiter at a time.</summary>
    public ValueTask WaitAsync()
    {
        lock (_lock)
        {
            if (_isSet)
            {
                _isSet = false;
                return ValueTask.CompletedTask;
            }

            _core.Reset();
            _isWaiting = true;
            return new ValueTask(this, _core.Version);
        }
    }

    /// <inheritdoc/>
    void IValueTaskSource.GetResult(short token)
    {
        _ = _core.GetResult(token);
        lock (_lock)
            _isSet = false;
    }

    /// <inheritdoc/>
    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    /// <inheritdoc/>
    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
