using System.Collections.Immutable;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Crypto;
using FireproofBench.Engine.History;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Storage;

namespace FireproofBench.Engine.Inspection;

/// <summary>Finds the CAR files of a store that no head leads to, and deletes those that are old enough. Attached files are never touched: a past state may name them.</summary>
/// <param name="data">The files.</param>
/// <param name="metadata">The heads.</param>
/// <param name="keys">The keys; null for an unencrypted database.</param>
/// <param name="options">What may go.</param>
/// <param name="now">The present, by the clock that is nearest to the provider's.</param>
internal sealed class GarbageCollection(IDataGateway data, IMetadataGateway metadata, KeyRing? keys, GarbageOptions options, DateTimeOffset now)
{
    private readonly BlockStore _blocks = new(new DataFiles(data, keys), budget: 0);
    private readonly HashSet<Cid> _needed = [];
    private readonly HashSet<Cid> _replaced = [];
    private readonly HashSet<Cid> _lately = [];
    private DateTimeOffset _now = now;

    /// <summary>Marks what the heads need, and deletes the rest as far as the options allow.</summary>
    public async ValueTask<GarbageReport> RunAsync(CancellationToken cancellation) => await CollectAsync(await ListAsync(cancellation), cancellation);

    /// <summary>
    /// The same right after a file was written there, unless every file is too young to go: then nothing but the listing is read. Ages are counted to the newest file, which
    /// the provider stamped: a device whose own clock is ahead would take the files that others have just written for old ones.
    /// </summary>
    public async ValueTask RunIfDueAsync(CancellationToken cancellation)
    {
        List<ObjectInfo> files = await ListAsync(cancellation);
        if (files.Max(static file => file.LastModified) is { } newest && newest < _now)
            _now = newest;
        if (!files.TrueForAll(IsYoung))
            _ = await CollectAsync(files, cancellation);
    }

    private async ValueTask<GarbageReport> CollectAsync(List<ObjectInfo> files, CancellationToken cancellation)
    {
        await MarkAsync(await metadata.ReadAsync(cancellation), files, cancellation);
        int young = 0;
        int replaced = 0;
        long bytes = 0;
        var deleted = ImmutableArray.CreateBuilder<string>();
        foreach (ObjectInfo file in files)
        {
            if (DataFiles.CarOf(file.Key) is not { } car || _needed.Contains(car))
                continue;
            if (options.KeepReplaced && _replaced.Contains(car))
                replaced++;
            else if (IsYoung(file) || _lately.Contains(car))
                young++;
            else if (options.DryRun || await HasDeletedAsync(file, cancellation))
            {
                deleted.Add(file.Key);
                bytes += file.Length;
            }
            else
                young++;
        }

        return new GarbageReport(deleted.ToImmutable(), bytes, young, replaced);
    }

    // A device that was away sends again what it still needs, under the same name and with the same bytes: since the listing this file may have become a new one.
    private async ValueTask<bool> HasDeletedAsync(ObjectInfo listed, CancellationToken cancellation)
    {
        if (await data.HeadAsync(listed.Key, cancellation) is not { } now)
            return true;
        if ((listed.Version.Length > 0 && now.Version != listed.Version) || now.LastModified != listed.LastModified)
            return false;
        try
        {
            _ = await data.DeleteAsync(listed.Key, data.Traits.ConditionalDelete ? now.Version : null, cancellation);
            return true;
        }
        catch (StorageException again) when (again.Kind is StorageErrorKind.PreconditionFailed or StorageErrorKind.Conflict)
        {
            return false;
        }
    }

    private bool IsYoung(ObjectInfo file) => file.LastModified is not { } written || _now - written < options.MinAge;

    // The listing comes first: a file that is written after it is no candidate, and one that was written before has its head in the reading, or is young.
    private async ValueTask<List<ObjectInfo>> ListAsync(CancellationToken cancellation)
    {
        // A listing that lags, or a delete that lands after a later write of the same name, would take what is needed.
        if (!data.Traits.StronglyConsistent)
            throw new StorageException(StorageErrorKind.Unsupported, "collect garbage", "", $"on this store ({data.Traits.Provider}) listings and deletes may lag behind writes; nothing was deleted");
        var files = new List<ObjectInfo>();
        await foreach (ObjectInfo file in data.ListAllAsync(DataFiles.Prefix, cancellation))
            files.Add(file);
        return files;
    }

    // Where something that a head needs is missing, nothing is garbage: it may be what the repair is made of.
    private async ValueTask MarkAsync(MetaReading reading, List<ObjectInfo> files, CancellationToken cancellation)
    {
        var present = new HashSet<Cid>(files.Select(static file => DataFiles.CarOf(file.Key)).OfType<Cid>());
        if (reading.Entries.IsEmpty && present.Count > 0)
            throw Refused(DataFiles.Prefix, "there are files and no head: whether any of them is needed cannot be told");
        foreach (KeptSnapshot kept in (await KeptSnapshot.ListAsync(data, cancellation)).Values)
            _needed.UnionWith(kept.Group.Cars);
        var log = new HashSet<CarGroup>();
        foreach (MetaEntry entry in reading.Entries)
        {
            CarGroup group = Ledger.ReadGroup(entry);
            log.Add(group);
            log.UnionWith((await HeaderAsync(group, cancellation)).Cars);
        }

        foreach (CarGroup group in log)
        {
            if (group.Cars.FirstOrDefault(car => !present.Contains(car)) is { IsDefined: true } missing && await data.HeadAsync(DataFiles.KeyOfCar(missing), cancellation) is null)
                throw Refused(DataFiles.KeyOfCar(missing), "the log needs this file, and it is not there");
            _needed.UnionWith(group.Cars);
            if (options.KeepReplaced)
                _replaced.UnionWith((await HeaderAsync(group, cancellation)).Compact.SelectMany(static old => old.Cars));
        }

        await MarkLatelyReplacedAsync(log, files.ToDictionary(static file => file.Key, StringComparer.Ordinal), cancellation);
    }

    // How old a file is says nothing of how long others have been able to know that it is not needed any more: that is as old as the compaction that replaced it. A writer
    // that has not seen it yet still publishes heads that name the file.
    private async ValueTask MarkLatelyReplacedAsync(IEnumerable<CarGroup> log, Dictionary<string, ObjectInfo> files, CancellationToken cancellation)
    {
        var open = new Queue<CarGroup>(log);
        while (open.TryDequeue(out CarGroup? group))
        {
            // What is not in the listing is gone, or was written after it.
            bool isOld = files.TryGetValue(DataFiles.KeyOfCar(group.First), out ObjectInfo? file) && !IsYoung(file);
            if (isOld || await _blocks.ReadHeaderAsync(group, cancellation) is not { } header)
                continue;
            foreach (CarGroup old in header.Compact)
            {
                _lately.UnionWith(old.Cars);
                open.Enqueue(old);
            }
        }
    }

    private async ValueTask<CarHeader> HeaderAsync(CarGroup group, CancellationToken cancellation) =>
        await _blocks.ReadHeaderAsync(group, cancellation) ?? throw Refused(DataFiles.KeyOfCar(group.First), "a head leads to this file, and it is not there");

    private static StorageException Refused(string key, string reason) =>
        new(StorageErrorKind.Corrupt, "collect garbage", key, $"{reason}; nothing was deleted. Verify the database first");
}
