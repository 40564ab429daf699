using FireproofBench.Endpoint.Heads;

namespace FireproofBench.Endpoint.Push;

/// <summary>One database that somebody is subscribed to: its newest state, and whom to wake for the next.</summary>
internal sealed class Topic(string database, IHeadStore heads)
{
    private readonly Lock _lock = new();
    private readonly HashSet<Signal> _waiters = [];
    private Signal[] _everybody = [];
    private PushFrame? _frame;
    private bool _isReading;
    private bool _isStale;

    /// <summary>The database.</summary>
    public string Database => database;

    /// <summary>How many subscribe; kept by the hub.</summary>
    public int Subscribers { get; set; }

    /// <summary>The newest state; null before the first reading.</summary>
    public PushFrame? Frame => Volatile.Read(ref _frame);

    /// <summary>Wakes a signal with every state from now on.</summary>
    public void Add(Signal waiter)
    {
        lock (_lock)
        {
            _ = _waiters.Add(waiter);
            _everybody = [];
        }
    }

    /// <summary>Wakes a signal no more.</summary>
    public void Remove(Signal waiter)
    {
        lock (_lock)
        {
            _ = _waiters.Remove(waiter);
            _everybody = [];
        }
    }

    /// <summary>The database may have changed: reads it, and once more when it may have changed meanwhile.</summary>
    public async Task RefreshAsync()
    {
        lock (_lock)
        {
            _isStale = true;
            if (_isReading)
                return;
            _isReading = true;
        }

        try
        {
            while (TakeStale())
                Show(await heads.ReadAsync(database, CancellationToken.None));
        }
        catch
        {
            Signal[] waiting;
            lock (_lock)
            {
                _isReading = false;

                // Who waits for the first state reads by itself.
                waiting = _frame is null ? [.. _waiters] : [];
            }

            new Waking(waiting).Run();
            throw;
        }
    }

    private bool TakeStale()
    {
        lock (_lock)
        {
            _isReading = _isStale;
            _isStale = false;
            return _isReading;
        }
    }

    private void Show(HeadState state)
    {
        Signal[] everybody;
        lock (_lock)
        {
            HeadState? former = _frame?.State;
            if (former is not null && former.Cursor.Log == state.Cursor.Log && former.Cursor.Sequence >= state.Cursor.Sequence)
                return;
            _frame = new PushFrame(state, former);
            if (_everybody.Length != _waiters.Count)
                _everybody = [.. _waiters];
            everybody = _everybody;
        }

        new Waking(everybody).Run();
    }
}
