using FireproofBench.Endpoint.Heads;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Endpoint;

/// <summary>Both stores of an endpoint, from the first request to the last.</summary>
internal sealed class EndpointStores(EndpointOptions options, IServiceProvider services) : IAsyncDisposable
{
    /// <summary>Objects.</summary>
    public IDataGateway Data { get; } = (options.Data ?? throw new InvalidOperationException("EndpointOptions.Data is not set: say where objects are."))(services);

    /// <summary>Heads.</summary>
    public IHeadStore Heads { get; } = (options.Heads ?? throw new InvalidOperationException("EndpointOptions.Heads is not set: say where heads are."))(services);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Heads.DisposeAsync();
        await Data.DisposeAsync();
    }
}
