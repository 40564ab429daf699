using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Layout;

namespace FireproofBench.Gateways.Filesystem;

/// <summary>
/// One page of the keys below a folder, in the order of their bytes. Folders that cannot hold a key of the page are not opened, and of each that is only the
/// smallest names behind the cursor are kept, so that a page of a large folder costs one reading of its names and no more memory than the page.
/// </summary>
/// <remarks>Stateless between pages: the cursor is a key, so keys that come and go elsewhere move nothing.</remarks>
internal sealed class FolderListing(IDisk disk, string root, string prefix, string? after, int limit)
{
    private const int MinBatch = 64;
    private const int MaxBatch = 4096;

    // Names of 255 bytes, the longest of any common file system, with the slash.
    private const int MaxName = 256;

    private readonly List<ObjectInfo> _found = [];
    private readonly int _batch = (int)Math.Clamp((long)limit + 1, MinBatch, MaxBatch);

    /// <summary>Lists.</summary>
    public ListPage Run()
    {
        bool complete = Walk(prefix[..(prefix.LastIndexOf('/') + 1)]);
        return new ListPage(_found, complete ? null : _found[^1].Key);
    }

    // A folder is the key of its contents up to its slash; empty for the root. False when the page was full and a further key is there.
    private bool Walk(string folder)
    {
        string from = "";
        if (after is not null)
        {
            if (after.StartsWith(folder, StringComparison.Ordinal))
                from = after[folder.Length..];
            else if (KeyOrder.Compare(folder, after) < 0)
                return true;
        }

        bool first = true;
        for (; ; )
        {
            List<string> names = Select(folder, from, first, out bool all);
            foreach (string name in names)
            {
                if (!(name[^1] == '/' ? Walk(folder + name) : Add(folder + name)))
                    return false;
            }

            if (all)
                return true;
            from = names[^1];
            first = false;
        }
    }

    private bool Add(string key)
    {
        if (ObjectKey.Complaint(key) is not null || disk.Stat($"{root}/{key}") is not { IsFolder: false } stat)
            return true;
        if (_found.Count == limit)
            return false;
        _found.Add(new ObjectInfo(key, stat.Length, disk.HasIdentity ? stat.Token : "", stat.Modified));
        return true;
    }

    // The smallest names of a folder behind the cursor, folders with a slash at their end: it takes part in the order of whole keys.
    private List<string> Select(string folder, string from, bool first, out bool all)
    {
        string start = prefix.Length > folder.Length ? prefix[folder.Length..] : "";
        List<string> names = [];
        string? largest = null;
        bool cut = false;
        char[] buffer = new char[MaxName];
        _ = disk.List(PathOf(folder), (name, isFolder) =>
        {
            if (!name.StartsWith(start, StringComparison.Ordinal) || (folder.Length == 0 && ReservedFolder.Holds(name.ToString())) || name.Length >= MaxName)
                return;
            ReadOnlySpan<char> entry = name;
            if (isFolder)
            {
                name.CopyTo(buffer);
                buffer[name.Length] = '/';
                entry = buffer.AsSpan(0, name.Length + 1);
            }

            bool behind = KeyOrder.Compare(entry, from) > 0 || (first && isFolder && from.AsSpan().StartsWith(entry, StringComparison.Ordinal));
            if (!behind || (largest is not null && KeyOrder.Compare(entry, largest) > 0))
                return;
            names.Add(entry.ToString());
            if (names.Count < 2 * _batch)
                return;
            names.Sort(KeyOrder.Instance);
            names.RemoveRange(_batch, names.Count - _batch);
            largest = names[^1];
            cut = true;
        });
        names.Sort(KeyOrder.Instance);
        if (names.Count > _batch)
        {
            names.RemoveRange(_batch, names.Count - _batch);
            cut = true;
        }

        all = !cut;
        return names;
    }

    private string PathOf(string folder) => folder.Length == 0 ? root : $"{root}/{folder[..^1]}";
}
