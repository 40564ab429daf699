using System.Collections.Immutable;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Crdt;
using FireproofBench.Engine.Crypto;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Storage;

namespace FireproofBench.Engine.Sync;

/// <summary>
/// Keeps a database and a remote store together in the background, until it is disposed of: what is written here goes there, files before the head that
/// names them; what others wrote there is taken in here once its files can be read.
/// </summary>
/// <remarks>
/// What the remote lacks follows from the log of files and the heads there, so nothing has to be remembered across a crash: the next link finds it out. Only the heads
/// that were seen at a remote of this name are kept (see <see cref="SyncStatus.Regressions"/>), at a look, not with each write, and when the link ends. A failure
/// is never the last word: the link tries again, ever more slowly, and says so in <see cref="Status"/>. No lock is held on the remote; heads of several devices stand
/// there side by side, and whoever writes next after having seen them puts one head in their place.
/// </remarks>
public sealed partial class RemoteLink : IAsyncDisposable
{
    private readonly Replica _replica;
    private readonly RemoteStore _remote;
    private readonly AttachOptions _options;
    private readonly TimeProvider _time;
    private readonly IEntropy _entropy;
    private readonly DataFiles _remoteFiles;
    private readonly KeyRing? _keys;
    private readonly RemoteFiles _remotes;
    private readonly Uploader _uploader;
    private readonly Signal _work = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly Lock _gate = new();
    private readonly List<Waiter> _waiters = [];
    private ImmutableArray<Action<SyncStatus>> _subscribers = [];
    private Task _running = Task.CompletedTask;
    private Task _listening = Task.CompletedTask;
    private Task _fetching = Task.CompletedTask;
    private Task _collecting = Task.CompletedTask;
    private volatile SyncStatus _status = new() { Activity = SyncActivity.Working };
    private volatile MetaReading? _told;
    private volatile bool _wantsLook = true;
    private long _rounds;

    internal RemoteLink(
        Replica replica, RemoteStore remote, DataFiles remoteFiles, KeyRing? keys, RemoteFiles remotes, AttachOptions options, TimeProvider time, IEntropy entropy)
    {
        _replica = replica;
        _remote = remote;
        _remoteFiles = remoteFiles;
        _remotes = remotes;
        _keys = keys;
        _options = options;
        _time = time;
        _entropy = entropy;
        _nextCollection = time.GetUtcNow() + ((options.GarbageInterval < _firstCollections ? options.GarbageInterval : _firstCollections) * Chance());
        _uploader = new Uploader(replica.Files, remoteFiles, options.Parallelism, NoteSent);
    }

    /// <summary>The remote store's name.</summary>
    public string Name => _remote.Name;

    /// <summary>How far both sides are apart, and what is being done about it.</summary>
    public SyncStatus Status => _status;

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

    /// <summary>Ends the link: what is under way is given up, files that were sent stay. The stores stay open; the next link goes on from there.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_ending.IsCancellationRequested)
            return;
        _ending.Cancel();
        await Quietly(_running);
        await Quietly(_listening);
        await Quietly(_fetching);
        await Quietly(_collecting);
        await KeepSeenAsync(isLast: true);
        _remotes.Remove(_remoteFiles);
        Report(static status => status with { Activity = SyncActivity.Detached, NextAttempt = null });
        EndWaiters(new ObjectDisposedException(nameof(RemoteLink), "The link was detached before the remote had everything."));
        _ending.Dispose();

        static async Task Quietly(Task task)
        {
            try
            {
                await task;
            }
            catch (OperationCanceledException)
            {
            }
        }
    }

    /// <summary>Meets the remote for the first time, then goes on in the background. A remote that cannot be reached is no failure.</summary>
    /// <exception cref="StorageException">The remote refuses this database.</exception>
    /// <exception cref="UnrelatedHistoriesException">The remote holds another database.</exception>
    internal async ValueTask StartAsync(CancellationToken cancellation)
    {
        _remotes.Add(_remote.Name, _remoteFiles);
        try
        {
            MetaReading reading = await _remote.Metadata.ReadAsync(cancellation);
            if (_replica.State.Heads.IsEmpty)
                await TakeInAsync(reading, isFirst: true, cancellation);
            else
                await CheckAsync(reading, cancellation);
        }
        catch (Exception e) when (IsRefusal(e))
        {
            _remotes.Remove(_remoteFiles);
            throw;
        }
        catch (StorageException)
        {
            // The loop meets it again, and waits.
        }

        _running = RunAsync(_ending.Token);
        if (_remote.Metadata.Traits.Push)
            _listening = ListenAsync(_ending.Token);
    }

    /// <summary>The database changed here.</summary>
    internal void NoteChange()
    {
        Report(Measure);
        _work.Raise();
    }

    private void NoteSent(Cid file)
    {
        _attachments.Remove(file);
        Report(Measure);
    }

    /// <summary>A file with attachments was written, which a document will name.</summary>
    internal void NoteAttachment(Cid file, long length) => _attachments.Add(file, length);

    /// <summary>Waits while more bytes wait for the remote than the options allow.</summary>
    internal async ValueTask WaitForRoomAsync()
    {
        while (_options.MaxPendingBytes is { } most && _status.PendingBytes > most && _status.Activity is SyncActivity.Working or SyncActivity.Waiting)
        {
            var room = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using (Subscribe(status =>
            {
                if (status.PendingBytes <= most || status.Activity is SyncActivity.Refused or SyncActivity.Detached)
                    room.TrySetResult();
            }))
            {
                if (_status.PendingBytes <= most)
                    return;
                await room.Task;
            }
        }
    }

    // What no waiting mends: another database, another key, no permission.
    private static bool IsRefusal(Exception e) =>
        e is UnrelatedHistoriesException or StorageException { Kind: StorageErrorKind.NotAuthorized or StorageErrorKind.InvalidName };

    private async Task RunAsync(CancellationToken cancellation)
    {
        await Task.Yield();
        int failures = 0;
        long looked = 0;
        while (true)
        {
            TimeSpan pause = PauseBetweenLooks;
            long round;
            bool looks;
            lock (_gate)
            {
                round = ++_rounds;

                // Read and put back at once: what is told in between would be forgotten, and looked for by the next check only.
                looks = Interlocked.Exchange(ref _wantsLook, false) || !_hasMet || failures > 0 || _time.GetElapsedTime(looked) >= pause;
            }

            try
            {
                if (looks)
                    looked = _time.GetTimestamp();
                bool isDone = looks ? await RoundAsync(round, cancellation) : await SendOnlyAsync(round, cancellation);

                // What was written while the round sent goes out with the next one, which begins at once.
                bool isBehind = IsBehind(_replica.State);
                if (isBehind)
                    _work.Raise();
                failures = 0;
                pause = PauseBetweenLooks;
                _uploader.LooksFirst = false;
                Report(status => Measure(status) with
                {
                    Activity = isDone && !isBehind ? SyncActivity.UpToDate : SyncActivity.Working,
                    LastError = isDone ? _lacking.Values.FirstOrDefault() : status.LastError,
                    NextAttempt = null,
                });
                if (isDone && looks)
                    EndWaiters(round);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (IsRefusal(e))
            {
                Report(status => status with { Activity = SyncActivity.Refused, LastError = e, NextAttempt = null });
                EndWaiters(e);
                return;
            }
            catch (Exception e)
            {
                _wantsLook = true;

                // Whatever it was, the data is safe here, and the remote may be mended: a link that gave up would lose what is written from now on.
                _uploader.LooksFirst = true;
                _uploader.Forget();
                pause = PauseAfter(++failures, e as StorageException);
                Report(status => Measure(status) with { Activity = SyncActivity.Waiting, LastError = e, NextAttempt = _time.GetUtcNow() + pause });
            }

            try
            {
                // A write during an outage does not make the remote come back any sooner.
                if (failures > 0)
                    await Task.Delay(pause, _time, cancellation);
                else
                    await _work.WaitAsync(TimeLeft(pause, looked), _time, cancellation);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task ListenAsync(CancellationToken cancellation)
    {
        await Task.Yield();
        for (int failures = 0; ;)
        {
            try
            {
                await foreach (MetaReading reading in _remote.Metadata.SubscribeAsync(cancellation))
                {
                    failures = 0;
                    _told = reading;
                    _wantsLook = true;
                    _work.Raise();
                }
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }
            catch (StorageException)
            {
                // The loop reads the heads by itself too, and reports what fails there.
            }

            try
            {
                await Task.Delay(PauseAfter(++failures, null), _time, cancellation);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            // What was told while nobody listened is read.
            _wantsLook = true;
            _work.Raise();
        }
    }

    private TimeSpan PauseBetweenLooks => _remote.Metadata.Traits.Push && !_isInDoubt ? _options.CheckInterval : _options.PollInterval;

    private TimeSpan TimeLeft(TimeSpan pause, long looked)
    {
        TimeSpan left = pause - _time.GetElapsedTime(looked);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private TimeSpan PauseAfter(int failures, StorageException? failure)
    {
        double part = 1 - (Chance() / 2);
        TimeSpan pause = _options.FirstPause * Math.Pow(2, Math.Min(failures - 1, 30)) * part;
        if (pause > _options.LongestPause)
            pause = _options.LongestPause * part;
        return failure?.RetryAfter is { } asked && asked > pause ? asked : pause;
    }

    // From 0 to below 1.
    private double Chance()
    {
        Span<byte> dice = stackalloc byte[1];
        _entropy.Fill(dice);
        return dice[0] / 256.0;
    }

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
