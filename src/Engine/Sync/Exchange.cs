using System.Collections.Immutable;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Compaction;
using FireproofBench.Engine.Crypto;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Storage;
using FireproofBench.Engine.Threading;

namespace FireproofBench.Engine.Sync;

/// <summary>Brings a local database and a remote store of the same database to the same heads: files first, then the head that names them, both ways.</summary>
/// <remarks>
/// Each side's commit lock is held only while that side's heads change, and never both: two devices that meet each other at the same moment do not wait for
/// each other. When the remote changed meanwhile the exchange begins again, a few times; then its new heads are left beside ours, as any two writers' are.
/// </remarks>
/// <param name="ledger">The history here.</param>
/// <param name="local">The files here.</param>
/// <param name="committer">Writes the log.</param>
/// <param name="compactor">Is told of groups that others replaced.</param>
/// <param name="commitLock">Keeps other processes out.</param>
/// <param name="writing">Keeps other writes of this process out.</param>
/// <param name="keys">The keys; null for an unencrypted database.</param>
/// <param name="looked">Is told when what is there was taken in, without any lock held: sending may take long after that.</param>
internal sealed class Exchange(
    Ledger ledger, DataFiles local, Committer committer, Compactor compactor, ICommitLock commitLock, AsyncLock writing, KeyRing? keys, Func<ValueTask> looked)
{
    private const int Restarts = 3;
    private const int MostAttempts = 16;

    private readonly StateDescription _description = new(ledger, committer, commitLock, writing);
    private int _pulledFiles;
    private long _pulledBytes;
    private int _pushedFiles;
    private long _pushedBytes;

    /// <summary>Pulls, merges and pushes.</summary>
    public async ValueTask<SyncResult> RunAsync(IDeviceStore remote, CancellationToken cancellation)
    {
        await remote.PrepareAsync(cancellation);
        var remoteFiles = new DataFiles(remote.Data, keys);
        MetaReading reading = await remote.Metadata.ReadAsync(cancellation);
        for (int attempt = 1; ; attempt++)
        {
            LedgerState before = ledger.State;
            MetaReading? changed;
            try
            {
                LedgerState merged = await TakeOverAsync(reading.Entries, remoteFiles, cancellation);
                await looked();
                changed = await HandOverAsync(remote, reading, remoteFiles, isLast: attempt > Restarts, cancellation);
                if (changed is null)
                    return new SyncResult(_pulledFiles, _pulledBytes, _pushedFiles, _pushedBytes, merged.Heads);
            }
            catch (StorageException missing) when (missing.Kind == StorageErrorKind.Corrupt && attempt < MostAttempts)
            {
                // Either side may have been compacted twice since its heads were read: then there are newer ones.
                changed = await remote.Metadata.ReadAsync(cancellation);
                if (changed.Version == reading.Version && !await IsOutdatedAsync(before, cancellation))
                    throw;
            }

            reading = changed;
        }
    }

    private async ValueTask<bool> IsOutdatedAsync(LedgerState state, CancellationToken cancellation)
    {
        using AsyncLock.Holding turn = await writing.AcquireAsync();
        await ledger.RefreshAsync(cancellation);
        return ledger.State != state;
    }

    private async ValueTask<LedgerState> TakeOverAsync(ImmutableArray<MetaEntry> entries, DataFiles remoteFiles, CancellationToken cancellation)
    {
        // What a compaction replaced here is not fetched again; nor is it listed again when that compaction is itself merged meanwhile.
        HashSet<CarGroup> replaced = await ledger.ReplacedInAsync(ledger.State.Log, among: null, cancellation);
        var pull = new FileCopier(remoteFiles, local);
        try
        {
            replaced.UnionWith(await PullAsync(entries, replaced, remoteFiles, pull, cancellation));
        }
        finally
        {
            (_pulledFiles, _pulledBytes) = (_pulledFiles + pull.Files, _pulledBytes + pull.Bytes);
        }

        return await MergeAsync(entries, replaced, cancellation);
    }

    // Null when it is done, else what the remote's heads are meanwhile.
    private async ValueTask<MetaReading?> HandOverAsync(
        IDeviceStore remote, MetaReading reading, DataFiles remoteFiles, bool isLast, CancellationToken cancellation)
    {
        if (ledger.State.Log.Length == 0)
            return null;
        (LedgerState state, CarGroup group, _) = await _description.FindAsync(cancellation);
        if (reading.Entries.Length == 1 && Ledger.ReadGroup(reading.Entries[0]).Equals(group))
            return null;
        ImmutableArray<CarGroup> needed = state.Log.Contains(group) ? state.Log : [.. state.Log, group];
        HashSet<Cid> named = await NamedAsync(reading.Entries, cancellation);
        await PushAsync(needed, remoteFiles, named, cancellation);
        await using (await remote.CommitLock.AcquireAsync(cancellation))
        {
            MetaReading now = await remote.Metadata.ReadAsync(cancellation);
            if (now.Version != reading.Version)
            {
                if (!isLast)
                    return now;

                // A compaction of the remote may have deleted files of the log that were there when they were looked for.
                await PushAsync(needed, remoteFiles, named, cancellation);
            }

            ImmutableArray<Cid> superseded = [.. reading.Entries.Select(static entry => entry.Cid)];
            await remote.Metadata.PublishAsync(MetaPayload.Write(group, superseded), superseded, cancellation);
            return null;
        }
    }

    // The files that the heads of the remote name: nobody collects them.
    private async ValueTask<HashSet<Cid>> NamedAsync(ImmutableArray<MetaEntry> entries, CancellationToken cancellation)
    {
        var named = new HashSet<Cid>();
        foreach (CarGroup group in entries.Select(Ledger.ReadGroup))
        {
            named.UnionWith(group.Cars);
            if (await ledger.Blocks.ReadHeaderAsync(group, cancellation) is { } header)
                named.UnionWith(header.Cars.SelectMany(static older => older.Cars));
        }

        return named;
    }

    private async ValueTask PushAsync(ImmutableArray<CarGroup> log, DataFiles remoteFiles, HashSet<Cid> named, CancellationToken cancellation)
    {
        var push = new FileCopier(local, remoteFiles, named);
        try
        {
            await push.CopyGroupsAsync(log, cancellation);
            await push.CopyAttachmentsAsync(cancellation);
        }
        finally
        {
            (_pushedFiles, _pushedBytes) = (_pushedFiles + push.Files, _pushedBytes + push.Bytes);
        }
    }

    // Gives the groups that were not to be had and are not needed: a device that had not seen their compaction yet named them once more, after others had collected them.
    private async ValueTask<HashSet<CarGroup>> PullAsync(
        ImmutableArray<MetaEntry> entries, HashSet<CarGroup> replaced, DataFiles remote, FileCopier pull, CancellationToken cancellation)
    {
        var missing = new Dictionary<CarGroup, Cid>();
        if (entries.Length == 0)
            return [];
        var named = new HashSet<CarGroup>();
        var remoteBlocks = new BlockStore(remote, budget: 0);
        foreach (MetaEntry entry in entries)
        {
            CarGroup group = Ledger.ReadGroup(entry);
            CarHeader header = await remoteBlocks.ReadHeaderAsync(group, cancellation)
                ?? throw remote.Missing("copy", DataFiles.KeyOfCar(group.First), "the remote head names this file");
            await pull.CopyGroupsAsync([group], cancellation);
            named.Add(group);
            foreach (CarGroup older in header.Cars.Where(named.Add))
            {
                if (!replaced.Contains(older) && await pull.FindMissingAsync(older, cancellation) is { } car)
                    missing.Add(older, car);
            }
        }

        await pull.CopyAttachmentsAsync(cancellation);
        if (missing.Count == 0)
            return [];

        // A compaction that was itself replaced here is asked too: it may be the only one that still says what it had replaced.
        HashSet<CarGroup> held = await ledger.ReplacedInAsync([.. named.Where(group => !missing.ContainsKey(group))], [.. missing.Keys], cancellation);
        foreach ((CarGroup group, Cid car) in missing)
        {
            if (!held.Contains(group))
                throw pull.Missing(car);
        }

        return [.. missing.Keys];
    }

    private async ValueTask<LedgerState> MergeAsync(ImmutableArray<MetaEntry> entries, HashSet<CarGroup> replaced, CancellationToken cancellation)
    {
        using AsyncLock.Holding turn = await writing.AcquireAsync();
        await using (await commitLock.AcquireAsync(cancellation))
        {
            await ledger.RefreshAsync(cancellation);
            LedgerState before = ledger.State;
            LedgerState merged = await ledger.MergeAsync(entries, replaced, cancellation);
            if (merged.IsSame(before))
                return before;
            LedgerState after = await CommitAsync(entries, merged, cancellation);
            await compactor.NoteTakenInAsync(before, after, cancellation);
            return after;
        }
    }

    // Where the remote has everything already, its newest group is taken over: a commit of our own would only make the others take that over in turn.
    private async ValueTask<LedgerState> CommitAsync(ImmutableArray<MetaEntry> entries, LedgerState merged, CancellationToken cancellation)
    {
        if (entries.Length != 1 || await ledger.ReadAsync(entries, cancellation) is not { } theirs || !theirs.IsSame(merged))
            return await committer.CommitMergeAsync(merged, cancellation);
        await ledger.PublishAsync(theirs, Ledger.ReadGroup(entries[0]), cancellation);
        return theirs;
    }
}
