using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Layout;

namespace FireproofBench.Endpoint.Objects;

/// <summary>Names of databases and keys, and what they become in the data store.</summary>
internal static class ObjectNames
{
    /// <summary>The hidden folder of a folder store; no database may have its name.</summary>
    private const string Reserved = ".fireproofbench";

    // A key of the store that stands for "go on here" and begins with no database.
    private const char Foreign = '\\';

    /// <summary>Refuses a name that no database can have.</summary>
    /// <exception cref="StorageException">InvalidName.</exception>
    public static void CheckDatabase(string database) => DatabaseName.Check(database, Reserved);

    /// <summary>The store's key of an object.</summary>
    /// <exception cref="StorageException">InvalidName.</exception>
    public static string InStore(string database, string key, string operation)
    {
        ObjectKey.Check(key, operation);
        return string.Concat(database, "/", key);
    }

    /// <summary>The key of an object that the store lists.</summary>
    public static string OfStore(string database, string key) => key[(database.Length + 1)..];

    /// <summary>Where a caller's listing goes on, for the store.</summary>
    public static string? AfterInStore(string database, string? after) => after switch
    {
        null => null,
        [Foreign, .. var token] => token,
        _ => string.Concat(database, "/", after),
    };

    /// <summary>Where the store's listing goes on, for the caller.</summary>
    public static string? AfterOfStore(string database, string? after)
    {
        if (after is null)
            return null;
        return after.Length > database.Length && after[database.Length] == '/' && after.StartsWith(database, StringComparison.Ordinal)
            ? OfStore(database, after)
            : Foreign + after;
    }

    /// <summary>Whether an object never changes: it is named by its content, as <c>data/&lt;cid&gt;.car</c> or <c>data/&lt;cid&gt;</c>.</summary>
    public static bool IsImmutable(string key)
    {
        if (!key.StartsWith("data/", StringComparison.Ordinal))
            return false;
        ReadOnlySpan<char> name = key.AsSpan("data/".Length);
        if (name.EndsWith(".car", StringComparison.Ordinal))
            name = name[..^".car".Length];
        return name.Length == Cid.TextLength && Cid.TryParse(name, out _);
    }
}
