using FireproofBench.Engine.Blocks;
using FireproofBench.Gateways.Cloud.Protocol;

namespace FireproofBench.Endpoint.Cloud;

/// <summary>What somebody may do with one file.</summary>
/// <param name="Method">GET, PUT or DELETE.</param>
/// <param name="Database">The database of the ledger.</param>
/// <param name="Store">What kind of file.</param>
/// <param name="Key">Its key in that store: a content id, or for a log a name.</param>
/// <param name="IsDiscarded">Whether what is sent is thrown away.</param>
internal sealed record CloudFile(string Method, string Database, CloudStore Store, string Key, bool IsDiscarded)
{
    private const int MaxLogName = 100;

    /// <summary>The content id that names the file; undefined for a log.</summary>
    public Cid Cid => Store is CloudStore.Car or CloudStore.File && Cid.TryParse(Key, out Cid cid) ? cid : default;

    /// <summary>Whether the key is one that such a file can have.</summary>
    public bool HasGoodKey => Store switch
    {
        CloudStore.Car or CloudStore.File => Cid.IsDefined,
        CloudStore.Wal => Key.Length is > 0 and <= MaxLogName && Key.All(static next => char.IsAsciiLetterOrDigit(next) || next is '-' or '_' or '.') && Key.Trim('.').Length > 0,
        _ => false,
    };

    /// <summary>Where the file is in its database. CAR files lie where a device that speaks the endpoint's own protocol puts and finds them.</summary>
    public string InDatabase => Store switch
    {
        CloudStore.Car => $"data/{Key}.car",
        CloudStore.File => $"data/{Key}",
        _ => $"fp-wal/{Key}",
    };

    /// <summary>Where the file is in the endpoint's data store.</summary>
    public string InStore => $"{Database}/{InDatabase}";
}
