using System.Collections.Immutable;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Crypto;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Sharing;
using FireproofBench.Engine.Storage;

namespace FireproofBench.Engine;

/// <content>The keys: a new one for new files, and all of them for another device.</content>
public sealed partial class Database
{
    /// <summary>
    /// Makes a new key: files that are written after the call are sealed with it, those that are there stay as they are and readable. Other processes on the same
    /// key bag find it there by themselves; other devices need a new invitation before they can read on.
    /// </summary>
    /// <remarks>A compaction seals what it merges anew. The older keys stay in the bag: files under them may be anywhere.</remarks>
    /// <returns>The fingerprint of the new key.</returns>
    /// <exception cref="InvalidOperationException">The database is not encrypted, or is read only.</exception>
    /// <exception cref="KeyBagException">The bag's item cannot be used, or has as many keys as it can hold. The old key goes on.</exception>
    /// <exception cref="StorageException">The bag cannot be written. The old key goes on.</exception>
    public async ValueTask<KeyFingerprint> RotateKeyAsync(CancellationToken cancellation = default)
    {
        ThrowIfNotWritable();

        // A commit that is under way ends under the old key; whoever called before has that said.
        using (await _writing.AcquireAsync())
            return await RequireKeys().RotateAsync(_options.Entropy, cancellation);
    }

    /// <summary>All keys of this database for another device, as the bag has them now. Seal it before it leaves.</summary>
    /// <param name="remote">Where the other device finds the database; null to leave that out. No credential: it is shown to whoever opens the invitation.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>The invitation, with copies of the keys. Dispose of it.</returns>
    /// <exception cref="InvalidOperationException">The database is not encrypted: there is nothing to invite with.</exception>
    /// <exception cref="InvitationException">BeyondLimits when the name or the place is too long to be sent.</exception>
    public async ValueTask<Invitation> InviteAsync(string? remote = null, CancellationToken cancellation = default)
    {
        ThrowIfClosed();
        DatabaseKeys keys = RequireKeys();
        await keys.LookAgainAsync(cancellation);
        return new Invitation(Name, keys.Ring.Copy(), remote);
    }

    /// <summary>Puts the keys of an invitation into a key bag, beside those that are there. Nothing is opened, made or fetched.</summary>
    /// <param name="invitation">The invitation; it stays the caller's.</param>
    /// <param name="store">Where the database is to be on this device: empty, or holding it already. It stays the caller's, and is only read.</param>
    /// <param name="bag">The key bag.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>What came of it.</returns>
    /// <exception cref="StorageException">NotAuthorized when the store holds files that none of the keys opens: another database. Nothing is changed then.</exception>
    /// <exception cref="KeyBagException">The bag's item cannot be used, or cannot hold so many keys. Nothing is changed then.</exception>
    public static async ValueTask<JoinResult> JoinAsync(Invitation invitation, IDeviceStore store, IKeyBag bag, CancellationToken cancellation = default)
    {
        bool holdsData = await HoldsDatabaseAsync(store, cancellation);
        if (holdsData)
        {
            using KeyRing all = await DatabaseKeys.ReadAsync(invitation.DatabaseName, bag, cancellation) ?? invitation.Keys.Copy();
            all.Add(invitation.Keys);
            await RequireOpenableAsync(store, all, cancellation);
        }

        int added = 0;
        using KeyRing item = await DatabaseKeys.ChangeAsync(
            DatabaseKeys.NameOf(invitation.DatabaseName),
            bag,
            former =>
            {
                // Where nothing is sealed yet, new files are sealed as the other devices expect it.
                KeyRing keys = former ?? invitation.Keys.Copy();
                added = former is null ? keys.Keys.Length : keys.Add(invitation.Keys);
                if (!holdsData)
                    keys.SealWith(invitation.Keys.Sealing.Fingerprint);
                return keys;
            },
            cancellation);
        return new JoinResult(added, item.Keys.Length, item.Sealing.Fingerprint, holdsData);
    }

    private static async ValueTask<bool> HoldsDatabaseAsync(IDeviceStore store, CancellationToken cancellation)
    {
        try
        {
            return await HoldsDataAsync(store, cancellation);
        }
        catch (StorageException e) when (e.Kind == StorageErrorKind.MissingContainer)
        {
            return false;
        }
    }

    // The newest files tell whose database it is; without heads, any one does. What is damaged says nothing.
    private static async ValueTask RequireOpenableAsync(IDeviceStore store, KeyRing keys, CancellationToken cancellation)
    {
        var files = new DataFiles(store.Data, keys);
        ImmutableArray<MetaEntry> entries = (await store.Metadata.ReadAsync(cancellation)).Entries;
        List<Cid> cars = [.. entries.Select(static entry => Ledger.ReadGroup(entry).First)];
        if (cars.Count == 0)
        {
            await foreach (ObjectInfo file in store.Data.ListAllAsync(DataFiles.Prefix, cancellation))
            {
                if (file.Key.EndsWith(DataFiles.Suffix, StringComparison.Ordinal) && Cid.TryParse(file.Key.AsSpan()[DataFiles.Prefix.Length..^DataFiles.Suffix.Length], out Cid car))
                    cars.Add(car);
                if (cars.Count > 0)
                    break;
            }
        }

        foreach (Cid car in cars)
        {
            try
            {
                _ = await files.ReadAsync(DataFiles.KeyOfCar(car), car, cancellation);
            }
            catch (StorageException e) when (e.Kind == StorageErrorKind.Corrupt)
            {
                // A damaged file is mended by a synchronisation, with the right key.
            }
        }
    }

    private IMetadataGateway WithKeys(IMetadataGateway metadata, bool publishes) =>
        _bagKeys is null ? metadata : new MetadataWithKeys(metadata, _bagKeys, publishes);

    private DatabaseKeys RequireKeys() => _bagKeys ?? throw new InvalidOperationException($"The database '{Name}' is not encrypted: it has no key.");
}
