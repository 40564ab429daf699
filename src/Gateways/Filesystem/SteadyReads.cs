namespace FireproofBench.Gateways.Filesystem;

/// <summary>Reads files that writers without sync put to new use when their name is gone: what is given was not being written at the time.</summary>
internal static class SteadyReads
{
    private const int MaxAttempts = 100;

    /// <summary>Reads a part of a file, and what the file was, as <see cref="IDisk.Read"/> does; again when the name stands for something else afterwards.</summary>
    /// <exception cref="DiskException">Passing when the file changed all the time.</exception>
    public static DiskContent? Read(IDisk disk, string path, long offset, long length, int limit)
    {
        for (int attempt = 0; attempt < MaxAttempts; attempt++)
        {
            DiskContent content;
            try
            {
                if (disk.Read(path, offset, length, limit) is not { } read)
                    return null;
                content = read;
            }
            catch (DiskException failure) when (failure.Failure == DiskFailure.Shortened)
            {
                continue;
            }

            // Number and time are still the same: while it is written anew a file has not this name, and after it another time.
            if (!disk.HasIdentity || (disk.Stat(path) is { } now && now.Token == content.Stat.Token))
                return content;
        }

        throw new DiskException(DiskFailure.Passing, path, "it changed during every attempt to read it");
    }
}
