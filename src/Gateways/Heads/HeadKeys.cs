using System.Collections.Immutable;
using System.Text;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Layout;

namespace FireproofBench.Gateways.Heads;

/// <summary>Where heads lie among the objects of a database, and how they are read from there.</summary>
internal static class HeadKeys
{
    /// <summary>Stands before every key of heads.</summary>
    public const string Folder = "meta/";

    /// <summary>The object of the single form, and of a folder that was copied into the store.</summary>
    public const string Main = "meta/main.json";

    private const int PageLength = 1000;

    /// <summary>The object of one entry.</summary>
    public static string Of(Cid cid) => Folder + cid;

    /// <summary>The entry that an object's name stands for; others, such as the folder's version file, are none.</summary>
    public static bool TryParse(string key, out Cid cid)
    {
        cid = default;
        return key.Length == Folder.Length + Cid.TextLength && Cid.TryParse(key.AsSpan(Folder.Length), out cid);
    }

    /// <summary>Everything that a listing has of heads now.</summary>
    public static async ValueTask<List<ObjectInfo>> ListAsync(IDataGateway data, CancellationToken cancellation)
    {
        List<ObjectInfo> listed = [];
        string? after = null;
        do
        {
            ListPage page = await data.ListAsync(Folder, after, PageLength, cancellation);
            listed.AddRange(page.Objects.Where(static o => o.Key == Main || TryParse(o.Key, out _)));
            after = page.After;
        }
        while (after is not null);
        return listed;
    }

    /// <summary>Reads the object of one entry; null when it is gone.</summary>
    /// <exception cref="StorageException">Corrupt when it holds something else.</exception>
    public static async ValueTask<HeadObject?> ReadAsync(IDataGateway data, Cid cid, CancellationToken cancellation)
    {
        if (await data.GetAsync(Of(cid), null, cancellation) is not { } content)
            return null;
        ImmutableArray<MetaEntry> entries = Parse(content);
        return entries.Length == 1 && entries[0].Cid == cid
            ? new HeadObject(entries[0], HeadObject.ReadSuperseded(content.Bytes))
            : throw new StorageException(StorageErrorKind.Corrupt, "read heads", content.Info.Key, "the object does not hold the one entry that it is named by");
    }

    /// <summary>The entries of an object.</summary>
    /// <exception cref="StorageException">Corrupt when it is no list of entries.</exception>
    public static ImmutableArray<MetaEntry> Parse(ObjectContent content)
    {
        try
        {
            return MetaFile.Read(content.Bytes.Span);
        }
        catch (FormatException exception)
        {
            throw new StorageException(
                StorageErrorKind.Corrupt, "read heads", content.Info.Key, $"no list of heads ({exception.Message}); restore the object or take the heads of another copy", exception);
        }
    }

    /// <summary>The object of entries.</summary>
    /// <exception cref="StorageException">Permanent when they are beyond the limits of the form.</exception>
    public static byte[] Write(string key, ReadOnlySpan<MetaEntry> entries)
    {
        try
        {
            return MetaFile.Write(entries);
        }
        catch (FormatException exception)
        {
            throw new StorageException(StorageErrorKind.Permanent, "publish", key, exception.Message, exception);
        }
    }

    /// <summary>The same, with one more field in the first entry, which readers of the form skip.</summary>
    /// <param name="key">The object.</param>
    /// <param name="entries">The entries, at least one.</param>
    /// <param name="field">The field as JSON, <c>"name":value</c>.</param>
    /// <exception cref="StorageException">Permanent when they are beyond the limits of the form.</exception>
    public static byte[] WriteWith(string key, ReadOnlySpan<MetaEntry> entries, string field)
    {
        byte[] plain = Write(key, entries);
        return [.. plain.AsSpan(0, 2), .. Encoding.ASCII.GetBytes(field + ","), .. plain.AsSpan(2)];
    }
}
