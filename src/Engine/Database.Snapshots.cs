using System.Collections.Immutable;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Compaction;
using FireproofBench.Engine.History;
using FireproofBench.Engine.Pail;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Storage;

namespace FireproofBench.Engine;

/// <content>States that are kept under a name, whatever is compacted.</content>
public sealed partial class Database
{
    /// <summary>Where a device store has the snapshots: a small file each, <c>snapshots/&lt;name&gt;</c>, which names the data files of the state.</summary>
    public const string SnapshotPrefix = SnapshotName.Folder;

    // A state that was compacted away is missing from every newer log too: beside steady writers there is always one to try.
    private const int MaxSnapshotAttempts = 16;

    /// <summary>
    /// Keeps a state under a name: all of it is written once more into files of its own, which no compaction touches. So it costs the size of the state; it belongs to this
    /// store, and is not synchronised. A snapshot of the same name is replaced.
    /// </summary>
    /// <param name="name">1 to 100 letters and digits of ASCII, <c>-</c>, <c>_</c> and <c>.</c>; not beginning with a <c>.</c>.</param>
    /// <param name="heads">The clock of the state; null for the present.</param>
    /// <param name="cancellation">Ends the call; nothing is kept then.</param>
    /// <returns>The clock that was kept, sorted by text.</returns>
    /// <exception cref="ArgumentException">No snapshot can have this name.</exception>
    /// <exception cref="InvalidOperationException">There is nothing to keep: the database is empty.</exception>
    /// <exception cref="MissingBlockException">The events are not of this database, or that state was compacted away.</exception>
    /// <exception cref="StorageException">The store fails; Conflict when others kept one of this name again and again meanwhile.</exception>
    public async ValueTask<ImmutableArray<Cid>> KeepSnapshotAsync(string name, IReadOnlyCollection<Cid>? heads = null, CancellationToken cancellation = default)
    {
        ThrowIfNotWritable();
        string key = SnapshotName.KeyOf(name);
        ImmutableArray<Cid>? asked = heads is null ? null : Ledger.Sorted([.. heads.Distinct()]);
        using OpenWalks.Walk walk = _walks.Begin();
        LedgerState state = _ledger.State;
        ImmutableArray<Cid> clock;
        CarGroup group;
        for (int attempt = 1; ; attempt++)
        {
            clock = asked ?? state.Heads;
            if (clock.Length == 0)
                throw new InvalidOperationException($"The database '{Name}' is empty: there is no state to keep.");
            try
            {
                group = await WriteStateAsync(new LedgerState(clock, state.Log), cancellation);
                break;
            }
            catch (Exception e) when (Ledger.MayBeOutdated(e) && attempt < MaxSnapshotAttempts)
            {
                if (!await IsOutdatedAsync(state, cancellation))
                    throw;
                state = _ledger.State;
            }
        }

        await RemoveSnapshotFilesAsync(await ReplaceSnapshotAsync(key, new KeptSnapshot(clock, group), cancellation), cancellation);
        return clock;
    }

    /// <summary>Lists the snapshots that are kept: name and clock, in the order of the names (ordinal).</summary>
    /// <exception cref="StorageException">The store fails, or a snapshot cannot be read.</exception>
    public async ValueTask<IReadOnlyDictionary<string, ImmutableArray<Cid>>> ListSnapshotsAsync(CancellationToken cancellation = default)
    {
        ThrowIfClosed();
        var clocks = new SortedDictionary<string, ImmutableArray<Cid>>(StringComparer.Ordinal);
        foreach ((string name, KeptSnapshot kept) in await KeptSnapshot.ListAsync(_store.Data, cancellation))
            clocks[name] = kept.Heads;
        return clocks;
    }

    /// <summary>Opens a snapshot that was kept under a name.</summary>
    /// <returns>Null when there is none of this name.</returns>
    /// <exception cref="ArgumentException">No snapshot can have this name.</exception>
    /// <exception cref="StorageException">Its files are damaged or missing, or the store fails.</exception>
    public async ValueTask<DatabaseSnapshot?> OpenSnapshotAsync(string name, CancellationToken cancellation = default)
    {
        ThrowIfClosed();
        if (await ReadSnapshotAsync(SnapshotName.KeyOf(name), cancellation) is not { } kept)
            return null;
        var blocks = new BlockStore(_files, _options.CacheLength);
        blocks.Learn([kept.Group]);
        var ledger = new Ledger(blocks, _store.Metadata);
        PailChange pail = await ledger.ResolveAsync(kept.Heads, cancellation);
        return new DatabaseSnapshot(kept.Heads, blocks, ledger.Shards(pail), pail);
    }

    /// <summary>Gives up a snapshot and removes its files; where writers share no lock, those go when garbage is collected.</summary>
    /// <returns>False when there was none of this name.</returns>
    /// <exception cref="ArgumentException">No snapshot can have this name.</exception>
    public async ValueTask<bool> DeleteSnapshotAsync(string name, CancellationToken cancellation = default)
    {
        ThrowIfNotWritable();
        string key = SnapshotName.KeyOf(name);
        if (await ReadSnapshotAsync(key, cancellation) is not { } kept)
            return false;
        await _store.Data.DeleteAsync(key, null, cancellation);
        await RemoveSnapshotFilesAsync(kept, cancellation);
        return true;
    }

    // The second and later files of a group are of blocks alone. Unmarked, those of a snapshot could be files of the log too, and whoever deletes what a compaction replaced does not ask snapshots.
    private async ValueTask<CarGroup> WriteStateAsync(LedgerState state, CancellationToken cancellation)
    {
        var writer = new GroupWriter(_files, null, new CarHeader([], state.Heads, []), hasIndex: true) { Marks = _options.Entropy };
        await new FullMerge(_ledger, state).WriteAsync(writer, cancellation);
        return await writer.FinishAsync(cancellation);
    }

    // Where conditions hold, what arrives late or twice of an earlier put does not take the place of a later one.
    private async ValueTask<KeptSnapshot?> ReplaceSnapshotAsync(string key, KeptSnapshot kept, CancellationToken cancellation)
    {
        ReadOnlyMemory<byte> content = kept.ToBytes();
        bool areHeld = _store.Data.Traits is { ConditionalCreate: true, ConditionalReplace: true, StronglyConsistent: true };
        KeptSnapshot? former = null;
        for (int attempt = 1; ; attempt++)
        {
            ObjectContent? there = await _store.Data.GetAsync(key, null, cancellation);

            // It is the same state; or the answer to the attempt before was lost.
            if (there is not null && there.Bytes.Span.SequenceEqual(content.Span))
                return former;
            former = there is null ? null : KeptSnapshot.Read(key, there.Bytes);
            PutCondition condition = !areHeld ? PutCondition.None : there is null ? PutCondition.IfAbsent : PutCondition.IfMatches(there.Info.Version);
            try
            {
                await _store.Data.PutAsync(key, content, condition, cancellation);
                return former;
            }
            catch (StorageException overtaken) when (overtaken.Kind is StorageErrorKind.PreconditionFailed or StorageErrorKind.Conflict)
            {
                // Somebody else kept one of this name: this one is the newer.
                if (attempt == MaxSnapshotAttempts)
                    throw new StorageException(StorageErrorKind.Conflict, "keep snapshot", key, $"others kept one of this name {attempt} times meanwhile; keep it once more, or under another name", overtaken);
            }
        }
    }

    private async ValueTask<KeptSnapshot?> ReadSnapshotAsync(string key, CancellationToken cancellation) =>
        await _store.Data.GetAsync(key, null, cancellation) is { } content ? KeptSnapshot.Read(key, content.Bytes) : null;

    // Files without marks, which earlier versions wrote, can be of the log or of another snapshot too. Where writers share no lock others may be reading them: whoever collects what is not needed takes them.
    private async ValueTask RemoveSnapshotFilesAsync(KeptSnapshot? former, CancellationToken cancellation)
    {
        if (former is null || _files.Marks is not null)
            return;
        using (await _writing.AcquireCancellableAsync(cancellation))
        {
            await using (await _store.CommitLock.AcquireAsync(cancellation))
            {
                await _ledger.RefreshAsync(cancellation);
                var needed = new HashSet<Cid>(_ledger.State.Log.SelectMany(static group => group.Cars));
                foreach (KeptSnapshot other in (await KeptSnapshot.ListAsync(_store.Data, cancellation)).Values)
                    needed.UnionWith(other.Group.Cars);
                foreach (Cid car in former.Group.Cars.Where(car => !needed.Contains(car)))
                    await _blocks.RemoveAsync(car);
            }
        }

        await TellOfOthersAsync();
    }
}
