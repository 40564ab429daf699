using FireproofBench.Engine.Ports;
using FireproofBench.Gateways;

namespace FireproofBench.Simulation.Devices;

/// <summary>Where a device keeps its database, whatever becomes of its processes.</summary>
internal interface ILocalMedium
{
    /// <summary>The keys of the device.</summary>
    IKeyBag Keys { get; }

    /// <summary>Opens the database for a new process.</summary>
    /// <param name="options">The process's clock and chance.</param>
    IDeviceStore Open(GatewayOptions options);

    /// <summary>What a machine finds that starts again after a power cut.</summary>
    void CutPower(Dice dice);

    /// <summary>Every file by its name, as it is now.</summary>
    IAsyncEnumerable<(string Name, ReadOnlyMemory<byte> Content)> FilesAsync();
}
