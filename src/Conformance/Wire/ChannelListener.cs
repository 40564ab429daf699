using System.Runtime.ExceptionServices;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Conformance.Wire;

/// <summary>Listens to the push channel of heads, and keeps what it was told of.</summary>
internal sealed class ChannelListener : IAsyncDisposable
{
    private static readonly TimeSpan s_longestEnd = TimeSpan.FromSeconds(2);
    private readonly CancellationTokenSource _end = new();
    private readonly Lock _gate = new();
    private readonly EventGraph _events;
    private readonly TimeProvider _time;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private EventSet _heard = EventSet.Empty;
    private Exception? _failure;
    private long _messages;

    /// <summary>Begins to listen.</summary>
    /// <param name="heads">The heads.</param>
    /// <param name="events">What can be told of.</param>
    /// <param name="time">The clock of the run.</param>
    /// <param name="onMessage">Called with each message, one at a time; the next is asked for when it is done.</param>
    public ChannelListener(IMetadataGateway heads, EventGraph events, TimeProvider time, Func<MetaReading, Task>? onMessage = null)
    {
        _events = events;
        _time = time;
        Ended = Concurrently.Start(() => ListenAsync(heads, onMessage));
    }

    /// <summary>Done when the channel told its last.</summary>
    public Task Ended { get; }

    /// <summary>How many messages came.</summary>
    public long Messages => Interlocked.Read(ref _messages);

    /// <summary>All events that a message showed or covered.</summary>
    public EventSet Heard
    {
        get
        {
            lock (_gate)
                return _heard;
        }
    }

    /// <summary>Waits until the messages cover an event.</summary>
    /// <returns>Whether they did in time.</returns>
    public Task<bool> HearsAsync(HeadEvent made, TimeSpan patience, CancellationToken cancellation) =>
        UntilAsync(() => Heard.Contains(made.Number), patience, cancellation);

    /// <summary>Waits until something holds that messages change.</summary>
    /// <returns>Whether it did in time; false, too, when the channel ended by itself.</returns>
    public async Task<bool> UntilAsync(Func<bool> isReached, TimeSpan patience, CancellationToken cancellation)
    {
        using CancellationTokenSource waited = CancellationTokenSource.CreateLinkedTokenSource(cancellation);

        // One wait for all rounds: what a message leaves of it may end in a part of a millisecond, and a wait shorter than one is over at once, so that in virtual time it would
        // be begun again for ever.
        Task over = Task.Delay(patience, _time, waited.Token);
        try
        {
            while (true)
            {
                Task changed;
                lock (_gate)
                    changed = _changed.Task;
                if (isReached())
                    return true;
                if (_failure is not null)
                    ExceptionDispatchInfo.Throw(_failure);
                cancellation.ThrowIfCancellationRequested();
                if (over.IsCompleted || Ended.IsCompleted)
                    return isReached();
                await Concurrently.AnyAsync(changed, over);
            }
        }
        finally
        {
            Concurrently.Cancel(waited);
        }
    }

    /// <summary>Listens no more: what the channel tells after that is too late.</summary>
    public void Cancel() => _end.Cancel();

    /// <summary>Listens no more. A channel that does not end is left behind.</summary>
    public async ValueTask DisposeAsync()
    {
        Concurrently.Cancel(_end);
        await Concurrently.AnyAsync(Ended, Task.Delay(s_longestEnd, _time));
        _end.Dispose();
    }

    private async Task ListenAsync(IMetadataGateway heads, Func<MetaReading, Task>? onMessage)
    {
        try
        {
            await foreach (MetaReading reading in heads.SubscribeAsync(_end.Token))
            {
                if (_events.FaultOf(reading) is { } fault)
                    throw new ClauseViolation($"the channel told of {fault}");
                EventSet covered = _events.CoveredBy(reading);
                Interlocked.Increment(ref _messages);
                Change(heard => heard.Union(covered));
                if (onMessage is null)
                    continue;
                await onMessage(reading);
                Change(static heard => heard);
            }
        }
        catch (OperationCanceledException) when (_end.IsCancellationRequested)
        {
            // It ends as it was asked to.
        }
#pragma warning disable CA1031 // Kept for whoever waits.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            _failure = failure;
        }
        finally
        {
            Change(static heard => heard);
        }
    }

    private void Change(Func<EventSet, EventSet> change)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            _heard = change(_heard);
            changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        changed.SetResult();
    }
}
