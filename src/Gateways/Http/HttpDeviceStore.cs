using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Memory;
using FireproofBench.Gateways.Wrapping;

namespace FireproofBench.Gateways.Http;

/// <summary>One database whose only place is an HTTP endpoint.</summary>
/// <remarks>
/// The commit lock holds within this instance only: between processes heads need none, each writer's stands beside the others'. The upload log is in memory, since
/// there is nothing to upload.
/// </remarks>
public sealed class HttpDeviceStore : IDeviceStore
{
    private const int PageLength = 1000;
    private const int Parallel = 16;

    private readonly HttpEndpoint _endpoint;
    private readonly HttpMetadataGateway _metadata;
    private readonly MemoryWriteAheadLog _log = new();

    /// <summary>A database at an endpoint. Nothing is sent yet.</summary>
    /// <param name="address">Where the endpoint is.</param>
    /// <param name="databaseName">The database.</param>
    /// <param name="options">Clock, chance and token.</param>
    /// <param name="patience">How failures that pass are met by asking again; null for not at all.</param>
    /// <exception cref="StorageException">InvalidName.</exception>
    public HttpDeviceStore(Uri address, string databaseName, GatewayOptions options, RetryOptions? patience = null)
    {
        _endpoint = new HttpEndpoint(address, databaseName, options);
        _metadata = new HttpMetadataGateway(_endpoint, ownsEndpoint: false);
        HttpDataGateway data = new(_endpoint, ownsEndpoint: false);
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

    /// <summary>Does nothing: an empty database at an endpoint is nothing.</summary>
    public ValueTask PrepareAsync(CancellationToken cancellation) =>
        cancellation.IsCancellationRequested ? ValueTask.FromCanceled(cancellation) : ValueTask.CompletedTask;

    /// <summary>Removes heads, then objects: whatever a broken connection leaves is no database that names missing files. Needs the right to administer.</summary>
    public async ValueTask DestroyAsync(CancellationToken cancellation)
    {
        await _metadata.ClearAsync(cancellation);
        _log.Clear();
        string? after = null;
        do
        {
            ListPage page = await Data.ListAsync("", after, PageLength, cancellation);
            foreach (ObjectInfo[] some in page.Objects.Chunk(Parallel))
                await Task.WhenAll(some.Select(o => Data.DeleteAsync(o.Key, null, cancellation).AsTask()));
            after = page.After;
        }
        while (after is not null);
    }

    /// <summary>Ends subscriptions and closes the connections. Nothing is removed.</summary>
    public async ValueTask DisposeAsync()
    {
        await _metadata.DisposeAsync();
        await _log.DisposeAsync();
        await CommitLock.DisposeAsync();
        _endpoint.Dispose();
    }
}
