using System.Collections.Concurrent;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Filesystem;

namespace FireproofBench.Gateways.Wrapping;

/// <summary>The files of a read cache. Any number of processes may share the folder: files appear whole, and one that another process removed is a miss.</summary>
internal sealed class CacheFolder : IDisposable
{
    private const int MaxRemembered = 8192;
    private static readonly TimeSpan s_freshness = TimeSpan.FromMinutes(1);

    private readonly CacheOptions _options;
    private readonly FolderWriter _writer;
    private readonly Lock _lock = new();

    // Of each file that was used here: when, and as which content it was checked.
    private readonly ConcurrentDictionary<string, (long UsedTicks, string Token)> _used = new(StringComparer.Ordinal);
    private long _addedSinceLook = long.MaxValue / 2;

    public CacheFolder(CacheOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.MaxLength, nameof(options));
        _options = options;
        string root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(options.Folder));
        _ = Directory.CreateDirectory(root);
        _writer = new FolderWriter(
            new PhysicalDisk(), root, new GatewayOptions { Time = options.Time, Entropy = options.Entropy, Durability = Durability.Os }, ownerOnly: true);
    }

    /// <summary>A part of an object, as a get would give it.</summary>
    public static ObjectContent Cut(ObjectContent content, ByteRange? range)
    {
        if (range is not { } part)
            return content;
        int offset = (int)Math.Min(part.Offset, content.Bytes.Length);
        return content with { Bytes = content.Bytes.Slice(offset, (int)Math.Min(part.Length, content.Bytes.Length - offset)) };
    }

    /// <summary>Reads an object or a part of it; null when it is not here, or is not what was kept.</summary>
    public ObjectContent? TryRead(string name, string key, ByteRange? range)
    {
        try
        {
            string path = PathOf(name);
            return (range is { } part ? ReadPart(path, name, key, part) : null) ?? (ReadWhole(path, name, key) is { } whole ? Cut(whole, range) : null);
        }
        catch (DiskException)
        {
            return null;
        }
    }

    /// <summary>Keeps an object, and makes room for it when there is too little.</summary>
    public void Keep(string name, ObjectContent content)
    {
        if (CacheEntry.Encode(content) is not { } bytes)
            return;
        try
        {
            DiskStat written = _writer.Replace(PathOf(name), bytes);
            Remember(name, NowTicks, written.Token);
            bool look;
            lock (_lock)
            {
                _addedSinceLook += bytes.Length;
                look = _addedSinceLook > _options.MaxLength / 16;
                if (look)
                    _addedSinceLook = 0;
            }

            if (look)
                MakeRoom();
        }
        catch (Exception failure) when (failure is DiskException or StorageException)
        {
            // The object is not kept; it was read all the same.
        }
    }

    /// <summary>Drops an object.</summary>
    public void Forget(string name)
    {
        _ = _used.TryRemove(name, out _);
        try
        {
            _ = _writer.Disk.Unlink(PathOf(name));
        }
        catch (DiskException)
        {
            // It goes when room is made.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _writer.Dispose();

    private long NowTicks => _options.Time.GetUtcNow().UtcTicks;

    private string PathOf(string name) => $"{_writer.Root}/{name}";

    private ObjectContent? ReadWhole(string path, string name, string key)
    {
        if (SteadyReads.Read(_writer.Disk, path, 0, long.MaxValue, ObjectContent.MaxLength) is not { } file)
            return null;
        if (CacheEntry.Decode(key, file.Bytes) is { } content)
        {
            Use(path, name, file.Stat);
            return content;
        }

        Forget(name);
        return null;
    }

    // Only of a file that was checked here before and is still the same: else all of it has to be read.
    private ObjectContent? ReadPart(string path, string name, string key, ByteRange range)
    {
        if (!_writer.Disk.HasIdentity || !_used.TryGetValue(name, out (long UsedTicks, string Token) known))
            return null;
        if (SteadyReads.Read(_writer.Disk, path, 0, CacheEntry.HeadLength, CacheEntry.HeadLength) is not { } head || head.Stat.Token != known.Token
            || CacheEntry.DecodeHead(key, head.Bytes) is not { } info)
            return null;
        if (range.Offset >= info.Length)
            return new ObjectContent(ReadOnlyMemory<byte>.Empty, info);
        if (SteadyReads.Read(_writer.Disk, path, CacheEntry.HeadLength + range.Offset, range.Length, ObjectContent.MaxLength) is not { } part || part.Stat.Token != known.Token)
            return null;
        Use(path, name, part.Stat);
        return new ObjectContent(part.Bytes, info);
    }

    // The time of a file is when it was last used, to the minute, so that other processes know it too.
    private void Use(string path, string name, DiskStat stat)
    {
        long now = NowTicks;
        string token = stat.Token;
        if (now - stat.ModifiedTicks >= s_freshness.Ticks)
        {
            using IDiskFile? file = _writer.Disk.ReopenFile(path);
            if (file?.Stamp(now) is { } stamped && stamped.Inode == stat.Inode && stamped.Length == stat.Length)
                token = stamped.Token;
        }

        Remember(name, now, token);
    }

    private void Remember(string name, long ticks, string token)
    {
        if (_used.Count >= MaxRemembered)
            _used.Clear();
        _used[name] = (ticks, token);
    }

    private void MakeRoom()
    {
        List<(string Name, long Length, long UsedTicks)> files = [];
        long total = 0;
        _ = _writer.Disk.List(_writer.Root, (entry, isFolder) =>
        {
            string name = entry.ToString();
            if (!isFolder && _writer.Disk.Stat(PathOf(name)) is { IsFolder: false } stat)
            {
                long used = _used.TryGetValue(name, out (long UsedTicks, string Token) known) ? Math.Max(known.UsedTicks, stat.ModifiedTicks) : stat.ModifiedTicks;
                files.Add((name, stat.Length, used));
                total += stat.Length;
            }
        });
        if (total <= _options.MaxLength)
            return;
        foreach ((string name, long length, long _) in files.OrderBy(static f => f.UsedTicks).ThenBy(static f => f.Name, StringComparer.Ordinal))
        {
            if (total <= _options.MaxLength / 10 * 9)
                return;
            Forget(name);
            total -= length;
        }
    }
}
