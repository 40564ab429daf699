using System.Collections.Immutable;
using System.Security.Cryptography;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Heads;

/// <summary>What one instance knows of the heads in a store: contents once read, what it published, and what it superseded. Safe for any number of callers.</summary>
internal sealed class HeadSet
{
    private readonly Lock _lock = new();

    // Contents never change, so what was read once need not be read again.
    private readonly Dictionary<Cid, HeadObject> _known = [];
    private readonly OrderedDictionary<Cid, HeadObject> _own = [];

    // Superseded here: never shown again, whatever a listing says. And what is still to be removed: of those, and of what others superseded and left.
    private readonly HashSet<Cid> _dead = [];
    private readonly HashSet<Cid> _due = [];
    private ImmutableArray<MetaEntry> _main = [];
    private string? _mainVersion;
    private MetaReading _reading = new([], "");

    // What the reading was made of; null when something was learnt, published or removed since, or it was to be asked for what is not listed.
    private List<ObjectInfo>? _readFrom;

    /// <summary>Whether a file of a folder is there, and this instance superseded some of it.</summary>
    public bool IsMainTouched
    {
        get
        {
            lock (_lock)
                return _mainVersion is not null && _main.Any(entry => _dead.Contains(entry.Cid));
        }
    }

    /// <summary>The reading as it was, when the listing is the one that it was made of and nothing happened since; else null. Most looks of those who poll find that.</summary>
    public MetaReading? Unchanged(List<ObjectInfo> listed)
    {
        lock (_lock)
        {
            if (_readFrom?.Count != listed.Count)
                return null;
            for (int i = 0; i < listed.Count; i++)
            {
                if (listed[i].Key != _readFrom[i].Key || (listed[i].Key == HeadKeys.Main && listed[i].Version != _readFrom[i].Version))
                    return null;
            }

            return _reading;
        }
    }

    /// <summary>The listed objects that have to be read.</summary>
    public List<ObjectInfo> Unread(List<ObjectInfo> listed)
    {
        lock (_lock)
        {
            return [.. listed.Where(o => HeadKeys.TryParse(o.Key, out Cid cid)
                ? !_known.ContainsKey(cid) && !_own.ContainsKey(cid) && !_dead.Contains(cid)
                : _mainVersion != o.Version)];
        }
    }

    /// <summary>An entry was read.</summary>
    public void Learn(HeadObject head)
    {
        lock (_lock)
        {
            _known[head.Entry.Cid] = head;
            _readFrom = null;
        }
    }

    /// <summary>The file of a folder was read.</summary>
    public void LearnMain(ImmutableArray<MetaEntry> entries, string version)
    {
        lock (_lock)
            (_main, _mainVersion, _readFrom) = (entries, version, null);
    }

    /// <summary>Whether a listing shows a head beside the objects that are gone.</summary>
    public bool HasAny(List<ObjectInfo> listed, HashSet<string> gone)
    {
        lock (_lock)
            return _own.Count > 0 || listed.Exists(o => !gone.Contains(o.Key) && (o.Key == HeadKeys.Main || (HeadKeys.TryParse(o.Key, out Cid cid) && !_dead.Contains(cid))));
    }

    /// <summary>Whether every object that is gone was superseded by one that was found, or by what was published here.</summary>
    public bool Supersedes(List<ObjectInfo> found, HashSet<string> gone)
    {
        lock (_lock)
        {
            IEnumerable<HeadObject> heads = found.Select(o => HeadKeys.TryParse(o.Key, out Cid cid) ? _known.GetValueOrDefault(cid) : null).OfType<HeadObject>().Concat(_own.Values);
            HashSet<Cid> superseded = [.. heads.SelectMany(static head => head.Superseded.Concat(head.Entry.Parents)), .. _dead];
            return gone.All(key => HeadKeys.TryParse(key, out Cid cid) && superseded.Contains(cid));
        }
    }

    /// <summary>What was published here, was not superseded since, and is not listed.</summary>
    public List<Cid> OwnBeside(List<ObjectInfo> listed)
    {
        lock (_lock)
            return _own.Count == 0 ? [] : [.. _own.Keys.Where(cid => !listed.Exists(o => o.Key == HeadKeys.Of(cid)))];
    }

    /// <summary>A head that was read or published here; null for an unknown one.</summary>
    public HeadObject? Find(Cid cid)
    {
        lock (_lock)
            return _known.GetValueOrDefault(cid) ?? _own.GetValueOrDefault(cid);
    }

    /// <summary>An own entry was superseded by another writer.</summary>
    public void Disown(Cid cid)
    {
        lock (_lock)
        {
            _ = _own.Remove(cid);
            _readFrom = null;
        }
    }

    /// <summary>An entry is durable.</summary>
    public void Publish(HeadObject head, IReadOnlyCollection<Cid> superseded)
    {
        MetaEntry entry = head.Entry;
        lock (_lock)
        {
            foreach (Cid cid in superseded.Where(cid => cid != entry.Cid))
            {
                _ = _own.Remove(cid);
                _ = _dead.Add(cid);
                _ = _due.Add(cid);
            }

            _readFrom = null;
            _own[entry.Cid] = head;
            _ = _dead.Remove(entry.Cid);
            _ = _due.Remove(entry.Cid);
        }
    }

    /// <summary>Entries whose objects are to be removed.</summary>
    public Cid[] Due()
    {
        lock (_lock)
            return [.. _due];
    }

    /// <summary>An object is removed, whatever a listing may go on saying.</summary>
    public void NoteRemoved(Cid cid)
    {
        lock (_lock)
        {
            _ = _due.Remove(cid);
            _ = _dead.Add(cid);
            _readFrom = null;
        }
    }

    /// <summary>Whether an object was removed here, and a listing has shown it since or none was read.</summary>
    public bool IsRemoved(Cid cid)
    {
        lock (_lock)
            return _dead.Contains(cid) && !_due.Contains(cid);
    }

    /// <summary>The entries of the folder's file that are not superseded.</summary>
    public MetaEntry[] LiveInMain()
    {
        lock (_lock)
            return [.. _main.Where(entry => !_dead.Contains(entry.Cid))];
    }

    /// <summary>The folder's file is removed; what of it is left has objects of its own.</summary>
    public void NoteMainRemoved()
    {
        lock (_lock)
        {
            foreach (MetaEntry left in _main.Where(entry => !_dead.Contains(entry.Cid)))
                _own[left.Cid] = new HeadObject(left, []);
            (_main, _mainVersion, _readFrom) = ([], null, null);
        }
    }

    /// <summary>The heads, given what is listed and was read. The same instance as before when nothing changed.</summary>
    /// <param name="listed">The objects.</param>
    /// <param name="isCurrent">Whether what is listed is there: then what is no head is still to be removed.</param>
    /// <returns>Null when a listed object has to be read again: another reading, with an older listing, forgot it.</returns>
    public MetaReading? Read(List<ObjectInfo> listed, bool isCurrent)
    {
        lock (_lock)
        {
            if (Unread(listed).Count > 0)
                return null;
            Dictionary<Cid, MetaEntry> heads = Union(listed);
            Forget(listed);
            if (isCurrent)
                NoteLeftOver(listed, heads);
            _readFrom = OwnBeside(listed).Count == 0 ? listed : null;
            if (heads.Count == _reading.Entries.Length && _reading.Entries.All(entry => heads.ContainsKey(entry.Cid)))
                return _reading;

            // What was there keeps its place; the newest come last, as far as the store tells.
            ImmutableArray<MetaEntry>.Builder entries = ImmutableArray.CreateBuilder<MetaEntry>(heads.Count);
            foreach (MetaEntry former in _reading.Entries.Where(entry => heads.Remove(entry.Cid)))
                entries.Add(former);
            Dictionary<string, DateTimeOffset?> times = listed.ToDictionary(static o => o.Key, static o => o.LastModified, StringComparer.Ordinal);
            entries.AddRange(heads.Values
                .OrderBy(entry => _own.IndexOf(entry.Cid))
                .ThenBy(entry => times.GetValueOrDefault(HeadKeys.Of(entry.Cid)))
                .ThenBy(static entry => entry.Cid));
            ImmutableArray<MetaEntry> all = entries.DrainToImmutable();
            return _reading = new MetaReading(all, VersionOf(all));
        }
    }

    /// <summary>Nothing is known any more.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _known.Clear();
            _own.Clear();
            _dead.Clear();
            _due.Clear();
            (_main, _mainVersion, _reading, _readFrom) = ([], null, new MetaReading([], ""), null);
        }
    }

    private static string VersionOf(ImmutableArray<MetaEntry> entries)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (Cid cid in entries.Select(static entry => entry.Cid).Order())
            hash.AppendData(System.Text.Encoding.ASCII.GetBytes(cid.ToString()));
        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 16));
    }

    private Dictionary<Cid, MetaEntry> Union(List<ObjectInfo> listed)
    {
        Dictionary<Cid, HeadObject> present = new(_own);
        foreach (ObjectInfo one in listed)
        {
            if (HeadKeys.TryParse(one.Key, out Cid cid))
            {
                if (_known.TryGetValue(cid, out HeadObject? head))
                    _ = present.TryAdd(cid, head);
            }
            else
            {
                foreach (MetaEntry entry in _main)
                    _ = present.TryAdd(entry.Cid, new HeadObject(entry, []));
            }
        }

        Dictionary<Cid, MetaEntry> heads = present.Values.Select(static head => head.Entry).Where(entry => !_dead.Contains(entry.Cid)).ToDictionary(static entry => entry.Cid);
        Dictionary<Cid, MetaEntry> all = new(heads);
        foreach (Cid superseded in present.Values.SelectMany(static head => head.Superseded.Concat(head.Entry.Parents)))
            _ = heads.Remove(superseded);

        // Two that name each other: somebody published an entry again that had been superseded. One head too many is merged, none would be an empty database.
        return heads.Count > 0 ? heads : all;
    }

    // What is listed and is no head: whoever superseded it has not removed it yet, or died before, or a late request brought it back. It has to go before what hides it does: it would be a
    // head again, of files that a compaction may have deleted.
    private void NoteLeftOver(List<ObjectInfo> listed, Dictionary<Cid, MetaEntry> heads)
    {
        HashSet<Cid> left = [.. listed.Select(static o => HeadKeys.TryParse(o.Key, out Cid cid) ? cid : default).Where(cid => cid.IsDefined && !heads.ContainsKey(cid))];
        _due.RemoveWhere(cid => !left.Contains(cid) && !_dead.Contains(cid));
        _due.UnionWith(left);
    }

    // An object that is neither listed nor still to be removed does not come back; were it to, it would be read again.
    private void Forget(List<ObjectInfo> listed)
    {
        HashSet<Cid> present = [.. listed.Select(static o => HeadKeys.TryParse(o.Key, out Cid cid) ? cid : default)];
        foreach (Cid cid in _known.Keys.Where(cid => !present.Contains(cid)).ToList())
            _ = _known.Remove(cid);
        _ = _dead.RemoveWhere(cid => !present.Contains(cid) && !_due.Contains(cid) && !_main.Any(entry => entry.Cid == cid));
        if (!listed.Exists(static o => o.Key == HeadKeys.Main))
            (_main, _mainVersion) = ([], null);
    }
}
