using System.Collections.Concurrent;
using System.Collections.Immutable;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Engine.Storage;

/// <summary>The remote stores that are attached, as places where a file may be that is not here. The one that failed least lately is asked first.</summary>
/// <remarks>
/// A store that shows late is not asked again at once for what it did not show a moment ago: as long as older files are on their way, each head that somebody tells of names them once more. Nor is any store for what
/// came damaged eight times in a row: a few times may be chance, or are over once somebody mends the file, but whoever needs it may need it with each write.
/// </remarks>
/// <param name="time">The clock.</param>
internal sealed class RemoteFiles(TimeProvider time)
{
    /// <summary>The operation that failures to get a file from a remote store name.</summary>
    public const string Fetch = "fetch";

    private const int MostNoted = 4096;
    private const int FreeDamages = 8;

    // From the first of these up to the second a file is taken for absent, or for damaged, twice as long each time; what a store shows meanwhile is seen so much later.
    private static readonly TimeSpan _firstAbsence = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan _longestAbsence = TimeSpan.FromMilliseconds(800);

    private ImmutableArray<Source> _sources = [];
    private long _files;
    private long _bytes;

    /// <summary>Whether nothing is attached.</summary>
    public bool IsEmpty => _sources.IsEmpty;

    /// <summary>Whether one of them may show what was written late.</summary>
    public bool MayBeLate => _sources.Any(static source => !source.Files.Gateway.Traits.StronglyConsistent);

    /// <summary>Bytes that were fetched so far, and files.</summary>
    public (long Files, long Bytes) Fetched => (Interlocked.Read(ref _files), Interlocked.Read(ref _bytes));

    /// <summary>Adds a store.</summary>
    /// <param name="name">Its name, for messages.</param>
    /// <param name="files">Its files.</param>
    public void Add(string name, DataFiles files) =>
        ImmutableInterlocked.Update(ref _sources, static (all, added) => all.Add(added), new Source(name, files));

    /// <summary>Takes a store away. Whoever waits for an answer of it does so no longer.</summary>
    public void Remove(DataFiles files)
    {
        ImmutableArray<Source> before = _sources;
        ImmutableInterlocked.Update(ref _sources, static (all, gone) => all.RemoveAll(source => source.Files == gone), files);
        foreach (Source gone in before.Where(source => source.Files == files))
            gone.Dispose();
    }

    /// <summary>Fetches a file, checked against its name.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="name">Its name.</param>
    /// <param name="asksAnyway">Whether a store is asked also where it did not show the file, or gave it damaged, a moment ago.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>Its stored bytes; null when every store that was not taken away meanwhile answered that it does not have it, now or a moment ago.</returns>
    /// <exception cref="StorageException">No store gave it, and at least one could not be asked or gave other bytes: as the last of these failed.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> FindAsync(string key, Cid name, bool asksAnyway, CancellationToken cancellation)
    {
        StorageException? failure = null;
        foreach (Source source in _sources.Sort(static (left, right) => left.Failures.CompareTo(right.Failures)))
        {
            if (!asksAnyway && IsTakenForAbsent(source, name))
                continue;
            if (!asksAnyway && DamageOf(source, name) is { } damage)
            {
                failure = damage;
                continue;
            }

            using CancellationTokenSource call = CancellationTokenSource.CreateLinkedTokenSource(cancellation, source.Left);
            try
            {
                ObjectContent? content = await source.Files.Gateway.GetAsync(key, null, call.Token);
                source.Failures = 0;
                if (content is null)
                {
                    NoteAbsence(source, name);
                    continue;
                }

                _ = source.Absent.TryRemove(name, out _);
                await source.Files.CheckAsync(key, name, content.Bytes, call.Token);
                _ = source.Damaged.TryRemove(name, out _);
                Interlocked.Increment(ref _files);
                Interlocked.Add(ref _bytes, content.Bytes.Length);
                return content.Bytes;
            }
            catch (Exception e) when (source.Left.IsCancellationRequested && e is OperationCanceledException or StorageException)
            {
                // It counts no more than one that was never attached.
                cancellation.ThrowIfCancellationRequested();
            }
            catch (StorageException e)
            {
                source.Failures++;
                failure = new StorageException(e.Kind, Fetch, key, $"it is not here, and the remote store '{source.Name}' did not give it: {e.Message}", e);
                if (e.Kind == StorageErrorKind.Corrupt)
                    NoteDamage(source, name, failure);
            }
        }

        return failure is null ? default(ReadOnlyMemory<byte>?) : throw failure;
    }

    private bool IsTakenForAbsent(Source source, Cid name) =>
        source.Absent.TryGetValue(name, out (long At, int Times) absence) && !IsOver(absence);

    private bool IsOver((long At, int Times) absence) => time.GetElapsedTime(absence.At) >= AbsenceAfter(absence.Times);

    private void NoteAbsence(Source source, Cid name)
    {
        if (source.Files.Gateway.Traits.StronglyConsistent)
            return;
        if (source.Absent.Count >= MostNoted)
            source.Absent.Clear();
        long now = time.GetTimestamp();

        // Several who asked at once were told once.
        _ = source.Absent.AddOrUpdate(
            name, static (_, call) => (call.Now, 1), static (_, former, call) => call.Files.IsOver(former) ? (call.Now, former.Times + 1) : former, (Files: this, Now: now));
    }

    private StorageException? DamageOf(Source source, Cid name) =>
        source.Damaged.TryGetValue(name, out (long At, int Times, StorageException Failure) damage) && damage.Times >= FreeDamages && !IsOver((damage.At, damage.Times - FreeDamages + 1)) ? damage.Failure : null;

    private void NoteDamage(Source source, Cid name, StorageException failure)
    {
        if (source.Damaged.Count >= MostNoted)
            source.Damaged.Clear();
        long now = time.GetTimestamp();
        _ = source.Damaged.AddOrUpdate(
            name, static (_, call) => (call.Now, 1, call.Failure), static (_, former, call) => (call.Now, former.Times + 1, call.Failure), (Now: now, Failure: failure));
    }

    private static TimeSpan AbsenceAfter(int times)
    {
        TimeSpan absence = _firstAbsence * Math.Pow(2, Math.Min(times, 10) - 1);
        return absence < _longestAbsence ? absence : _longestAbsence;
    }

    private sealed class Source : IDisposable
    {
        private readonly CancellationTokenSource _leaving = new();

        public Source(string name, DataFiles files)
        {
            Name = name;
            Files = files;
            Left = _leaving.Token;
        }

        public string Name { get; }

        public DataFiles Files { get; }

        /// <summary>Is cancelled when the store is taken away.</summary>
        public CancellationToken Left { get; }

        /// <summary>Files that a late store did not show: when it was asked last, and how often in vain.</summary>
        public ConcurrentDictionary<Cid, (long At, int Times)> Absent { get; } = new();

        /// <summary>Files that came damaged: when they came last, and how often in a row.</summary>
        public ConcurrentDictionary<Cid, (long At, int Times, StorageException Failure)> Damaged { get; } = new();

        /// <summary>Failures in a row.</summary>
        public int Failures { get; set; }

        /// <summary>Ends what waits for it.</summary>
        public void Dispose()
        {
            if (Left.IsCancellationRequested)
                return;
            _leaving.Cancel();
            _leaving.Dispose();
        }
    }
}
