using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Simulated;

namespace FireproofBench.Conformance.Devices;

/// <summary>A device store behind a connection that a check can cut, and that counts what is asked: data and heads alike.</summary>
internal sealed class UnsteadyDevice : IDeviceStore
{
    private readonly IDeviceStore _device;
    private long _requests;

    /// <summary>A whole connection.</summary>
    /// <param name="device">The store, which is closed with this.</param>
    public UnsteadyDevice(IDeviceStore device)
    {
        _device = device;
        BentGateway hiding = new(device.Data)
        {
            OnGet = (store, key, range, cancellation) => Hides(key) ? ValueTask.FromResult<ObjectContent?>(null) : store.GetAsync(key, range, cancellation),
            OnHead = (store, key, cancellation) => Hides(key) ? ValueTask.FromResult<ObjectInfo?>(null) : store.HeadAsync(key, cancellation),
        };
        Data = new GuardedGateway(hiding, Pass);
        Metadata = new GuardedHeads(device.Metadata, Pass);
    }

    /// <summary>Whether the next request fails. Asked at each.</summary>
    public Func<bool> Fails { get; set; } = () => false;

    /// <summary>Whether an object is not to be seen yet, by its key. Asked at each get and head.</summary>
    public Func<string, bool> Hides { get; set; } = _ => false;

    /// <summary>How many requests may be made in all before the check ends as failed.</summary>
    public long Allowance { get; set; } = long.MaxValue;

    /// <summary>The requests so far.</summary>
    public long Requests => Interlocked.Read(ref _requests);

    /// <inheritdoc/>
    public IDataGateway Data { get; }

    /// <inheritdoc/>
    public IMetadataGateway Metadata { get; }

    /// <inheritdoc/>
    public IWriteAheadLog WriteAheadLog => _device.WriteAheadLog;

    /// <inheritdoc/>
    public ICommitLock CommitLock => _device.CommitLock;

    /// <inheritdoc/>
    public ValueTask PrepareAsync(CancellationToken cancellation) => _device.PrepareAsync(cancellation);

    /// <inheritdoc/>
    public ValueTask DestroyAsync(CancellationToken cancellation) => _device.DestroyAsync(cancellation);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _device.DisposeAsync();

    private void Pass(string operation, string key)
    {
        if (Interlocked.Increment(ref _requests) > Allowance)
            throw new ClauseViolation($"{Allowance} requests must be enough, and one more was made: {operation} {Printable.Key(key)}");
        if (Fails())
            throw new StorageException(StorageErrorKind.Transient, operation, key, "the connection is cut, on purpose");
    }
}
