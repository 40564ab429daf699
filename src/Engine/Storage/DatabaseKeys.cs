using System.Collections.Immutable;
using FireproofBench.Engine.Crypto;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Threading;

namespace FireproofBench.Engine.Storage;

/// <summary>The keys of one open database, in memory and in its key bag. What is here is in the bag first, so that no file is sealed with a key that a crash can lose.</summary>
internal sealed class DatabaseKeys
{
    // Others change the item in the moment between reading and writing at most a few times.
    private const int MaxAttempts = 32;

    private readonly string _keyName;
    private readonly IKeyBag _bag;
    private readonly bool _isReadOnly;
    private readonly AsyncLock _turn = new();

    /// <summary>Stands between a ring and the bag that it came from.</summary>
    /// <param name="name">The database.</param>
    /// <param name="bag">The bag.</param>
    /// <param name="ring">The keys as they were read; they belong to this from now on.</param>
    /// <param name="isReadOnly">Whether the bag must stay as it is.</param>
    public DatabaseKeys(string name, IKeyBag bag, KeyRing ring, bool isReadOnly)
    {
        _keyName = NameOf(name);
        _bag = bag;
        _isReadOnly = isReadOnly;
        Ring = ring;
        ring.LookAgain = LookAgainAsync;
    }

    /// <summary>The keys.</summary>
    public KeyRing Ring { get; }

    /// <summary>The name of a database's key.</summary>
    public static string NameOf(string database) => $"@{database}-data@";

    /// <summary>Reads the item of a database; null when the bag has none.</summary>
    /// <exception cref="KeyBagException">The item cannot be used.</exception>
    public static async ValueTask<KeyRing?> ReadAsync(string database, IKeyBag bag, CancellationToken cancellation) =>
        (await ReadItemAsync(NameOf(database), bag, cancellation)).Keys;

    /// <summary>Changes the item of a key name, whoever else does at the same time.</summary>
    /// <param name="keyName">The key name.</param>
    /// <param name="bag">The bag.</param>
    /// <param name="change">Gets the keys of the item, null when there is none; gives the keys that it is to have.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>The keys of the item now.</returns>
    /// <exception cref="KeyBagException">The item cannot be used, has too many keys, or never stood still.</exception>
    public static async ValueTask<KeyRing> ChangeAsync(string keyName, IKeyBag bag, Func<KeyRing?, KeyRing> change, CancellationToken cancellation)
    {
        for (int attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            (KeyRing? former, ReadOnlyMemory<byte>? item) = await ReadItemAsync(keyName, bag, cancellation, keep: true);
            KeyRing changed = change(former);
            byte[] written = KeyBagItem.Write(keyName, changed);
            bool isDone;
            try
            {
                isDone = (item is { } there && there.Span.SequenceEqual(written)) || await bag.TryReplaceAsync(keyName, written, item, cancellation);
            }
            finally
            {
                KeyBagItem.Erase(written);
                KeyBagItem.Erase(item ?? default);
            }

            if (isDone)
                return changed;
            changed.Dispose();
        }

        throw new KeyBagException(keyName, "other processes change the item without end: end them, then repeat");
    }

    /// <summary>Takes over what came into the bag since, also which key seals. Nothing happens when the item is gone.</summary>
    public async ValueTask LookAgainAsync(CancellationToken cancellation)
    {
        using AsyncLock.Holding turn = await _turn.AcquireAsync();
        using KeyRing? item = (await ReadItemAsync(_keyName, _bag, cancellation)).Keys;
        if (item is not null)
            Follow(item);
    }

    /// <summary>Makes a new key the one that seals; all others stay.</summary>
    public async ValueTask<KeyFingerprint> RotateAsync(IEntropy entropy, CancellationToken cancellation)
    {
        using AsyncLock.Holding turn = await _turn.AcquireAsync();
        using FileKey made = FileKey.Create(entropy);
        using KeyRing item = await ChangeAsync(
            _keyName,
            _bag,
            former =>
            {
                KeyRing keys = former ?? Ring.Copy();
                keys.Add(Ring);
                keys.Add(made);
                keys.SealWith(made.Fingerprint);
                return keys;
            },
            cancellation);
        Follow(item);
        return made.Fingerprint;
    }

    /// <summary>Adds keys that stood beside heads, to open files with. Never one to seal with: whoever keeps the heads could put his own there.</summary>
    /// <param name="offered">The keys. They fill at most half of an item, so that there is always room for own ones.</param>
    /// <param name="cancellation">Ends the call.</param>
    public async ValueTask OfferAsync(ImmutableArray<PublishedKey> offered, CancellationToken cancellation)
    {
        if (offered.All(key => Ring.Find(key.Fingerprint) is not null))
            return;
        using AsyncLock.Holding turn = await _turn.AcquireAsync();
        if (_isReadOnly)
        {
            Take(Ring, offered);
            return;
        }

        using KeyRing item = await ChangeAsync(
            _keyName,
            _bag,
            former =>
            {
                KeyRing keys = former ?? Ring.Copy();
                Take(keys, offered);
                return keys;
            },
            cancellation);
        Follow(item);
    }

    private static void Take(KeyRing keys, ImmutableArray<PublishedKey> offered)
    {
        int room = Math.Max(0, (KeyRing.MaxKeys / 2) - keys.Keys.Length);
        foreach (PublishedKey key in offered.Where(key => keys.Find(key.Fingerprint) is null).Take(room).ToList())
        {
            using FileKey added = key.ToFileKey();
            keys.Add(added);
        }
    }

    private static async ValueTask<(KeyRing? Keys, ReadOnlyMemory<byte>? Item)> ReadItemAsync(
        string keyName, IKeyBag bag, CancellationToken cancellation, bool keep = false)
    {
        if (await bag.ReadAsync(keyName, cancellation) is not { } item)
            return (null, null);
        try
        {
            return (KeyBagItem.Read(keyName, item), keep ? item : null);
        }
        finally
        {
            if (!keep)
                KeyBagItem.Erase(item);
        }
    }

    private void Follow(KeyRing item)
    {
        Ring.Add(item);
        Ring.SealWith(item.Sealing.Fingerprint);
    }
}
