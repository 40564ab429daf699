using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Heads;
using FireproofBench.Gateways.Layout;
using FireproofBench.Gateways.Waiting;

namespace FireproofBench.Gateways.Filesystem;

/// <summary>The heads of a database in one file of a local folder, <c>meta/main.json</c>, as the reference engine keeps them.</summary>
/// <remarks>
/// <para>A publication reads, changes and replaces the file with every other publisher kept out (through this gateway, on this machine). The reference engine
/// knows no such lock: while it writes, nobody else may.</para>
/// <para>A reading is given again, the same instance, as long as the file is the same. One stat tells that when the file had been at rest for
/// <see cref="Settled"/> before it was last read; a younger file can be changed in place within one tick of the file system's clock, or be followed by one that
/// gets its number again, so it is read once more and its bytes are compared: a few microseconds.</para>
/// <para>A folder that was filled from a bucket can hold entries in files of their own, <c>meta/&lt;cid&gt;</c>. They are looked for once, when the heads are first
/// read; they count as heads, and move into the file with the first publication.</para>
/// </remarks>
public sealed class FolderMetadataGateway : IMetadataGateway
{
    /// <summary>How long a file must have been at rest to be known by its stat alone: 2 seconds, the coarsest tick of a common file system (FAT).</summary>
    public static readonly TimeSpan Settled = TimeSpan.FromSeconds(2);

    private static readonly MetaReading _never = new([], "");

    private readonly FolderWriter _writer;
    private readonly DiskSection _section;
    private readonly SwappedFile _file;
    private readonly TimeProvider _time;
    private readonly string _path;
    private readonly bool _ownsWriter;
    private volatile Known? _known;
    private volatile MetaEntry[]? _strays;

    /// <summary>The heads of one database folder.</summary>
    /// <param name="databaseFolder">The folder that holds <c>meta/</c>.</param>
    /// <param name="options">Clock, randomness and durability.</param>
    public FolderMetadataGateway(string databaseFolder, GatewayOptions options)
        : this(new FolderWriter(new PhysicalDisk(), Path.TrimEndingDirectorySeparator(Path.GetFullPath(databaseFolder)), options), options.Time, ownsWriter: true)
    {
    }

    internal FolderMetadataGateway(FolderWriter writer, TimeProvider time, bool ownsWriter)
    {
        _writer = writer;
        _time = time;
        _ownsWriter = ownsWriter;
        _path = $"{writer.Root}/meta/main.json";
        _file = new SwappedFile(writer, _path);
        _section = new DiskSection(writer.Disk, ReservedFolder.MetaLock(writer.Root), writer.Temporaries.Start);
    }

    /// <inheritdoc/>
    public MetadataTraits Traits { get; } = new() { Provider = "folder", Push = false, SingleObject = true, KeepsKeys = true };

    /// <inheritdoc/>
    public ValueTask<MetaReading> ReadAsync(CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
            return ValueTask.FromCanceled<MetaReading>(cancellation);
        try
        {
            return new ValueTask<MetaReading>(Read());
        }
        catch (Exception failure) when (failure is StorageException or DiskException)
        {
            return ValueTask.FromException<MetaReading>(Named(failure, "read heads"));
        }
    }

    /// <inheritdoc/>
    public ValueTask PublishAsync(MetaEntry entry, IReadOnlyCollection<Cid> superseded, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
            return ValueTask.FromCanceled(cancellation);
        try
        {
            Publish(entry, superseded);
            return ValueTask.CompletedTask;
        }
        catch (Exception failure) when (failure is StorageException or DiskException)
        {
            return ValueTask.FromException(Named(failure, "publish"));
        }
    }

    /// <summary>A folder tells of nothing: the stream is empty, and ends when it is cancelled.</summary>
    public async IAsyncEnumerable<MetaReading> SubscribeAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await Cancelled.WaitAsync(cancellation);
        yield break;
    }

    /// <summary>Closes the lock files. The heads stay.</summary>
    public ValueTask DisposeAsync()
    {
        _file.Dispose();
        _section.Dispose();
        if (_ownsWriter)
            _writer.Dispose();
        return ValueTask.CompletedTask;
    }

    private void Publish(MetaEntry entry, IReadOnlyCollection<Cid> superseded)
    {
        using DiskSection.Pass pass = Enter();
        ImmutableArray<MetaEntry> former = Read().Entries;
        ImmutableArray<MetaEntry>.Builder entries = ImmutableArray.CreateBuilder<MetaEntry>(former.Length + 1);
        HashSet<Cid> seen = [];
        foreach (MetaEntry old in former)
        {
            if ((old.Cid == entry.Cid || !superseded.Contains(old.Cid)) && seen.Add(old.Cid))
                entries.Add(old);
        }

        MetaEntry[] strays = _strays ?? [];
        if (seen.Add(entry.Cid))
            entries.Add(entry);
        else if (entries.Count == former.Length && strays.Length == 0)
            return;
        byte[] file;
        try
        {
            file = MetaFile.Write(entries.ToArray());
        }
        catch (FormatException exception)
        {
            throw new StorageException(StorageErrorKind.Permanent, "publish", _path, exception.Message, exception);
        }

        DiskStat written = _file.Write(file);
        foreach (MetaEntry stray in strays)
            _ = _writer.Disk.Unlink($"{_writer.Root}/meta/{stray.Cid}");
        _strays = [];
        Remember(file, entries.DrainToImmutable(), written);
    }

    // Without file locks the callers of this process still enter one by one, and the commit lock keeps other processes away.
    private DiskSection.Pass Enter()
    {
        try
        {
            return _section.Enter(exclusive: true);
        }
        catch (DiskException failure) when (failure.Failure == DiskFailure.Unsupported)
        {
            return _section.Enter(exclusive: false);
        }
    }

    private MetaReading Read()
    {
        MetaEntry[] strays = _strays ??= ReadStrays();
        if (strays.Length == 0)
            return ReadFile();
        ImmutableArray<MetaEntry> file = ReadFile().Entries;
        MetaEntry[] all = [.. file, .. strays.Where(stray => !file.Any(entry => entry.Cid == stray.Cid))];
        return new MetaReading([.. all.Where(entry => !Array.Exists(all, other => other.Parents.Contains(entry.Cid)))], $"filled-{ReadFile().Version}");
    }

    private MetaEntry[] ReadStrays()
    {
        List<string> names = [];
        _ = _writer.Disk.List($"{_writer.Root}/meta", (name, isFolder) =>
        {
            if (!isFolder && name.Length == Cid.TextLength && Cid.TryParse(name, out _))
                names.Add(name.ToString());
        });
        List<HeadObject> strays = [];
        foreach (string name in names.Order(StringComparer.Ordinal))
        {
            string path = $"{_writer.Root}/meta/{name}";
            if (_writer.Disk.Read(path, 0, long.MaxValue, MetaFile.MaxLength) is not { } content)
                continue;
            ImmutableArray<MetaEntry> entries = Parse(content.Bytes);
            if (entries.Length != 1 || entries[0].Cid.ToString() != name)
                throw new StorageException(StorageErrorKind.Corrupt, "read heads", path, "the file does not hold the one entry that it is named by");
            strays.Add(new HeadObject(entries[0], HeadObject.ReadSuperseded(content.Bytes)));
        }

        return [.. strays.Select(static stray => stray.Entry).Where(entry => !strays.Exists(other => other.Superseded.Contains(entry.Cid)))];
    }

    private MetaReading ReadFile()
    {
        Known? known = _known;
        long now = _time.GetUtcNow().UtcTicks;
        if (known is { IsSettled: true } && _writer.Disk.Stat(_path) is { } stat && stat == known.Stat)
            return known.Reading;
        if (_file.Read(MetaFile.MaxLength) is not { } content)
        {
            RequireAbsence();
            return _never;
        }

        bool settled = _writer.Disk.HasIdentity && now - content.Stat.ModifiedTicks >= Settled.Ticks
            && now - (content.Stat.ChangedNanoseconds / 100) - DateTime.UnixEpoch.Ticks >= Settled.Ticks;
        bool equal = known is not null && content.Bytes.AsSpan().SequenceEqual(known.File);
        if (equal && known!.Stat.Token == content.Stat.Token)
        {
            if (settled || known.Stat != content.Stat)
                _known = known with { Stat = content.Stat, IsSettled = settled };
            return known.Reading;
        }

        return Remember(content.Bytes, equal ? known!.Reading.Entries : Parse(content.Bytes), content.Stat, settled);
    }

    private ImmutableArray<MetaEntry> Parse(byte[] file)
    {
        try
        {
            return MetaFile.Read(file);
        }
        catch (FormatException exception)
        {
            throw new StorageException(StorageErrorKind.Corrupt, "read heads", _path, $"no list of heads ({exception.Message}); restore the file or take the heads of another copy", exception);
        }
    }

    // The hash makes two readings differ even where the file system's times are too coarse to.
    private MetaReading Remember(byte[] file, ImmutableArray<MetaEntry> entries, DiskStat stat, bool settled = false)
    {
        MetaReading reading = new(entries, $"{stat.Token}-{Convert.ToHexStringLower(SHA256.HashData(file).AsSpan(0, 8))}");
        _known = new Known(reading, file, stat, settled);
        return reading;
    }

    private void RequireAbsence()
    {
        if (_writer.Disk.Stat(_path) is { IsFolder: true })
            throw new StorageException(StorageErrorKind.Corrupt, "read heads", _path, "a folder stands where the file of heads should be");
        if (_writer.Disk.Stat(_writer.Root) is not { IsFolder: true })
            throw new StorageException(StorageErrorKind.MissingContainer, "read heads", _writer.Root, "the folder is not there");
    }

    private StorageException Named(Exception failure, string operation) => failure switch
    {
        StorageException storage => storage,
        DiskException { Failure: DiskFailure.TooLarge } large => new StorageException(StorageErrorKind.Corrupt, operation, _path, large.Message, large),
        DiskException disk => FilesystemFailures.ToStorage(disk, operation, _path),
        _ => throw failure,
    };

    private sealed record Known(MetaReading Reading, byte[] File, DiskStat Stat, bool IsSettled);
}
