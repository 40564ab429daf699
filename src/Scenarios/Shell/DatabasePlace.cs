using System.Net;
using FireproofBench.Engine;
using FireproofBench.Engine.Crypto;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways;
using FireproofBench.Gateways.Entropy;
using FireproofBench.Gateways.Filesystem;
using FireproofBench.Gateways.Wrapping;

namespace FireproofBench.Scenarios.Shell;

/// <summary>Where a database is, and how it is to be opened.</summary>
/// <param name="Url">The provider.</param>
/// <param name="Name">The database.</param>
/// <param name="KeyBagFolder">The folder of the key bag; null for a database that is not encrypted.</param>
/// <param name="Durability">What an acknowledged write survives.</param>
internal sealed record DatabasePlace(GatewayUrl Url, string Name, string? KeyBagFolder, Durability Durability)
{
    private readonly SystemEntropy _entropy = new();

    /// <summary>The bearer token for an endpoint; null for none.</summary>
    public Secret? Token { get; init; }

    /// <summary>Where the heads are, when that is another place than the objects'; else null.</summary>
    public GatewayUrl? Heads { get; init; }

    /// <summary>User and password for a WebDAV server; null for none.</summary>
    public NetworkCredential? WebDav { get; init; }

    /// <summary>Where files are kept that were fetched from the store; null for nowhere.</summary>
    public CachePlace? Cache { get; init; }

    /// <summary>The key bag; null for a database that is not encrypted.</summary>
    public IKeyBag? OpenKeyBag() => KeyBagFolder is null ? null : new FolderKeyBag(KeyBagFolder, Options());

    /// <summary>The device store. Nothing is made yet.</summary>
    public IDeviceStore OpenDevice() => Heads is null
        ? Url.OpenDevice(Name, Options())
        : new SplitDeviceStore(Url.OpenDevice(Name, Options()), Heads.OpenDevice(Name, Options()));

    /// <summary>Opens the database, behind its cache when there is one; a failure leaves nothing open.</summary>
    public async Task<Database> OpenAsync(OpenMode mode, CancellationToken cancellation)
    {
        IDeviceStore store = OpenDevice();
        try
        {
            if (Cache is not null)
                store = Cache.Before(store, Url.ToString(), Name, _entropy);
            return await OpenAsync(store, mode, cancellation);
        }
        catch
        {
            await store.DisposeAsync();
            throw;
        }
    }

    /// <summary>Opens the database on a store, which then belongs to it.</summary>
    public async Task<Database> OpenAsync(IDeviceStore store, OpenMode mode, CancellationToken cancellation)
    {
        DatabaseOptions options = new() { KeyBag = OpenKeyBag(), Entropy = _entropy, Mode = mode };
        return await Database.OpenAsync(Name, store, options, cancellation);
    }

    /// <summary>Whether there are heads; makes nothing.</summary>
    public async Task<bool> HoldsDatabaseAsync(CancellationToken cancellation)
    {
        await using IDeviceStore store = OpenDevice();
        try
        {
            return (await store.Metadata.ReadAsync(cancellation)).Entries.Length > 0;
        }
        catch (StorageException e) when (e.Kind == StorageErrorKind.MissingContainer)
        {
            return false;
        }
    }

    /// <summary>Reads the keys from the bag; null when it has none, and for a database that is not encrypted.</summary>
    public async Task<KeyRing?> ReadKeysAsync(CancellationToken cancellation)
    {
        string keyName = $"@{Name}-data@";
        if (OpenKeyBag() is not { } bag || await bag.ReadAsync(keyName, cancellation) is not { } item)
            return null;
        try
        {
            return KeyBagItem.Read(keyName, item);
        }
        finally
        {
            KeyBagItem.Erase(item);
        }
    }

    /// <summary>Demands that the key is in the bag already: a new one could not open what another device wrote.</summary>
    /// <exception cref="KeyBagException">It is not.</exception>
    public async Task RequireKeyAsync(CancellationToken cancellation)
    {
        using KeyRing? keys = await ReadKeysAsync(cancellation);
        if (keys is null && KeyBagFolder is not null)
            throw new KeyBagException($"@{Name}-data@", $"the remote database '{Name}' exists, but its key is not in the bag: run 'fireproofbench db share' on a device that has it, and 'fireproofbench db join' here");
    }

    private GatewayOptions Options() => new() { Time = TimeProvider.System, Entropy = _entropy, Durability = Durability, Token = Token, WebDav = WebDav };
}
