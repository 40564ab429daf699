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
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isEnding;
    private readonly Lock _gate = new();
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
        _lastCollection = time.GetTimestamp();
        _untilCollection = (options.GarbageInterval < _firstCollections ? options.GarbageInterval : _firstCollections) * Chance();
        _uploader = new Uploader(replica.Files, remoteFiles, options.Parallelism, time, IsOld, NoteSent);
    }

    /// <summary>The remote store's name.</summary>
    public string Name => _remote.Name;

    /// <summary>How far both sides are apart, and what is being done about it.</summary>
    public SyncStatus Status => _status;

    /// <summary>Is called when the link has ended; null for nobody.</summary>
    internal Action<RemoteLink>? Ended { get; init; }

    /// <summary>Ends the link: what is under way is given up, files that were sent stay. The stores stay open; the next link goes on from there. Called again it waits for the same end.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isEnding, true))
        {
            await _ended.Task;
            return;
        }

        _ending.Cancel();

        // First of all: who waits for a file of it, a write perhaps, or this link itself behind that write, goes on without.
        _remotes.Remove(_remoteFiles);
        await Quietly(_running);
        await Quietly(_listening);
        await Quietly(_fetching);
        await Quietly(_collecting);
        await Quietly(KeepSeenAsync(isLast: true).AsTask());
        Ended?.Invoke(this);
        Report(static status => status with { Activity = SyncActivity.Detached, NextAttempt = null });
        EndWaiters(new ObjectDisposedException(nameof(RemoteLink), "The link was detached before the remote had everything."));
        _ending.Dispose();
        _ended.SetResult();

        static async Task Quietly(Task task)
        {
            try
            {
                await task;
            }
            catch (Exception)
            {
                // What failed was told while the link was there, and keeps nothing of it from ending.
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
        catch (StorageException e) when (!IsRefusal(e))
        {
            // The loop meets it again, and waits.
        }
        catch
        {
            _remotes.Remove(_remoteFiles);
            throw;
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

    // No head names it now, or it would be known to be there. Another device may be about to delete it; what is sent again is young again.
    private bool IsOld(ObjectInfo file) =>
        _options.Garbage is { } garbage && file.LastModified is { } written && _time.GetUtcNow() - written > garbage.MinAge / 2;

    private void NoteSent(Cid file)
    {
        _attachments.Remove(file);
        Report(Measure);
    }

    /// <summary>A file with attachments was written, which a document will name.</summary>
    internal void NoteAttachment(Cid file, long length)
    {
        _attachments.Add(file, length);
        _work.Raise();
    }

    // What no waiting mends: another database, another key, no permission.
    private static bool IsRefusal(Exception e) =>
        e is UnrelatedHistoriesException or StorageException { Kind: StorageErrorKind.NotAuthorized or StorageErrorKind.InvalidName };

    // The link prepares nothing: at a wrong address it would make a store that nobody looks for.
    private static Exception Advised(Exception e) => e is not StorageException { Kind: StorageErrorKind.MissingContainer } missing
        ? e
        : new StorageException(
            missing.Kind, missing.Operation, missing.Key, missing.Reason + "; attaching makes no store: check the address, or make it (PrepareAsync), and the link goes on by itself", missing);

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
            catch (Exception e)
            {
                if (IsRefusal(e) && !(WaitsForKey(e) && (_wasReadable || await HasKeyNowAsync(e, cancellation))))
                {
                    Report(status => status with { Activity = SyncActivity.Refused, LastError = e, NextAttempt = null });
                    EndWaiters(e);
                    return;
                }

                _wantsLook = true;

                // Whatever it was, the data is safe here, and the remote may be mended: a link that gave up would lose what is written from now on.
                _uploader.LooksFirst = true;
                _uploader.Forget();
                pause = PauseAfter(++failures, e as StorageException);
                Report(status => Measure(status) with { Activity = SyncActivity.Waiting, LastError = Advised(e), NextAttempt = _time.GetUtcNow() + pause });
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
            catch (Exception)
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

    private TimeSpan PauseBetweenLooks => _soon ?? (_remote.Metadata.Traits.Push && !_isInDoubt ? _options.CheckInterval : _options.PollInterval);

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
}
