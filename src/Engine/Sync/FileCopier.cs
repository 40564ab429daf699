using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Storage;

namespace FireproofBench.Engine.Sync;

/// <summary>Copies data files from one store to another as they are, sealed; each is opened and checked against its name on the way.</summary>
/// <param name="from">Where files are.</param>
/// <param name="to">Where they are wanted.</param>
internal sealed class FileCopier(DataFiles from, DataFiles to)
{
    private HashSet<string>? _present;

    /// <summary>Files copied so far.</summary>
    public int Files { get; private set; }

    /// <summary>Their length, in bytes.</summary>
    public long Bytes { get; private set; }

    /// <summary>Copies the CAR files of groups, as far as they are not there.</summary>
    /// <exception cref="StorageException">Corrupt when a file is missing at its source or is not what its name says.</exception>
    public async ValueTask CopyGroupsAsync(IEnumerable<CarGroup> groups, CancellationToken cancellation)
    {
        foreach (Cid car in groups.SelectMany(static group => group.Cars))
            await CopyAsync(DataFiles.KeyOfCar(car), car, cancellation);
    }

    /// <summary>Copies all attachment files, as far as they are not there.</summary>
    public async ValueTask CopyAttachmentsAsync(CancellationToken cancellation)
    {
        foreach (string key in await ListAsync(from, cancellation))
        {
            if (Cid.TryParse(key.AsSpan(DataFiles.Prefix.Length), out Cid car))
                await CopyAsync(key, car, cancellation);
        }
    }

    private async ValueTask CopyAsync(string key, Cid name, CancellationToken cancellation)
    {
        _present ??= [.. await ListAsync(to, cancellation)];
        if (_present.Contains(key))
            return;
        ObjectContent content = await from.Gateway.GetAsync(key, null, cancellation)
            ?? throw from.Missing("copy", key, "the head needs this file");
        await from.CheckAsync(key, name, content.Bytes, cancellation);
        await to.Gateway.PutAsync(key, content.Bytes, PutCondition.None, cancellation);
        _present.Add(key);
        Files++;
        Bytes += content.Bytes.Length;
    }

    private static async ValueTask<List<string>> ListAsync(DataFiles files, CancellationToken cancellation)
    {
        var keys = new List<string>();
        await foreach (ObjectInfo file in files.Gateway.ListAllAsync(DataFiles.Prefix, cancellation))
            keys.Add(file.Key);
        return keys;
    }
}
