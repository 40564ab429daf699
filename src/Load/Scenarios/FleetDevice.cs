using FireproofBench.Engine;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Sync;
using FireproofBench.Gateways.Memory;

namespace FireproofBench.Load.Scenarios;

/// <summary>One device of a fleet.</summary>
/// <param name="database">Its database.</param>
/// <param name="link">The way to the store.</param>
/// <param name="files">Its files.</param>
/// <param name="remote">The store.</param>
internal sealed class FleetDevice(Database database, RemoteLink link, MemoryDeviceStore files, IDeviceStore remote) : IAsyncDisposable
{
    /// <summary>Its database.</summary>
    public Database Database => database;

    /// <summary>The way to the store.</summary>
    public RemoteLink Link => link;

    /// <summary>The number of the newest acknowledged put of each id; the device's worker alone changes it.</summary>
    public Dictionary<string, long> Acknowledged { get; } = [];

    /// <summary>Puts a document and measures it.</summary>
    /// <param name="iteration">The iteration, whose number stands in the document.</param>
    /// <param name="step">Which step it is.</param>
    /// <param name="document">The document.</param>
    /// <param name="size">Its length, in bytes.</param>
    public async ValueTask<bool> PutAsync(Iteration iteration, int step, Document document, int size)
    {
        bool isDone = await iteration.MeasureAsync(
            step,
            (database, document, size),
            static async (call, token) =>
            {
                _ = await call.database.PutAsync(call.document, token);
                return call.size;
            });
        if (isDone)
            Acknowledged[document.Id!] = iteration.Number;
        return isDone;
    }

    /// <summary>Waits until the store has all that was written here, and measures it.</summary>
    public ValueTask<bool> UploadAsync(Iteration iteration, int step, int size) => iteration.MeasureAsync(
        step,
        (link, size),
        static async (call, token) =>
        {
            await call.link.WhenSentAsync(token);
            return call.size;
        });

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await database.DisposeAsync();
        await files.DisposeAsync();
        await remote.DisposeAsync();
    }
}
