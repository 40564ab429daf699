using FireproofBench.Endpoint.Heads;
using FireproofBench.Properties.Endpoint;

namespace FireproofBench.Properties.Gateways.Http;

/// <summary>The contract over an endpoint with heads in PostgreSQL.</summary>
public sealed class HttpOverPostgresTests : HttpMetadataGatewayTests
{
    private string _database = "";

    public override async ValueTask InitializeAsync()
    {
        _database = await PostgresServer.RequireDatabaseAsync();
        await base.InitializeAsync();
    }

    private protected override void Configure(FireproofBench.Endpoint.EndpointOptions options) =>
        options.Heads = _ => new PostgresHeadStore(_database, TimeProvider.System);
}
