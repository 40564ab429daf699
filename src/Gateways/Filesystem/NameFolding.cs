using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Layout;

namespace FireproofBench.Gateways.Filesystem;

/// <summary>
/// Keeps keys from standing for one another on a file system that ignores case or changes the spelling of Unicode. Asked only for keys that could be hit:
/// those of the engine are lower case ASCII and never cost anything.
/// </summary>
internal sealed class NameFolding(FolderWriter writer)
{
    private enum Answer
    {
        Unknown,
        Exact,
        Folds,
    }

    private volatile Answer _answer;

    /// <summary>Refuses a key that this file system could keep under another name.</summary>
    /// <param name="key">A valid key.</param>
    /// <param name="operation">For the message.</param>
    /// <exception cref="StorageException">InvalidName.</exception>
    public void Check(string key, string operation)
    {
        if (ObjectKey.IsPlain(key))
            return;
        if (_answer == Answer.Unknown)
            _answer = Probe();
        if (_answer == Answer.Folds)
        {
            throw new StorageException(
                StorageErrorKind.InvalidName, operation, key, "this file system ignores case or changes the spelling of letters, so only lower case ASCII is safe in a key");
        }
    }

    // One file with a capital and a composed letter; then the same name spelt in two other ways.
    private Answer Probe()
    {
        string exact;
        try
        {
            exact = writer.Temporaries.MakeProbe("Probe-\u00e9-");
        }
        catch (DiskException failure) when (failure.Failure is DiskFailure.Denied or DiskFailure.ReadOnly)
        {
            // Nothing can be written, so nothing can be aliased either; reads give what is there.
            return Answer.Unknown;
        }
        catch (DiskException failure) when (failure.Failure is DiskFailure.BadName)
        {
            return Answer.Folds;
        }

        try
        {
            int name = exact.LastIndexOf('/') + 1;
            string lower = exact[..name] + exact[name..].Replace('P', 'p');
            string decomposed = exact[..name] + exact[name..].Replace("\u00e9", "e\u0301", StringComparison.Ordinal);
            return writer.Disk.Stat(lower) is null && writer.Disk.Stat(decomposed) is null ? Answer.Exact : Answer.Folds;
        }
        finally
        {
            _ = writer.Disk.Unlink(exact);
        }
    }
}
