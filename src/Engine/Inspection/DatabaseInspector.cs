using FireproofBench.Engine.Crypto;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Engine.Inspection;

/// <summary>Looks at a whole database from below: every file, every content id, every pointer. Works on databases that do not open, and writes nothing.</summary>
/// <remarks>
/// Each file is read once, one at a time; of what was read only content ids and document ids stay in memory. Only several heads, which have to be
/// put together, make some files be read twice. Index files are caches and are not looked at.
/// </remarks>
public static class DatabaseInspector
{
    // A compaction beside the inspection may delete files that it was about to read: then it starts over.
    private const int MaxAttempts = 3;

    /// <summary>Verifies a database.</summary>
    /// <param name="name">The name; it is part of the name of the key.</param>
    /// <param name="store">The device store, which stays open. It is not prepared: nothing is made.</param>
    /// <param name="keyBag">Where the key is; null for an unencrypted database.</param>
    /// <param name="progress">Is told after each file; null for nobody.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>What was found. Damage is in the report, it is not thrown.</returns>
    /// <exception cref="KeyBagException">The key is not in the bag, or the bag's item cannot be used.</exception>
    /// <exception cref="StorageException">There is no database (MissingContainer), or the provider fails otherwise than by damage.</exception>
    public static async ValueTask<VerificationReport> VerifyAsync(
        string name, IDeviceStore store, IKeyBag? keyBag, Action<InspectionProgress>? progress = null, CancellationToken cancellation = default)
    {
        await Database.RequireAsync(name, store, cancellation);
        using KeyRing? keys = keyBag is null ? null : await Database.ReadKeysAsync(name, keyBag, cancellation);
        for (int attempt = 1; ; attempt++)
        {
            string? before = await VersionAsync(store, cancellation);
            VerificationReport report = await new Verification(store, keys, progress).RunAsync(cancellation);
            if (report.IsSound || attempt == MaxAttempts || before == await VersionAsync(store, cancellation))
                return report;
        }
    }

    /// <summary>
    /// Deletes the CAR files of a database that no head leads to: what crashes left, and what compactions and synchronisations replaced. Attached files stay.
    /// </summary>
    /// <param name="name">The name; it is part of the name of the key.</param>
    /// <param name="store">The device store, which stays open; a remote one is as good. Its commit lock is held meanwhile.</param>
    /// <param name="keyBag">Where the key is; null for an unencrypted database.</param>
    /// <param name="options">What may go.</param>
    /// <param name="time">The clock against which ages are measured.</param>
    /// <param name="cancellation">Ends the call; what was deleted by then is gone, and nobody needs it.</param>
    /// <exception cref="KeyBagException">The key is not in the bag, or the bag's item cannot be used.</exception>
    /// <exception cref="StorageException">
    /// Unsupported where deletes and listings may lag; Corrupt when a file that a head needs is missing or unreadable: then nothing is deleted. MissingContainer when there is no database; else as the provider fails.
    /// </exception>
    public static async ValueTask<GarbageReport> CollectGarbageAsync(
        string name, IDeviceStore store, IKeyBag? keyBag, GarbageOptions options, TimeProvider time, CancellationToken cancellation = default)
    {
        await Database.RequireAsync(name, store, cancellation);
        using KeyRing? keys = keyBag is null ? null : await Database.ReadKeysAsync(name, keyBag, cancellation);
        await using (await store.CommitLock.AcquireAsync(cancellation))
            return await new GarbageCollection(store.Data, store.Metadata, keys, options, time.GetUtcNow()).RunAsync(cancellation);
    }

    private static async ValueTask<string?> VersionAsync(IDeviceStore store, CancellationToken cancellation)
    {
        try
        {
            return (await store.Metadata.ReadAsync(cancellation)).Version;
        }
        catch (StorageException e) when (e.Kind == StorageErrorKind.Corrupt)
        {
            return null;
        }
    }
}
