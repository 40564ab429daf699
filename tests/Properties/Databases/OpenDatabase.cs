using FireproofBench.Engine;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways;
using FireproofBench.Gateways.Entropy;
using FireproofBench.Gateways.Filesystem;
using FireproofBench.Properties.Fixtures;

namespace FireproofBench.Properties.Databases;

/// <summary>Opens databases on folders for tests.</summary>
internal static class OpenDatabase
{
    /// <summary>What gateways take from outside, with a seeded source of chance.</summary>
    public static GatewayOptions Gateway(ulong seed = 1) =>
        new() { Time = TimeProvider.System, Entropy = new SeededEntropy(seed), Durability = Durability.Os };

    /// <summary>Opens <c>&lt;folder&gt;/&lt;name&gt;</c>.</summary>
    /// <param name="folder">The folder that holds databases.</param>
    /// <param name="keyBag">The folder of the key bag; null for an unencrypted database.</param>
    /// <param name="name">The database.</param>
    /// <param name="compaction">When files are merged.</param>
    /// <param name="seed">Where ids and new keys come from.</param>
    public static ValueTask<Database> OnFolderAsync(
        string folder, string? keyBag, string name = Fixture.DatabaseName, CompactionMode compaction = CompactionMode.Manual, ulong seed = 1) =>
        Database.OpenAsync(
            name,
            new FolderDeviceStore(folder, name, Gateway(seed)),
            new DatabaseOptions
            {
                KeyBag = keyBag is null ? null : new FolderKeyBag(keyBag, Gateway(seed)),
                Entropy = new SeededEntropy(seed),
                Compaction = compaction,
            });

    /// <summary>Opens a database on a store, by default one that is merged by itself.</summary>
    /// <param name="store">The store; one that outlives its databases when there is more than one.</param>
    /// <param name="keyBag">The key bag; null for an unencrypted database.</param>
    /// <param name="compaction">When files are merged.</param>
    /// <param name="seed">Where ids and new keys come from.</param>
    /// <param name="cacheLength">Bytes of opened files that are kept in memory.</param>
    public static ValueTask<Database> OnStoreAsync(
        IDeviceStore store, IKeyBag? keyBag = null, CompactionMode compaction = CompactionMode.Automatic, ulong seed = 1, long cacheLength = 64 * 1024 * 1024) =>
        Database.OpenAsync(
            Fixture.DatabaseName,
            store,
            new DatabaseOptions { KeyBag = keyBag, Entropy = new SeededEntropy(seed), Compaction = compaction, CacheLength = cacheLength });

    /// <summary>Opens a copy of a fixture's database.</summary>
    public static ValueTask<Database> OnFixtureAsync(Fixture fixture, TemporaryFolder copy)
    {
        fixture.CopyTo(copy.Path);
        return OnFolderAsync(copy.At("db"), Directory.Exists(copy.At("keybag")) ? copy.At("keybag") : null);
    }
}
