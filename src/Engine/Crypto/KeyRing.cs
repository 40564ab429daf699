namespace FireproofBench.Engine.Crypto;

/// <summary>The keys of one database: one that seals new files, any number that open old ones.</summary>
/// <param name="sealing">The key for new files.</param>
/// <param name="others">Further keys that open files.</param>
public sealed class KeyRing(FileKey sealing, params ReadOnlySpan<FileKey> others) : IDisposable
{
    private readonly Dictionary<KeyFingerprint, FileKey> _keys = Index(sealing, others);

    /// <summary>The key for new files.</summary>
    public FileKey Sealing { get; } = sealing;

    /// <summary>Finds the key with this fingerprint; null when the ring has none.</summary>
    public FileKey? Find(KeyFingerprint fingerprint) => _keys.GetValueOrDefault(fingerprint);

    /// <summary>Erases all keys.</summary>
    public void Dispose()
    {
        foreach (FileKey key in _keys.Values)
            key.Dispose();
    }

    private static Dictionary<KeyFingerprint, FileKey> Index(FileKey sealing, ReadOnlySpan<FileKey> others)
    {
        var keys = new Dictionary<KeyFingerprint, FileKey> { [sealing.Fingerprint] = sealing };
        foreach (FileKey key in others)
            keys[key.Fingerprint] = key;
        return keys;
    }
}
