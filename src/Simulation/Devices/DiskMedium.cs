using FireproofBench.Engine.Ports;
using FireproofBench.Gateways;
using FireproofBench.Gateways.Filesystem;
using FireproofBench.Simulation.Disks;

namespace FireproofBench.Simulation.Devices;

/// <summary>A folder on a simulated disk, below the gateway for folders as it is.</summary>
/// <param name="name">The name of the database.</param>
internal sealed class DiskMedium(string name) : ILocalMedium
{
    private const string Folder = "/home";

    /// <summary>The disk; another one after each power cut.</summary>
    public SimulatedDisk Disk { get; private set; } = NewDisk();

    /// <inheritdoc/>
    public IDeviceStore Open(GatewayOptions options) => new FolderDeviceStore(Disk, Folder, name, options);

    /// <inheritdoc/>
    public void CutPower(Dice dice) => Disk = Disk.AfterPowerCut(dice);

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
