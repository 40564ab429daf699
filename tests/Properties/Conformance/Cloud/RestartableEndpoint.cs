using FireproofBench.Endpoint;
using FireproofBench.Endpoint.Access;
using FireproofBench.Endpoint.Cloud;
using FireproofBench.Endpoint.Heads;
using FireproofBench.Gateways.Filesystem;
using FireproofBench.Properties.Endpoint;
using FireproofBench.Properties.Fixtures;

namespace FireproofBench.Properties.Conformance.Cloud;

/// <summary>An endpoint of the cloud protocol on a folder and a file of heads, which can be ended and started again at the same port.</summary>
internal sealed class RestartableEndpoint : IAsyncDisposable
{
    private readonly Action<EndpointOptions> _configure;
    private EndpointServer _server;

    private RestartableEndpoint(EndpointServer server, Action<EndpointOptions> configure)
    {
        _server = server;
        _configure = configure;
        Address = server.Address;
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    public static async Task<RestartableEndpoint> StartAsync(TemporaryFolder folder, TokenSigner signer, bool offersSocket)
    {
        string objects = Directory.CreateDirectory(folder.At("objects")).FullName;
        void Configure(EndpointOptions options)
        {
            options.Cloud = new CloudOptions { Keys = KeySource.FromJson(signer.Jwk), OffersSocket = offersSocket };
            options.Data = _ => new FileDataGateway(objects, EndpointServer.Client);
            options.Heads = _ => new SqliteHeadStore(folder.At("heads.sqlite"), TimeProvider.System);
        }

        return new RestartableEndpoint(await EndpointServer.StartAsync(Configure), Configure);
    }

    /// <summary>Ends it and starts another one in its place.</summary>
    public async Task RestartAsync(CancellationToken cancellation)
    {
        await _server.DisposeAsync();
        cancellation.ThrowIfCancellationRequested();
        _server = await EndpointServer.RestartAsync(Address.Port, _configure);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
