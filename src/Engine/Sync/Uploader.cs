using System.Collections.Concurrent;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Storage;

namespace FireproofBench.Engine.Sync;

/// <summary>Copies files from here to one remote store, several at once, and remembers which ones it has.</summary>
/// <param name="local">The files here.</param>
/// <param name="remote">The files there.</param>
/// <param name="parallelism">How many at once.</param>
/// <param name="time">The clock of what was sent when.</param>
/// <param name="isOld">Whether a file that is there may be collected soon, unless it is sent again.</param>
/// <param name="progress">Is called with each file that is there now.</param>
internal sealed class Uploader(DataFiles local, DataFiles remote, int parallelism, TimeProvider time, Predicate<ObjectInfo> isOld, Action<Cid> progress)
{
    // With the moment at which it was sent; none where the remote said so by itself.
    private readonly ConcurrentDictionary<Cid, long?> _there = new();

    // Those that were there, and may have been collected since.
    private readonly ConcurrentDictionary<Cid, bool> _doubted = new();
    private long _files;
    private long _bytes;

    /// <summary>What was sent so far: files, and their length in bytes.</summary>
    public (long Files, long Bytes) Sent => (Interlocked.Read(ref _files), Interlocked.Read(ref _bytes));

    /// <summary>Whether the remote is asked for each file before it is sent: as long as it is not known what an earlier session, or a call whose answer was lost, left there.</summary>
    public bool LooksFirst { get; set; } = true;

    /// <summary>The remote has this file: it says so itself, or a head there names it.</summary>
    public void NotePresence(Cid file)
    {
        _there.TryAdd(file, null);
        _doubted.TryRemove(file, out _);
    }

    /// <summary>Nothing is known of the remote any more: after an outage, files that no head named yet may have been collected there.</summary>
    public void Forget() => _there.Clear();

    /// <summary>Others compacted there: what their heads do not name may have been collected, and is looked for before a head of ours relies on it.</summary>
    /// <param name="named">The files that the heads there name.</param>
    /// <param name="young">What was sent in this time is too young to be collected.</param>
    public void Doubt(IReadOnlySet<Cid> named, TimeSpan young)
    {
        foreach ((Cid file, long? sent) in _there)
        {
            if (!named.Contains(file) && !(sent is { } at && time.GetElapsedTime(at) < young))
            {
                _doubted[file] = true;
                _there.TryRemove(file, out _);
            }
        }
    }

    /// <summary>Whether the remote is known to have a file.</summary>
    public bool IsThere(Cid file) => _there.ContainsKey(file);

    /// <summary>Sends what the remote does not have yet. Returns when all of it is there.</summary>
    /// <param name="files">The files, in the order in which they are begun.</param>
    /// <param name="keyOf">The key of a file, on both sides.</param>
    /// <param name="cancellation">Ends the call; files that were sent stay.</param>
    /// <exception cref="StorageException">As the first failure that was met; the other files that were under way are ended first.</exception>
    public async ValueTask SendAsync(IReadOnlyList<Cid> files, Func<Cid, string> keyOf, CancellationToken cancellation)
    {
        // A commit is one file, as a rule.
        if (files.Count == 1)
        {
            if (!IsThere(files[0]))
                await SendAsync(keyOf(files[0]), files[0], cancellation);
            return;
        }

        var due = new ConcurrentQueue<Cid>(files.Where(file => !IsThere(file)));
        if (due.IsEmpty)
            return;
        StorageException? failure = null;
        await Task.WhenAll(Enumerable.Range(0, Math.Min(parallelism, due.Count)).Select(async _ =>
        {
            while (Volatile.Read(ref failure) is null && due.TryDequeue(out Cid next))
            {
                try
                {
                    await SendAsync(keyOf(next), next, cancellation);
                }
                catch (StorageException e)
                {
                    Interlocked.CompareExchange(ref failure, e, null);
                }
            }
        }));
        if (failure is not null)
            throw new StorageException(failure.Kind, failure.Operation, failure.Key, failure.Message, failure);
    }

    private async ValueTask SendAsync(string key, Cid file, CancellationToken cancellation)
    {
        if (!(LooksFirst || _doubted.ContainsKey(file)) || await remote.Gateway.HeadAsync(key, cancellation) is not { } there || isOld(there))
        {
            // What came from another remote may still be on its way here.
            ObjectContent content = await local.Gateway.GetAsync(key, null, cancellation)
                ?? (await local.BringAsync(key, file, asksAnyway: true, cancellation) ? await local.Gateway.GetAsync(key, null, cancellation) : null)
                ?? throw new StorageException(StorageErrorKind.Corrupt, "upload", key, "a head needs this file, and it is neither here nor there");
            await local.CheckAsync(key, file, content.Bytes, cancellation);
            await remote.Gateway.PutAsync(key, content.Bytes, PutCondition.None, cancellation);
            Interlocked.Increment(ref _files);
            Interlocked.Add(ref _bytes, content.Bytes.Length);
            _there[file] = time.GetTimestamp();
        }

        NotePresence(file);
        progress(file);
    }
}
