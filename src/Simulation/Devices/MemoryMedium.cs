using System.Diagnostics.CodeAnalysis;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways;
using FireproofBench.Gateways.Memory;

namespace FireproofBench.Simulation.Devices;

/// <summary>Memory that outlives processes. What was done stays; a lock goes with its process.</summary>
/// <param name="time">The clock that stamps objects.</param>
[SuppressMessage("Design", "CA1001", Justification = "Disposing of stores in memory changes nothing.")]
internal sealed class MemoryMedium(TimeProvider time) : ILocalMedium
{
    private readonly MemoryDataGateway _data = new(time);
    private readonly MemoryMetadataGateway _heads = new();
    private readonly MemoryWriteAheadLog _log = new();

    /// <inheritdoc/>
    public IKeyBag Keys { get; } = new MemoryKeyBag();

    /// <inheritdoc/>
    public IDeviceStore Open(GatewayOptions options) => new Handle(this);

    /// <inheritdoc/>
    public void CutPower(Dice dice)
    {
        // It is no disk: power cuts are not planned for it.
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<(string Name, ReadOnlyMemory<byte> Content)> FilesAsync()
    {
        await foreach (ObjectInfo found in _data.ListAllAsync("", CancellationToken.None))
            yield return (found.Key, (await _data.GetAsync(found.Key, null, CancellationToken.None))!.Bytes);
        foreach (MetaEntry entry in (await _heads.ReadAsync(CancellationToken.None)).Entries)
            yield return ($"head {entry.Cid}", entry.Data);
        if (await _log.ReadAsync(CancellationToken.None) is { } log)
            yield return ("log", log);
    }

    private sealed class Handle(MemoryMedium medium) : IDeviceStore
    {
        public IDataGateway Data => medium._data;

        public IMetadataGateway Metadata => medium._heads;

        public IWriteAheadLog WriteAheadLog => medium._log;

        public ICommitLock CommitLock { get; } = new MemoryCommitLock(keepsAllOut: true);

        public ValueTask PrepareAsync(CancellationToken cancellation) => ValueTask.CompletedTask;

        public ValueTask DestroyAsync(CancellationToken cancellation) => throw new NotSupportedException();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
