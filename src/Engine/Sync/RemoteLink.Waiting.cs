using System.Collections.Immutable;
using FireproofBench.Engine.Crdt;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Engine.Sync;

/// <content>Who waits for the link, and who is told of its state.</content>
public sealed partial class RemoteLink
{
    private readonly List<Waiter> _waiters = [];
    private ImmutableArray<Action<SyncStatus>> _subscribers = [];

    /// <summary>Calls back after every change of the state, until the result is disposed of.</summary>
    /// <param name="subscriber">Called from the link's own loop, one call at a time; what it throws reaches nobody.</param>
    public IDisposable Subscribe(Action<SyncStatus> subscriber)
    {
        ImmutableInterlocked.Update(ref _subscribers, static (all, added) => all.Add(added), subscriber);
        return new Subscription(this, subscriber);
    }

    /// <summary>
    /// Waits until the remote has everything that is here at the moment of the call, and everything is taken in that the remote had. An outage is waited through.
    /// </summary>
    /// <param name="cancellation">Ends the waiting, not the work.</param>
    /// <exception cref="StorageException">The remote refuses this database for good (<see cref="SyncActivity.Refused"/>).</exception>
    /// <exception cref="UnrelatedHistoriesException">The remote holds another database.</exception>
    /// <exception cref="ObjectDisposedException">The link was detached before it was done.</exception>
    public ValueTask WhenUpToDateAsync(CancellationToken cancellation = default) => WaitAsync(isSendingEnough: false, cancellation);

    /// <summary>Waits until the remote has everything that is here at the moment of the call, whatever is still on its way here. An outage is waited through.</summary>
    /// <param name="cancellation">Ends the waiting, not the work.</param>
    /// <exception cref="StorageException">The remote refuses this database for good (<see cref="SyncActivity.Refused"/>).</exception>
    /// <exception cref="UnrelatedHistoriesException">The remote holds another database.</exception>
    /// <exception cref="ObjectDisposedException">The link was detached before it was done.</exception>
    public ValueTask WhenSentAsync(CancellationToken cancellation = default) => WaitAsync(isSendingEnough: true, cancellation);

    private async ValueTask WaitAsync(bool isSendingEnough, CancellationToken cancellation)
    {
        Waiter waiter;
        lock (_gate)
        {
            if (_status.Activity == SyncActivity.Refused)
                throw _status.LastError!;
            ObjectDisposedException.ThrowIf(_status.Activity == SyncActivity.Detached, this);

            // A round that is under way may have looked before the call.
            waiter = new Waiter(_rounds + 1, isSendingEnough);
            _waiters.Add(waiter);
            if (!isSendingEnough)
                _wantsLook = true;
        }

        _work.Raise();
        await using CancellationTokenRegistration end = cancellation.Register(() => waiter.Done.TrySetCanceled(cancellation));
        await waiter.Done.Task;
    }

    /// <summary>Waits while more bytes wait for the remote than the options allow.</summary>
    internal async ValueTask WaitForRoomAsync()
    {
        while (!HasRoom(_status))
        {
            var room = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using (Subscribe(status =>
            {
                if (HasRoom(status))
                    room.TrySetResult();
            }))
            {
                // The last word may have come before anybody listened.
                if (HasRoom(_status))
                    return;
                await room.Task;
            }
        }
    }

    // Who sends nothing at the moment, or never again, is not waited for.
    private bool HasRoom(SyncStatus status) =>
        _options.MaxPendingBytes is not { } most || status.PendingBytes <= most || status.Activity is not (SyncActivity.Working or SyncActivity.Waiting);

    private void Report(Func<SyncStatus, SyncStatus> change)
    {
        SyncStatus status;
        lock (_gate)
        {
            status = change(_status);
            if (status == _status)
                return;
            _status = status;
        }

        foreach (Action<SyncStatus> subscriber in _subscribers)
        {
            try
            {
                subscriber(status);
            }
            catch (Exception)
            {
                // One subscriber's fault must not keep the others, or the link, from going on.
            }
        }
    }

    private void EndWaiters(long round)
    {
        foreach (Waiter waiter in Take(waiter => waiter.Round <= round))
            waiter.Done.TrySetResult();
    }

    private void EndSent(long round)
    {
        foreach (Waiter waiter in Take(waiter => waiter.IsSendingEnough && waiter.Round <= round))
            waiter.Done.TrySetResult();
    }

    private void EndWaiters(Exception reason)
    {
        foreach (Waiter waiter in Take(static _ => true))
            waiter.Done.TrySetException(reason);
    }

    private List<Waiter> Take(Predicate<Waiter> due)
    {
        lock (_gate)
        {
            List<Waiter> taken = _waiters.FindAll(due);
            _waiters.RemoveAll(due);
            return taken;
        }
    }

    private sealed class Waiter(long round, bool isSendingEnough)
    {
        public long Round { get; } = round;

        public bool IsSendingEnough { get; } = isSendingEnough;

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class Subscription(RemoteLink link, Action<SyncStatus> subscriber) : IDisposable
    {
        private Action<SyncStatus>? _subscriber = subscriber;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _subscriber, null) is { } mine)
                ImmutableInterlocked.Update(ref link._subscribers, static (all, gone) => all.Remove(gone), mine);
        }
    }
}
