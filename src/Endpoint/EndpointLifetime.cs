using FireproofBench.Endpoint.Push;
using Microsoft.Extensions.Hosting;

namespace FireproofBench.Endpoint;

/// <summary>Opens the store of heads before the server listens, and tells subscribers to go before it drains.</summary>
internal sealed class EndpointLifetime(EndpointStores stores, HeadHub hub, EndpointRouteTable table, IHostApplicationLifetime lifetime) : IHostedService, IDisposable
{
    private CancellationTokenRegistration _stopping;

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await stores.Heads.StartAsync(cancellationToken);
        if (table.Cloud is { } cloud)
            await cloud.StartAsync(cancellationToken);
        _stopping = lifetime.ApplicationStopping.Register(hub.Close);
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose() => _stopping.Dispose();
}
