using FireproofBench.Engine.Ports;
using FireproofBench.Simulation.Checking;

namespace FireproofBench.Simulation.Devices;

/// <summary>The key bag of a device, whatever becomes of its processes. Calls do not end within the caller's step, and what is written is known as a secret from then on.</summary>
/// <param name="medium">Where it is kept.</param>
/// <param name="secrets">Is told of every key.</param>
internal sealed class WorldKeyBag(ILocalMedium medium, Secrets secrets) : IKeyBag
{
    /// <inheritdoc/>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(string keyName, CancellationToken cancellation)
    {
        await Task.Yield();
        ReadOnlyMemory<byte>? item = await medium.Keys.ReadAsync(keyName, cancellation);
        await Task.Yield();
        return item;
    }

    /// <inheritdoc/>
    public async ValueTask WriteAsync(string keyName, ReadOnlyMemory<byte> item, CancellationToken cancellation)
    {
        await Task.Yield();
        secrets.Add(keyName, item);
        await medium.Keys.WriteAsync(keyName, item, cancellation);
        await Task.Yield();
    }

    /// <inheritdoc/>
    public async ValueTask<bool> TryReplaceAsync(string keyName, ReadOnlyMemory<byte> item, ReadOnlyMemory<byte>? expected, CancellationToken cancellation)
    {
        await Task.Yield();
        secrets.Add(keyName, item);
        bool isReplaced = await medium.Keys.TryReplaceAsync(keyName, item, expected, cancellation);
        await Task.Yield();
        return isReplaced;
    }
}
