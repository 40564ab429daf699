using FireproofBench.Gateways.Filesystem;

namespace FireproofBench.Properties.Gateways.Filesystem;

/// <summary>A disk that shows each step before the real one takes it; what it is shown to may throw instead.</summary>
/// <param name="step">The step: a verb, and the path as far as it is below the root.</param>
/// <param name="root">What is cut off the paths.</param>
internal sealed class DelegatingDisk(string root, Action<string> step) : IDisk
{
    private readonly PhysicalDisk _disk = new();

    public bool HasIdentity => _disk.HasIdentity;

    public IDiskFile CreateFile(string path, bool ownerOnly)
    {
        Tell("create", path);
        return new StepFile(this, path, _disk.CreateFile(path, ownerOnly));
    }

    public IDiskFile? ReopenFile(string path)
    {
        Tell("reopen", path);
        return _disk.ReopenFile(path) is { } file ? new StepFile(this, path, file) : null;
    }

    public bool TryExchange(string left, string right)
    {
        Tell("exchange", right);
        return _disk.TryExchange(left, right);
    }

    public void Rename(string from, string to)
    {
        Tell("rename", to);
        _disk.Rename(from, to);
    }

    public bool TryLink(string from, string to)
    {
        Tell("link", to);
        return _disk.TryLink(from, to);
    }

    public void SyncFolder(string path)
    {
        Tell("sync folder", path);
        _disk.SyncFolder(path);
    }

    public DiskContent? Read(string path, long offset, long length, int limit)
    {
        Tell("read", path);
        return _disk.Read(path, offset, length, limit);
    }

    public DiskStat? Stat(string path)
    {
        Tell("stat", path);
        return _disk.Stat(path);
    }

    public bool Unlink(string path)
    {
        Tell("unlink", path);
        return _disk.Unlink(path);
    }

    public bool List(string path, DiskEntryVisitor visitor)
    {
        Tell("list", path);
        return _disk.List(path, visitor);
    }

    public bool MakeFolder(string path, bool ownerOnly)
    {
        Tell("make folder", path);
        return _disk.MakeFolder(path, ownerOnly);
    }

    public bool RemoveEmptyFolder(string path) => _disk.RemoveEmptyFolder(path);

    public IDiskLock OpenLock(string path) => _disk.OpenLock(path);

    private void Tell(string verb, string path)
    {
        string relative = path.Length > root.Length ? path[(root.Length + 1)..] : "root";
        step($"{verb} {(relative.StartsWith(".fireproofbench/tmp/", StringComparison.Ordinal) ? "temporary" : relative)}");
    }

    private sealed class StepFile(DelegatingDisk owner, string path, IDiskFile file) : IDiskFile
    {
        public void Write(ReadOnlySpan<byte> content)
        {
            owner.Tell("write", path);
            file.Write(content);
        }

        public void Append(ReadOnlySpan<byte> content)
        {
            owner.Tell("append", path);
            file.Append(content);
        }

        public DiskStat Stamp(long ticks) => file.Stamp(ticks);

        public void Sync()
        {
            owner.Tell("sync", path);
            file.Sync();
        }

        public void Dispose() => file.Dispose();
    }
}
