using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Http;
using FireproofBench.Properties.Endpoint;
using Xunit;

namespace FireproofBench.Properties.Gateways.Http;

/// <summary>The contract over an endpoint with objects in memory. The name is short: it stands before each key in the endpoint's store.</summary>
public class HttpDataGatewayTests : DataGatewayContract, IAsyncLifetime
{
    private EndpointServer? _server;
#pragma warning disable CA2213 // The base disposes of it.
    private HttpDataGateway? _gateway;
#pragma warning restore CA2213

    private protected override IDataGateway Gateway => _gateway!;

    public async ValueTask InitializeAsync()
    {
        _server = await EndpointServer.StartAsync(Configure);
        _gateway = new HttpDataGateway(_server.Address, "t", EndpointServer.Client);
        await _gateway.ProbeAsync(TestContext.Current.CancellationToken);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _server!.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected virtual void Configure(FireproofBench.Endpoint.EndpointOptions options)
    {
        // So that contents of these tests go both ways: whole, and as they come.
        options.WholeObjectLength = 150_000;
        options.PieceLength = 100_000;
    }
}
