using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Filesystem;
using FireproofBench.Gateways.Layout;

namespace FireproofBench.Gateways.WebDav;

/// <summary>
/// One page of the keys below a folder, in the order of their bytes. Folders that cannot hold a key of the page are not asked for, and of each answer only the
/// smallest names behind the cursor are kept: a page of a large folder costs one reading of its names and no more memory than the page.
/// </summary>
/// <remarks>Stateless between pages: the cursor is a key, so keys that come and go elsewhere move nothing.</remarks>
internal sealed class WebDavListing(WebDavConnection connection, string prefix, string? after, int limit, CancellationToken cancellation)
{
    private const int MinBatch = 64;
    private const int MaxBatch = 4096;

    private readonly List<ObjectInfo> _found = [];
    private readonly int _batch = (int)Math.Clamp((long)limit + 1, MinBatch, MaxBatch);

    /// <summary>Whether the folder of the prefix was there.</summary>
    public bool FoundFolder { get; private set; } = true;

    /// <summary>Lists.</summary>
    public async ValueTask<ListPage> RunAsync()
    {
        bool complete = await WalkAsync(prefix[..(prefix.LastIndexOf('/') + 1)], isTop: true);
        return new ListPage(_found, complete ? null : _found[^1].Key);
    }

    // A folder is the key of its contents up to its slash; empty for the root. False when the page was full and a further key is there.
    private async ValueTask<bool> WalkAsync(string folder, bool isTop)
    {
        string from = "";
        if (after is not null)
        {
            if (after.StartsWith(folder, StringComparison.Ordinal))
                from = after[folder.Length..];
            else if (KeyOrder.Compare(folder, after) < 0)
                return true;
        }

        for (bool first = true; ; first = false)
        {
            if (await SelectAsync(folder, from, first) is not { } selection)
            {
                FoundFolder &= !isTop;
                return true;
            }

            foreach ((string name, WebDavEntry entry) in selection.Names)
            {
                if (!(entry.IsCollection ? await WalkAsync(folder + name, isTop: false) : await AddAsync(folder + name, entry)))
                    return false;
            }

            if (selection.IsAll)
                return true;
            from = selection.Names[^1].Name;
        }
    }

    private async ValueTask<bool> AddAsync(string key, WebDavEntry entry)
    {
        if (ObjectKey.Complaint(key) is not null)
            return true;

        // A server may tell the length only when it is asked for one object.
        if (entry.Length is null)
        {
            if (await connection.LookAsync(key, "list", cancellation) is not { } found)
                return true;
            entry = found;
        }

        if (_found.Count == limit)
            return false;
        _found.Add(WebDavDataGateway.Describe(key, entry));
        return true;
    }

    // The smallest names of a folder behind the cursor, folders with a slash at their end: it takes part in the order of whole keys. Null when it is not there.
    private async ValueTask<Selection?> SelectAsync(string folder, string from, bool first)
    {
        if (await connection.ListAsync(folder, prefix, cancellation) is not { } entries)
            return null;
        string start = prefix.Length > folder.Length ? prefix[folder.Length..] : "";
        string[] own = [.. connection.BaseSegments, .. folder.Split('/', StringSplitOptions.RemoveEmptyEntries)];
        List<(string Name, WebDavEntry Entry)> names = [];
        string? largest = null;
        bool cut = false;
        await foreach (WebDavEntry entry in entries)
        {
            if (NameOf(entry, own) is not { } name || !name.StartsWith(start, StringComparison.Ordinal) || (folder.Length == 0 && ReservedFolder.Holds(name)))
                continue;
            if (entry.IsCollection)
                name += "/";
            bool behind = KeyOrder.Compare(name, from) > 0 || (first && entry.IsCollection && from.StartsWith(name, StringComparison.Ordinal));
            if (!behind || (largest is not null && KeyOrder.Compare(name, largest) > 0))
                continue;
            names.Add((name, entry));
            if (names.Count >= 2 * _batch)
            {
                Keep(names);
                largest = names[^1].Name;
                cut = true;
            }
        }

        names.Sort(static (left, right) => KeyOrder.Compare(left.Name, right.Name));
        if (names.Count > _batch)
        {
            Keep(names);
            cut = true;
        }

        return new Selection(names, !cut);
    }

    private void Keep(List<(string Name, WebDavEntry Entry)> names)
    {
        names.Sort(static (left, right) => KeyOrder.Compare(left.Name, right.Name));
        names.RemoveRange(_batch, names.Count - _batch);
    }

    // The folder itself is in its own listing, and a server may be wrong about more: only what lies right below counts.
    private static string? NameOf(WebDavEntry entry, string[] own)
    {
        if (WebDavPath.Segments(entry.Path) is not { } segments || segments.Length != own.Length + 1 || !segments.AsSpan(0, own.Length).SequenceEqual(own))
            return null;
        return WebDavDataGateway.IsServers(segments[^1]) ? null : segments[^1];
    }

    private sealed record Selection(List<(string Name, WebDavEntry Entry)> Names, bool IsAll);
}
