using FireproofBench.Gateways.Filesystem;

namespace FireproofBench.Simulation.Disks;

/// <summary>
/// A disk in memory that keeps what was synced apart from what was only done, so that its power can be cut after any step, and that can be full. Whatever asks it
/// afterwards is refused; <see cref="AfterPowerCut(int, LostContent)"/> gives what a machine would find that starts again.
/// </summary>
/// <remarks>
/// A sync of a file makes its content stay, a sync of a folder its names. What was not synced may have reached the medium or not: names in the order in which they
/// were changed, contents whole, by half or not at all. A rename or an exchange reaches it whole or not at all.
/// </remarks>
internal sealed class SimulatedDisk : IDisk
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, SimulatedContent?> _names = new(StringComparer.Ordinal) { [""] = null };
    private readonly Dictionary<string, SimulatedContent?> _synced = new(StringComparer.Ordinal) { [""] = null };
    private readonly List<NameChange> _unsynced = [];
    private long _files;
    private long _clock = 1;

    /// <summary>How many more steps are done before the power is gone.</summary>
    public long StepsLeft { get; set; } = long.MaxValue;

    /// <summary>How many bytes may still be written before the disk is full.</summary>
    public long Room { get; set; } = long.MaxValue;

    /// <summary>Called once when the power goes.</summary>
    public Action? WentOff { get; set; }

    /// <summary>Whether the power is gone.</summary>
    public bool IsOff { get; private set; }

    /// <summary>How many changes of names were not synced.</summary>
    public int UnsyncedNames => _unsynced.Count;

    /// <inheritdoc/>
    public bool HasIdentity => true;

    /// <summary>What is found when the power comes back.</summary>
    /// <param name="names">How many changes of names that were not synced reached the medium, from the first on.</param>
    /// <param name="contents">What became of contents that were not synced.</param>
    public SimulatedDisk AfterPowerCut(int names, LostContent contents) => AfterPowerCut(_unsynced.Take(names), _ => contents);

    /// <summary>The same by chance: names are written back in any order, but for changes of one name, of which a later one never comes without the earlier; each content by itself.</summary>
    public SimulatedDisk AfterPowerCut(Dice dice)
    {
        HashSet<string> held = new(StringComparer.Ordinal);
        List<NameChange> reached = [];
        foreach (NameChange change in _unsynced)
        {
            if (dice.OneIn(3) || change.Paths.Any(held.Contains))
                held.UnionWith(change.Paths);
            else
                reached.Add(change);
        }

        return AfterPowerCut(reached, _ => (LostContent)dice.Below(3));
    }

    private SimulatedDisk AfterPowerCut(IEnumerable<NameChange> reached, Func<SimulatedContent, LostContent> lose)
    {
        SimulatedDisk after = new() { Room = Room };
        Dictionary<string, SimulatedContent?> found = new(_synced, StringComparer.Ordinal);
        foreach (NameChange change in reached)
            change.ApplyTo(found);

        // One file may have several names; what became of its content is the same by each.
        Dictionary<SimulatedContent, SimulatedContent> left = [];

        // A name whose folder did not reach the medium is out of reach; the shorter path comes first.
        foreach ((string path, SimulatedContent? content) in found.OrderBy(static entry => entry.Key.Length).ThenBy(static entry => entry.Key, StringComparer.Ordinal))
        {
            if (path.Length > 0 && !(after._names.TryGetValue(ParentOf(path), out SimulatedContent? parent) && parent is null))
                continue;
            SimulatedContent? kept = null;
            if (content is not null && !left.TryGetValue(content, out kept))
                left[content] = kept = content.AfterPowerCut(lose(content));
            after._names[path] = after._synced[path] = kept;
        }

        after._files = _files;
        after._clock = _clock + 1_000_000_000;
        return after;
    }

    /// <summary>Every path in a folder and below it, folders excepted.</summary>
    public IReadOnlyList<string> FilesBelow(string folder)
    {
        lock (_gate)
            return [.. _names.Where(entry => entry.Value is not null && entry.Key.StartsWith(folder + "/", StringComparison.Ordinal)).Select(static entry => entry.Key)];
    }

    /// <inheritdoc/>
    public IDiskFile CreateFile(string path, bool ownerOnly)
    {
        lock (_gate)
        {
            Step(path);
            RequireParent(path);
            if (_names.ContainsKey(path))
                throw new DiskException(DiskFailure.Exists, path, "File exists");
            if (Room <= 0)
                throw Full(path);
            SimulatedContent content = new(++_files);
            Change(new NameChange((path, content)));
            return new SimulatedFile(this, path, content);
        }
    }

    /// <inheritdoc/>
    public IDiskFile? ReopenFile(string path)
    {
        lock (_gate)
        {
            Step(path);
            return _names.GetValueOrDefault(path) is { } content && _names.Values.Count(other => other == content) == 1 ? new SimulatedFile(this, path, content) : null;
        }
    }

    /// <inheritdoc/>
    public bool TryExchange(string left, string right)
    {
        lock (_gate)
        {
            Step(right);
            if (_names.GetValueOrDefault(left) is not { } first || _names.GetValueOrDefault(right) is not { } second)
                return false;
            Change(new NameChange((left, second), (right, first)));
            return true;
        }
    }

    /// <inheritdoc/>
    public void Rename(string from, string to)
    {
        lock (_gate)
        {
            Step(to);
            RequireParent(to);
            if (_names.GetValueOrDefault(from) is not { } content)
                throw new DiskException(DiskFailure.Missing, from, "No such file or directory");
            if (_names.TryGetValue(to, out SimulatedContent? there) && there is null)
                throw new DiskException(DiskFailure.IsFolder, to, "Is a directory");
            Change(new NameChange((to, content), (from, null)));
        }
    }

    /// <inheritdoc/>
    public bool TryLink(string from, string to)
    {
        lock (_gate)
        {
            Step(to);
            RequireParent(to);
            if (_names.GetValueOrDefault(from) is not { } content)
                throw new DiskException(DiskFailure.Missing, from, "No such file or directory");
            if (_names.ContainsKey(to))
                return false;
            Change(new NameChange((to, content)));
            return true;
        }
    }

    /// <inheritdoc/>
    public void SyncFolder(string path)
    {
        lock (_gate)
        {
            Step(path);
            string folder = path.TrimEnd('/');
            for (int i = 0; i < _unsynced.Count;)
            {
                if (!_unsynced[i].Touches(folder))
                {
                    i++;
                    continue;
                }

                _unsynced[i].ApplyTo(_synced);
                _unsynced.RemoveAt(i);
            }
        }
    }

    /// <inheritdoc/>
    public DiskContent? Read(string path, long offset, long length, int limit)
    {
        lock (_gate)
        {
            RequirePower(path);
            if (_names.GetValueOrDefault(path) is not { } content)
                return null;
            int start = (int)Math.Min(offset, content.Bytes.Length);
            int count = (int)Math.Min(length, content.Bytes.Length - start);
            return count > limit ? throw new DiskException(DiskFailure.TooLarge, path, "File too large")
                : new DiskContent(content.Bytes.AsSpan(start, count).ToArray(), content.Stat);
        }
    }

    /// <inheritdoc/>
    public DiskStat? Stat(string path)
    {
        lock (_gate)
        {
            RequirePower(path);
            return !_names.TryGetValue(path, out SimulatedContent? content) ? null : content?.Stat ?? new DiskStat(true, 0, 0, 0, 0, 1, 0);
        }
    }

    /// <inheritdoc/>
    public bool Unlink(string path)
    {
        lock (_gate)
        {
            Step(path);
            if (_names.GetValueOrDefault(path) is null)
                return false;
            Change(new NameChange((path, null)));
            return true;
        }
    }

    /// <inheritdoc/>
    public bool List(string path, DiskEntryVisitor visitor)
    {
        (string Name, bool IsFolder)[] entries;
        lock (_gate)
        {
            RequirePower(path);
            if (!_names.TryGetValue(path, out SimulatedContent? folder) || folder is not null)
                return false;
            entries = [.. _names.Where(entry => entry.Key.Length > 0 && ParentOf(entry.Key) == path).Select(entry => (entry.Key[(path.Length + 1)..], entry.Value is null))];
        }

        foreach ((string name, bool isFolder) in entries)
            visitor(name, isFolder);
        return true;
    }

    /// <inheritdoc/>
    public bool MakeFolder(string path, bool ownerOnly)
    {
        lock (_gate)
        {
            Step(path);
            RequireParent(path);
            if (_names.ContainsKey(path))
                return false;
            Change(NameChange.NewFolder(path));
            return true;
        }
    }

    /// <inheritdoc/>
    public bool RemoveEmptyFolder(string path)
    {
        lock (_gate)
        {
            Step(path);
            if (!_names.TryGetValue(path, out SimulatedContent? folder) || folder is not null || _names.Keys.Any(other => other.Length > 0 && ParentOf(other) == path && other != path))
                return false;
            Change(new NameChange((path, null)));
            return true;
        }
    }

    /// <inheritdoc/>
    public IDiskLock OpenLock(string path) => new SimulatedLock();

    /// <summary>Changes the content of an open file; as much as there is room for.</summary>
    internal void Write(string path, SimulatedContent content, ReadOnlySpan<byte> bytes, bool isWhole)
    {
        lock (_gate)
        {
            Step(path);
            int fits = (int)Math.Min(bytes.Length, Room);
            Room -= fits;
            content.Write(bytes[..fits], isWhole, ++_clock);
            if (fits < bytes.Length)
                throw Full(path);
        }
    }

    /// <summary>Sets the time of an open file.</summary>
    internal DiskStat Stamp(string path, SimulatedContent content, long ticks)
    {
        lock (_gate)
        {
            RequirePower(path);
            content.Stamp(ticks, ++_clock);
            return content.Stat;
        }
    }

    /// <summary>Makes the content of an open file stay.</summary>
    internal void Sync(string path, SimulatedContent content)
    {
        lock (_gate)
        {
            Step(path);
            content.Sync();
        }
    }

    /// <summary>The path of the folder that a name is in.</summary>
    internal static string ParentOf(string path) => path[..path.LastIndexOf('/')];

    private static DiskException Full(string path) => new(DiskFailure.NoSpace, path, "No space left on device");

    private void Step(string path)
    {
        RequirePower(path);
        if (StepsLeft-- > 0)
            return;
        IsOff = true;
        WentOff?.Invoke();
        RequirePower(path);
    }

    private void RequirePower(string path)
    {
        if (IsOff)
            throw new DiskException(DiskFailure.Medium, path, "the power was cut before this, on purpose");
    }

    private void RequireParent(string path)
    {
        if (!_names.TryGetValue(ParentOf(path), out SimulatedContent? parent))
            throw new DiskException(DiskFailure.Missing, path, "No such file or directory");
        if (parent is not null)
            throw new DiskException(DiskFailure.NotFolder, path, "Not a directory");
    }

    private void Change(NameChange change)
    {
        change.ApplyTo(_names);
        _unsynced.Add(change);
    }
}
