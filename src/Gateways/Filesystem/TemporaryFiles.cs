using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Filesystem;

/// <summary>
/// The files of one writer that have no name yet. They stand in the reserved folder; as long as the writer lives it holds a shared lock there, so that whoever
/// gets the lock alone knows that what is left belongs to the dead.
/// </summary>
internal sealed class TemporaryFiles : IDisposable
{
    private const int MaxAttempts = 4;

    /// <summary>Freed files that are kept for new content: more than a merge of small files frees before as many were written.</summary>
    private const int MaxSpares = 64;

    /// <summary>Largest file that is kept, in bytes, so that the spares hold little room.</summary>
    private const int MaxSpareLength = 64 * 1024;

    /// <summary>How much of a source is held in memory, in bytes.</summary>
    private const int PieceLength = 128 * 1024;

    private readonly IDisk _disk;
    private readonly string _root;
    private readonly GatewayOptions _options;
    private readonly bool _ownerOnly;
    private readonly Lock _starting = new();
    private readonly ulong _instance;
    private readonly ConcurrentStack<string> _spares = new();
    private IDiskLock? _presence;
    private volatile bool _started;
    private long _lastStamp;
    private long _lastName;

    public TemporaryFiles(IDisk disk, string root, GatewayOptions options, bool ownerOnly)
    {
        _disk = disk;
        _root = root;
        _options = options;
        _ownerOnly = ownerOnly;
        Span<byte> seed = stackalloc byte[sizeof(ulong)];
        options.Entropy.Fill(seed);
        _instance = BinaryPrimitives.ReadUInt64LittleEndian(seed);
    }

    private bool Syncs => _options.Durability == Durability.Fsync;

    /// <summary>Makes the reserved folder, says that a writer is here, and removes what dead ones left. Cheap when it was done before.</summary>
    public void Start()
    {
        if (_started)
            return;
        lock (_starting)
        {
            if (_started)
                return;
            ReservedFolder.Make(_disk, _root, _ownerOnly);
            try
            {
                _presence ??= _disk.OpenLock(ReservedFolder.WritersLock(_root));
                if (_presence.TryLock(exclusive: true))
                    RemoveLeftOvers();
                _presence.Lock(exclusive: false);
            }
            catch (DiskException failure) when (failure.Failure == DiskFailure.Unsupported)
            {
                // No locks on this file system: who else writes cannot be known, so nothing is reclaimed.
                _presence?.Unlock();
            }

            _started = true;
        }
    }

    /// <summary>Writes a file whole, syncs it when that is asked for, and tells its path. The caller names or removes it.</summary>
    /// <param name="content">All of it.</param>
    /// <param name="versioned">Whether its time must be kept exactly, because versions are compared.</param>
    /// <param name="written">What it is.</param>
    public string Write(ReadOnlySpan<byte> content, bool versioned, out DiskStat written)
    {
        Start();
        while (_spares.TryPop(out string? spare))
        {
            if (_disk.ReopenFile(spare) is { } file)
                return Fill(file, spare, content, versioned, out written);
            Remove(spare);
        }

        return Fill(Create(out string path), path, content, versioned, out written);
    }

    /// <summary>As for bytes in memory, from a source that is read piece by piece.</summary>
    /// <param name="content">The source.</param>
    /// <param name="key">The key that it is meant for, for messages.</param>
    /// <param name="versioned">Whether its time must be kept exactly, because versions are compared.</param>
    /// <param name="cancellation">Ends the call, and removes the file.</param>
    public async ValueTask<(string Path, DiskStat Written)> WriteAsync(ContentSource content, string key, bool versioned, CancellationToken cancellation)
    {
        Start();
        await using Stream source = await content.OpenAsync(cancellation);
        using IDiskFile file = Create(out string path);
        byte[] piece = ArrayPool<byte>.Shared.Rent(PieceLength);
        try
        {
            long length = 0;
            for (int read; (read = await source.ReadAsync(piece, cancellation)) > 0; length += read)
            {
                if (read > content.Length - length)
                    throw content.WrongLength(key);
                file.Append(piece.AsSpan(0, read));
            }

            return length == content.Length ? (path, Seal(file, path, versioned)) : throw content.WrongLength(key);
        }
        catch
        {
            Remove(path);
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }

    private IDiskFile Create(out string path)
    {
        for (int attempt = 1; ; attempt++)
        {
            path = NextName();
            try
            {
                return _disk.CreateFile(path, _ownerOnly);
            }
            catch (DiskException failure) when (attempt < MaxAttempts && failure.Failure is DiskFailure.Exists)
            {
                // Another writer with the same seed: take the next name.
            }
            catch (DiskException failure) when (attempt < MaxAttempts && failure.Failure is DiskFailure.Missing)
            {
                // The reserved folder was removed under us, with its locks.
                ReservedFolder.Make(_disk, _root, _ownerOnly);
            }
        }
    }

    /// <summary>Removes a file from its place. Where nothing is synced a small one is kept for the next content: making and freeing files is what costs.</summary>
    /// <remarks>Whoever has the file open meanwhile may see the next content, so reads look again (<see cref="SteadyReads"/>).</remarks>
    /// <returns>False when there was none, or it is a folder.</returns>
    public bool Free(string path)
    {
        string? spare = Spare(path);
        bool removed = _disk.Unlink(path);
        if (spare is not null)
            _spares.Push(spare);
        return removed;
    }

    /// <summary>Removes a file, or leaves it: it is invisible and reclaimed later, and the failure that led here is the one to tell.</summary>
    public void Remove(string temporary)
    {
        try
        {
            _ = _disk.Unlink(temporary);
        }
        catch (DiskException)
        {
        }
    }

    /// <summary>Makes an empty temporary file, whose name starts as given and is used once, and tells its path. The caller removes it.</summary>
    public string MakeProbe(string start)
    {
        Start();
        string path = $"{ReservedFolder.Temporary(_root)}/{start}{_instance:x16}{Interlocked.Increment(ref _lastName):x}";
        _disk.CreateFile(path, _ownerOnly).Dispose();
        return path;
    }

    /// <summary>The time for the next file. They rise strictly: two contents of one writer never share one.</summary>
    public long NextStamp()
    {
        long now = _options.Time.GetUtcNow().UtcTicks;
        for (; ; )
        {
            long last = Volatile.Read(ref _lastStamp);
            long next = Math.Max(now, last + 1);
            if (Interlocked.CompareExchange(ref _lastStamp, next, last) == last)
                return next;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        while (_spares.TryPop(out string? spare))
            Remove(spare);
        lock (_starting)
        {
            _presence?.Dispose();
            _presence = null;
            _started = false;
        }
    }

    private string NextName() => $"{ReservedFolder.Temporary(_root)}/{_instance:x16}{Interlocked.Increment(ref _lastName):x}";

    // A second name that the first one's removal leaves. A folder cannot get one, so nothing but a file is ever taken.
    private string? Spare(string path)
    {
        if (Syncs || !_disk.HasIdentity || _spares.Count >= MaxSpares || _disk.Stat(path) is not { IsFolder: false, Length: <= MaxSpareLength })
            return null;
        Start();
        string spare = NextName();
        try
        {
            return _disk.TryLink(path, spare) ? spare : null;
        }
        catch (DiskException)
        {
            // No second names here, or the file is gone: it is simply removed.
            return null;
        }
    }

    private string Fill(IDiskFile opened, string path, ReadOnlySpan<byte> content, bool versioned, out DiskStat written)
    {
        using IDiskFile file = opened;
        try
        {
            file.Write(content);
            written = Seal(file, path, versioned);
            return path;
        }
        catch
        {
            Remove(path);
            throw;
        }
    }

    private DiskStat Seal(IDiskFile file, string path, bool versioned)
    {
        long stamp = NextStamp();
        DiskStat written = file.Stamp(stamp);
        if (versioned && written.ModifiedTicks != stamp)
            throw new DiskException(DiskFailure.Unsupported, path, "it rounds times, so that versions cannot be told apart");
        if (Syncs)
            file.Sync();
        return written;
    }

    private void RemoveLeftOvers()
    {
        List<string> names = [];
        _ = _disk.List(ReservedFolder.Temporary(_root), (name, isFolder) =>
        {
            if (!isFolder)
                names.Add(name.ToString());
        });
        foreach (string name in names)
            Remove($"{ReservedFolder.Temporary(_root)}/{name}");
    }
}
