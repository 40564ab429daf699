using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Memory;
using FireproofBench.Gateways.Wrapping;

namespace FireproofBench.Gateways.Cloud;

/// <summary>One database whose only place is a ledger at an endpoint of the cloud protocol.</summary>
/// <remarks>The commit lock holds within this instance only: between processes heads need none, each writer's stands beside the others'. The upload log is in memory.</remarks>
public sealed class CloudDeviceStore : IDeviceStore
{
    private readonly CloudLine _line;
    private readonly CloudMetadataGateway _metadata;
    private readonly MemoryWriteAheadLog _log = new();

    /// <summary>A database at an endpoint. Nothing is sent yet.</summary>
    /// <param name="place">Where the endpoint is: <c>fpcloud+http(s)://host:port/path?tenant=T&amp;ledger=L</c>; without tenant and ledger those that the token selects.</param>
    /// <param name="options">Clock, chance and token.</param>
    /// <param name="patience">How failures that pass are met by asking again; null for not at all.</param>
    /// <exception cref="StorageException">InvalidName for the URL; NotAuthorized when nothing says which ledger.</exception>
    public CloudDeviceStore(string place, GatewayOptions options, RetryOptions? patience = null)
        : this(CloudUrl.Parse(place), options, patience)
    {
    }

    internal CloudDeviceStore(CloudUrl url, GatewayOptions options, RetryOptions? patience)
    {
        _line = new CloudLine(url, options);
        _metadata = new CloudMetadataGateway(_line, ownsLine: false);
        CloudDataGateway data = new(_line, ownsLine: false);
        Data = patience is null ? data : new RetryingGateway(data, patience);
        Metadata = patience is null ? _metadata : new RetryingMetadataGateway(_metadata, patience, leaveOpen: true);
    }

    /// <inheritdoc/>
    public IDataGateway Data { get; }

    /// <inheritdoc/>
    public IMetadataGateway Metadata { get; }

    /// <inheritdoc/>
    public IWriteAheadLog WriteAheadLog => _log;

    /// <inheritdoc/>
    public ICommitLock CommitLock { get; } = new MemoryCommitLock(keepsAllOut: false);

    /// <summary>Does nothing: an empty ledger is nothing.</summary>
    public ValueTask PrepareAsync(CancellationToken cancellation) =>
        cancellation.IsCancellationRequested ? ValueTask.FromCanceled(cancellation) : ValueTask.CompletedTask;

    /// <summary>The protocol removes no ledger.</summary>
    /// <exception cref="StorageException">Unsupported, always.</exception>
    public ValueTask DestroyAsync(CancellationToken cancellation) => ValueTask.FromException(
        new StorageException(StorageErrorKind.Unsupported, "destroy", _line.Ledger.Ledger, "the cloud protocol removes no ledger: whoever runs the endpoint can"));

    /// <summary>Ends subscriptions and closes the connections. Nothing is removed.</summary>
    public async ValueTask DisposeAsync()
    {
        await _metadata.DisposeAsync();
        await _log.DisposeAsync();
        await CommitLock.DisposeAsync();
        _line.Dispose();
    }
}
