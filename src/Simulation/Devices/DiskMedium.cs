using FireproofBench.Engine.Ports;
using FireproofBench.Gateways;
using FireproofBench.Gateways.Filesystem;
using FireproofBench.Simulation.Disks;

namespace FireproofBench.Simulation.Devices;

/// <summary>A folder on a simulated disk, below the gateway for folders as it is.</summary>
internal sealed class DiskMedium : ILocalMedium
{
    private const string Folder = "/home";
    private const string KeyFolder = "/home-keys";

    private readonly string _name;
    private readonly GatewayOptions _options;

    private int _fillings;

    /// <summary>An empty disk.</summary>
    /// <param name="name">The name of the database.</param>
    /// <param name="options">The clock and the chance of the key bag.</param>
    public DiskMedium(string name, GatewayOptions options)
    {
        _name = name;
        _options = options;
        Disk = NewDisk();
        Keys = new FolderKeyBag(Disk, KeyFolder, options);
    }

    /// <summary>The disk; another one after each power cut.</summary>
    public SimulatedDisk Disk { get; private set; }

    /// <inheritdoc/>
    public IKeyBag Keys { get; private set; }

    /// <summary>Something else fills the disk. Fillings may overlap: each has its end, and none ends with the power.</summary>
    /// <param name="room">How many bytes may still be written.</param>
    public void Fill(long room)
    {
        _fillings++;
        Disk.Room = Math.Min(Disk.Room, room);
    }

    /// <summary>One filling is over.</summary>
    public void Clear()
    {
        if (--_fillings == 0)
            Disk.Room = long.MaxValue;
    }

    /// <inheritdoc/>
    public IDeviceStore Open(GatewayOptions options) => new FolderDeviceStore(Disk, Folder, _name, options);

    /// <inheritdoc/>
    public void CutPower(Dice dice)
    {
        Disk = Disk.AfterPowerCut(dice);
        Keys = new FolderKeyBag(Disk, KeyFolder, _options);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<(string Name, ReadOnlyMemory<byte> Content)> FilesAsync()
    {
        await Task.Yield();
        foreach (string path in Disk.FilesBelow(Folder))
            yield return (path, Disk.Read(path, 0, long.MaxValue, int.MaxValue)?.Bytes ?? ReadOnlyMemory<byte>.Empty);
    }

    private static SimulatedDisk NewDisk()
    {
        SimulatedDisk disk = new();
        _ = disk.MakeFolder(Folder, ownerOnly: false);
        disk.SyncFolder("");
        return disk;
    }
}
