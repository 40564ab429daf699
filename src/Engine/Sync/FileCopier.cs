using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Inspection;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Storage;

namespace FireproofBench.Engine.Sync;

/// <summary>Copies data files from one store to another as they are, sealed; each is opened and checked against its name on the way.</summary>
/// <param name="from">Where files are.</param>
/// <param name="to">Where they are wanted.</param>
/// <param name="named">Where they may be collected: those that heads there name, and that stay. Null where nothing is collected that is here.</param>
internal sealed class FileCopier(DataFiles from, DataFiles to, IReadOnlySet<Cid>? named = null)
{
    // What an earlier call left there before its head may be collected at any moment once it is old; what is sent again is young again.
    private static readonly TimeSpan _young = new GarbageOptions().MinAge / 2;

    private HashSet<string>? _present;

    /// <summary>Files copied so far.</summary>
    public int Files { get; private set; }

    /// <summary>Their length, in bytes.</summary>
    public long Bytes { get; private set; }

    /// <summary>Copies the CAR files of groups, as far as they are not there.</summary>
    /// <exception cref="StorageException">Corrupt when a file is missing at its source or is not what its name says.</exception>
    public async ValueTask CopyGroupsAsync(IEnumerable<CarGroup> groups, CancellationToken cancellation)
    {
        foreach (CarGroup group in groups)
        {
            if (await FindMissingAsync(group, cancellation) is { } missing)
                throw Missing(missing);
        }
    }

    /// <summary>Copies the CAR files of a group, as far as they are not there, and gives the first that is missing at its source; null when none is.</summary>
    /// <exception cref="StorageException">Corrupt when a file is not what its name says.</exception>
    public async ValueTask<Cid?> FindMissingAsync(CarGroup group, CancellationToken cancellation)
    {
        foreach (Cid car in group.Cars)
        {
            if (!await CopyAsync(DataFiles.KeyOfCar(car), car, cancellation))
                return car;
        }

        return null;
    }

    /// <summary>What to throw when a file that is needed is missing at its source.</summary>
    /// <param name="car">The file.</param>
    /// <param name="why">Why it is needed, or known to have been there.</param>
    public StorageException Missing(Cid car, string why = "the head needs this file") => from.Missing("copy", DataFiles.KeyOfCar(car), why);

    /// <summary>Copies all attachment files, as far as they are not there.</summary>
    public async ValueTask CopyAttachmentsAsync(CancellationToken cancellation)
    {
        foreach (ObjectInfo file in await ListAsync(from, cancellation))
        {
            if (Cid.TryParse(file.Key.AsSpan(DataFiles.Prefix.Length), out Cid car) && !await CopyAsync(file.Key, car, cancellation))
                throw Missing(car, "it was listed a moment ago");
        }
    }

    // False when it is not there.
    private async ValueTask<bool> CopyAsync(string key, Cid name, CancellationToken cancellation)
    {
        _present ??= await PresentAsync(cancellation);
        if (_present.Contains(key))
            return true;
        if (await from.Gateway.GetAsync(key, null, cancellation) is not { } content)
            return false;
        await from.CheckAsync(key, name, content.Bytes, cancellation);
        await to.Gateway.PutAsync(key, content.Bytes, PutCondition.None, cancellation);
        _present.Add(key);
        Files++;
        Bytes += content.Bytes.Length;
        return true;
    }

    // Ages are counted to the newest file: those are stamps of one clock.
    private async ValueTask<HashSet<string>> PresentAsync(CancellationToken cancellation)
    {
        List<ObjectInfo> files = await ListAsync(to, cancellation);
        DateTimeOffset? newest = files.Max(static file => file.LastModified);
        return [.. files.Where(file => named is null || !(newest - file.LastModified >= _young) || IsKept(file.Key)).Select(static file => file.Key)];
    }

    // Attached files are never collected.
    private bool IsKept(string key) => DataFiles.CarOf(key) is not { } car || named!.Contains(car);

    private static async ValueTask<List<ObjectInfo>> ListAsync(DataFiles files, CancellationToken cancellation)
    {
        var found = new List<ObjectInfo>();
        await foreach (ObjectInfo file in files.Gateway.ListAllAsync(DataFiles.Prefix, cancellation))
            found.Add(file);
        return found;
    }
}
