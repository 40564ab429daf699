using System.Collections.Concurrent;
using System.Collections.Immutable;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Inspection;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Storage;

namespace FireproofBench.Engine.Sync;

/// <content>Files: the log's are fetched in the background, attached ones are sent, and those that nobody needs at the remote are deleted there.</content>
public sealed partial class RemoteLink
{
    // Devices that are attached together do not all look for garbage together.
    private static readonly TimeSpan _firstCollections = TimeSpan.FromMinutes(10);

    private readonly PendingFiles _attachments = new();
    private readonly ConcurrentDictionary<Cid, bool> _here = new();
    private readonly ConcurrentDictionary<Cid, Task<bool>> _coming = new();
    private volatile ImmutableDictionary<Cid, StorageException> _lacking = ImmutableDictionary<Cid, StorageException>.Empty;
    private long _lastCollection;
    private TimeSpan _untilCollection;
    private long _fetched;
    private int _failedFetches;
    private bool _isFetching;
    private bool _isFetchAwaited;
    private bool _listedAttachments;

    // Tells whether files are on their way here.
    private bool FetchMissing(CancellationToken cancellation)
    {
        List<Cid> missing = _options.Prefetch ? [.. _replica.State.Log.SelectMany(static group => group.Cars).Where(car => !_here.ContainsKey(car))] : [];

        // What cannot be had from anywhere is no reason to wait; but it may come.
        bool isComing = !missing.TrueForAll(_lacking.ContainsKey);
        if (missing.Count == 0)
            _lacking = ImmutableDictionary<Cid, StorageException>.Empty;
        else if ((isComing || _time.GetElapsedTime(_fetched) >= _options.CheckInterval) && MayFetch())
        {
            _fetched = _time.GetTimestamp();
            _fetching = FetchAsync(missing, cancellation);
        }

        return isComing;
    }

    // One fetch at a time. One that is under way may have begun before the newest files were known: then its end is a reason to look again.
    private bool MayFetch()
    {
        lock (_gate)
        {
            _isFetchAwaited = _isFetching;
            _isFetching = true;
            return !_isFetchAwaited;
        }
    }

    private bool EndFetch()
    {
        lock (_gate)
        {
            _isFetching = false;
            return _isFetchAwaited;
        }
    }

    // A device that is detached right after a head was taken in goes on with what is here. Only a new one does not wait for all files: there may be very many.
    // Tells whether the file is here now: it is not when it is nowhere.
    private async ValueTask<bool> BringAsync(Cid car, bool asksAnyway, CancellationToken cancellation)
    {
        if (_here.ContainsKey(car))
            return true;

        // Several heads name the same file, as a rule.
        var mine = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<bool> coming = _coming.GetOrAdd(car, mine.Task);
        if (coming != mine.Task)
            return await coming;
        try
        {
            if (await _replica.Files.BringAsync(DataFiles.KeyOfCar(car), car, asksAnyway, cancellation))
                _here[car] = true;
            mine.SetResult(_here.ContainsKey(car));
        }
        catch (Exception e)
        {
            mine.SetException(e);
        }
        finally
        {
            _coming.TryRemove(car, out _);
        }

        return await mine.Task;
    }

    // As many at once as files may be copied at once, begun in their order.
    private async Task AtOnceAsync<T>(IEnumerable<T> items, Func<T, Task> action)
    {
        var due = new ConcurrentQueue<T>(items);
        await Task.WhenAll(Enumerable.Range(0, Math.Min(_options.Parallelism, due.Count)).Select(async _ =>
        {
            while (due.TryDequeue(out T? next))
                await action(next);
        }));
    }

    // Newest first, as they will be asked for. A file that cannot be had now is fetched when it is needed, or in a later round.
    private async Task FetchAsync(List<Cid> missing, CancellationToken cancellation)
    {
        await Task.Yield();
        bool isNews = false;
        try
        {
            ImmutableDictionary<Cid, StorageException> before = _lacking;
            var lacking = ImmutableDictionary.CreateBuilder<Cid, StorageException>();
            foreach (Cid car in missing)
            {
                // Before it is given up for now, whoever may have it has to say so.
                if (await WhatIsWrongAsync(car, asksAnyway: !before.ContainsKey(car), cancellation) is { } reason)
                    lacking[car] = before.GetValueOrDefault(car) ?? reason;
            }

            _lacking = lacking.ToImmutable();
            _failedFetches = 0;
            isNews = lacking.Count < missing.Count || !missing.TrueForAll(before.ContainsKey);

            // Whoever looked for something before the files came looks again.
            if (isNews)
                _replica.Blocks.Learn(_replica.State.Log);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
        }
        catch (Exception e)
        {
            // Whoever needs one of the files at once asks for it by itself; for the others this is an outage like any, and is waited through.
            Report(status => status with { LastError = e });
            isNews = await HasPausedAsync(PauseAfter(++_failedFetches, e as StorageException), cancellation);
        }
        finally
        {
            isNews |= EndFetch();
        }

        // Whoever waits for both sides to have all is told by the next look, which has to find this fetch ended.
        if (isNews)
        {
            _wantsLook = true;
            _work.Raise();
        }
    }

    private async ValueTask<bool> HasPausedAsync(TimeSpan pause, CancellationToken cancellation)
    {
        try
        {
            await Task.Delay(pause, _time, cancellation);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    // Why a file of the log cannot be had from anywhere. The others do not wait for it.
    private async ValueTask<StorageException?> WhatIsWrongAsync(Cid car, bool asksAnyway, CancellationToken cancellation)
    {
        try
        {
            return await BringAsync(car, asksAnyway, cancellation)
                ? null
                : new StorageException(StorageErrorKind.Corrupt, "fetch", DataFiles.KeyOfCar(car), "the log names this file, and it is neither here nor at a remote store");
        }
        catch (StorageException e) when (e.Kind == StorageErrorKind.Corrupt)
        {
            return e;
        }
    }

    // A compaction was published: what it and those before it replaced there may be due.
    private void CollectGarbage(CancellationToken cancellation)
    {
        if (_options.Garbage is not { } options || !_remote.Data.Traits.StronglyConsistent || !_collecting.IsCompleted || _time.GetElapsedTime(_lastCollection) < _untilCollection)
            return;
        _lastCollection = _time.GetTimestamp();
        _untilCollection = _options.GarbageInterval;
        _collecting = CollectGarbageAsync(new GarbageCollection(_remote.Data, _remote.Metadata, _keys, options, _time.GetUtcNow()), cancellation);
    }

    private static async Task CollectGarbageAsync(GarbageCollection collection, CancellationToken cancellation)
    {
        await Task.Yield();
        try
        {
            await collection.RunIfDueAsync(cancellation);
        }
        catch (StorageException)
        {
            // Room that is not freed now is freed by a later look; the link itself reports a remote that fails.
        }
    }

    private async ValueTask ListAttachmentsAsync(CancellationToken cancellation)
    {
        List<(Cid File, long Length)> here = await AttachmentsAsync(_replica.Files.Gateway, cancellation);
        if (here.Count > 0)
        {
            foreach ((Cid file, _) in await AttachmentsThereAsync(cancellation))
                _uploader.NotePresence(file);
            foreach ((Cid file, long length) in here.Where(found => !_uploader.IsThere(found.File)))
                _attachments.Add(file, length);
        }

        _listedAttachments = true;
    }

    // A store that cannot be listed is sent all.
    private async ValueTask<List<(Cid File, long Length)>> AttachmentsThereAsync(CancellationToken cancellation)
    {
        try
        {
            return await AttachmentsAsync(_remote.Data, cancellation);
        }
        catch (StorageException e) when (e.Kind == StorageErrorKind.Unsupported)
        {
            return [];
        }
    }

    private static async ValueTask<List<(Cid File, long Length)>> AttachmentsAsync(IDataGateway gateway, CancellationToken cancellation)
    {
        var files = new List<(Cid, long)>();
        await foreach (ObjectInfo found in gateway.ListAllAsync(DataFiles.Prefix, cancellation))
        {
            if (Cid.TryParse(found.Key.AsSpan(DataFiles.Prefix.Length), out Cid file))
                files.Add((file, found.Length));
        }

        return files;
    }

    private async ValueTask SendAttachmentsAsync(CancellationToken cancellation)
    {
        IReadOnlyList<Cid> due = _attachments.All;
        await _uploader.SendAsync(due, DataFiles.KeyOfAttachments, cancellation);

        // Also those that were there before, which the upload left out.
        foreach (Cid file in due)
            _attachments.Remove(file);
    }
}
