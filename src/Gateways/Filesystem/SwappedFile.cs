namespace FireproofBench.Gateways.Filesystem;

/// <summary>
/// One small file that is replaced over and over: heads, log. The former file, under a temporary name, takes the next content, and the two change names. No
/// file is made or freed, which on some file systems costs a hundred times as much.
/// </summary>
/// <remarks>
/// Only where nothing is synced: after power loss the name could still stand for the file that was written next, so with <see cref="Durability.Fsync"/> every
/// content is a new file. A reader that still has the former file open can see the next content being written; <see cref="Read"/> looks again whether the name
/// stands for what it read. Reads may run at any time, writes one at a time.
/// </remarks>
internal sealed class SwappedFile(FolderWriter writer, string path) : IDisposable
{
    // The former file's temporary name, once there is one.
    private string? _spare;

    /// <summary>Puts the content in place of what is there.</summary>
    /// <returns>What the file is.</returns>
    public DiskStat Write(ReadOnlySpan<byte> content)
    {
        if (writer.Syncs)
            return writer.Replace(path, content);
        if (!TryRewrite(content, out DiskStat written))
        {
            Dispose();
            _spare = writer.Temporaries.Write(content, versioned: false, out written);
        }

        if (!writer.Disk.TryExchange(_spare!, path))
            writer.MoveTo(path, _spare!);
        return written;
    }

    /// <summary>Reads the file. What is given was not being written at the time.</summary>
    /// <param name="limit">How many bytes may be read.</param>
    /// <returns>Null when there is none.</returns>
    /// <exception cref="DiskException">Passing when the file changed all the time.</exception>
    public DiskContent? Read(int limit) => SteadyReads.Read(writer.Disk, path, 0, long.MaxValue, limit);

    /// <summary>Removes the former file; the present one stays.</summary>
    public void Dispose()
    {
        if (_spare is not null)
            writer.Temporaries.Remove(_spare);
        _spare = null;
    }

    private bool TryRewrite(ReadOnlySpan<byte> content, out DiskStat written)
    {
        written = default;
        writer.Temporaries.Start();
        if (_spare is null || writer.Disk.ReopenFile(_spare) is not { } file)
            return false;
        using (file)
        {
            file.Write(content);
            written = file.Stamp(writer.Temporaries.NextStamp());
            return true;
        }
    }
}
