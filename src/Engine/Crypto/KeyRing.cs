using System.Collections.Immutable;

namespace FireproofBench.Engine.Crypto;

/// <summary>The keys of one database: one that seals new files, any number that open old ones. Keys come while the database is open; none goes. Safe for any number of callers.</summary>
public sealed class KeyRing : IDisposable
{
    /// <summary>Most keys that are written into one item of a key bag.</summary>
    public const int MaxKeys = 200;

    private readonly Lock _gate = new();
    private volatile Content _content;

    /// <summary>A ring of these keys, which belong to it from now on.</summary>
    /// <param name="sealing">The key for new files.</param>
    /// <param name="others">Further keys that open files.</param>
    public KeyRing(FileKey sealing, params ReadOnlySpan<FileKey> others)
        : this([sealing, .. others], sealing)
    {
    }

    internal KeyRing(ImmutableArray<FileKey> keys, FileKey sealing) => _content = new Content([.. keys.DistinctBy(static key => key.Fingerprint)], sealing);

    /// <summary>The key for new files.</summary>
    public FileKey Sealing => _content.Sealing;

    /// <summary>All keys, in the order in which they came.</summary>
    public ImmutableArray<FileKey> Keys => _content.Keys;

    /// <summary>Looks into the key bag again and adds what is new there; null where no bag is behind the ring.</summary>
    internal Func<CancellationToken, ValueTask>? LookAgain { get; set; }

    /// <summary>Finds the key with this fingerprint; null when the ring has none.</summary>
    public FileKey? Find(KeyFingerprint fingerprint) => _content.Index.GetValueOrDefault(fingerprint);

    /// <summary>Adds copies of those keys of another ring that are not here. What seals stays.</summary>
    /// <returns>How many were added.</returns>
    public int Add(KeyRing other)
    {
        lock (_gate)
        {
            ImmutableArray<FileKey> added = [.. other.Keys.Where(key => Find(key.Fingerprint) is null).Select(static key => key.Copy())];
            if (added.Length > 0)
                _content = new Content([.. Keys, .. added], Sealing);
            return added.Length;
        }
    }

    /// <summary>Adds a copy of a key, when it is not here. What seals stays.</summary>
    public void Add(FileKey key)
    {
        lock (_gate)
        {
            if (Find(key.Fingerprint) is null)
                _content = new Content([.. Keys, key.Copy()], Sealing);
        }
    }

    /// <summary>Seals new files with another key of the ring.</summary>
    /// <exception cref="ArgumentException">The ring has no such key.</exception>
    public void SealWith(KeyFingerprint fingerprint)
    {
        lock (_gate)
            _content = new Content(Keys, Find(fingerprint) ?? throw new ArgumentException($"The ring has no key {fingerprint}.", nameof(fingerprint)));
    }

    /// <summary>A ring of its own with the same keys.</summary>
    public KeyRing Copy()
    {
        ImmutableArray<FileKey> keys = [.. Keys.Select(static key => key.Copy())];
        return new KeyRing(keys, keys.First(key => key.Fingerprint == Sealing.Fingerprint));
    }

    /// <summary>Erases all keys.</summary>
    public void Dispose()
    {
        foreach (FileKey key in Keys)
            key.Dispose();
    }

    private sealed class Content(ImmutableArray<FileKey> keys, FileKey sealing)
    {
        public ImmutableArray<FileKey> Keys { get; } = keys;

        public FileKey Sealing { get; } = sealing;

        public Dictionary<KeyFingerprint, FileKey> Index { get; } = keys.ToDictionary(static key => key.Fingerprint);
    }
}
