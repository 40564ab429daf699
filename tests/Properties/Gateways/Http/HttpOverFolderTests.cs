using FireproofBench.Gateways.Filesystem;
using FireproofBench.Properties.Endpoint;
using FireproofBench.Properties.Fixtures;

namespace FireproofBench.Properties.Gateways.Http;

/// <summary>The contract over an endpoint with objects in a folder.</summary>
public sealed class HttpOverFolderTests : HttpDataGatewayTests, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private protected override void Configure(FireproofBench.Endpoint.EndpointOptions options)
    {
        base.Configure(options);
        options.Data = _ => new FileDataGateway(_folder.Path, EndpointServer.Client with { Durability = Durability.Os });
    }
}
