using FireproofBench.Engine;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways;
using FireproofBench.Gateways.Entropy;
using FireproofBench.Gateways.Filesystem;

namespace FireproofBench.Peers;

/// <summary>Where a round takes place.</summary>
/// <param name="Prepared">Our copies of the databases that reference.mjs prepared.</param>
/// <param name="Scratch">An empty folder for this round.</param>
/// <param name="Sizes">How much to do.</param>
internal sealed record Stage(string Prepared, string Scratch, Sizes Sizes)
{
    /// <summary>The name of every database here.</summary>
    public const string Name = "peer";

    // The reference engine never calls fsync: neither side does here.
    private static readonly GatewayOptions Gateway = new()
    {
        Time = TimeProvider.System,
        Entropy = SystemEntropy.Instance,
        Durability = Durability.Os,
    };

    /// <summary>Opens the database below a folder, with the key bag beside it.</summary>
    public static ValueTask<Database> OpenAsync(string folder, CompactionMode compaction) =>
        Database.OpenAsync(Name, OpenStore(folder), OptionsFor(folder, compaction));

    /// <summary>The store of the database below a folder.</summary>
    public static IDeviceStore OpenStore(string folder) => new FolderDeviceStore(folder, Name, Gateway);

    /// <summary>Opens the database below a folder over a store that counts what is written.</summary>
    public static async Task<(Database Database, CountingDeviceStore Store)> OpenCountedAsync(string folder)
    {
        CountingDeviceStore store = new(new FolderDeviceStore(folder, Name, Gateway));
        return (await Database.OpenAsync(Name, store, OptionsFor(folder, CompactionMode.Automatic)), store);
    }

    /// <summary>Bytes of all files of a database, without its keys.</summary>
    public static long BytesOf(string folder) =>
        new DirectoryInfo(Path.Combine(folder, Name)).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);

    /// <summary>Copies a folder with all that is in it.</summary>
    public static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string folder in Directory.EnumerateDirectories(from, "*", SearchOption.AllDirectories))
            Directory.CreateDirectory(Path.Combine(to, Path.GetRelativePath(from, folder)));
        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
            File.Copy(file, Path.Combine(to, Path.GetRelativePath(from, file)), overwrite: true);
    }

    private static DatabaseOptions OptionsFor(string folder, CompactionMode compaction) => new()
    {
        KeyBag = new FolderKeyBag(Path.Combine(folder, "keybag"), Gateway),
        Entropy = SystemEntropy.Instance,
        Compaction = compaction,
    };
}
