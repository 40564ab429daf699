using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Memory;
using Xunit;

namespace FireproofBench.Properties.Gateways.S3;

/// <summary>The contract of data gateways on a real S3 store, each test under a prefix of its own.</summary>
#pragma warning disable CA2213 // The base class disposes of its gateway, which is this one.
public abstract class S3DataGatewayContract(string server) : DataGatewayContract, IAsyncLifetime
{
    // Stands in where the test is skipped.
    private IDataGateway _gateway = new MemoryDataGateway(TimeProvider.System);

    private protected override IDataGateway Gateway => _gateway;

    private protected override bool DeletesTell => false;

    private protected override bool Keeps(string key) => !key.Contains('\uffff', StringComparison.Ordinal);

    public async ValueTask InitializeAsync() => _gateway = (await S3Server.RequireAsync(server)).Open();

    public override async ValueTask DisposeAsync()
    {
        foreach (ObjectInfo left in (await _gateway.ListAsync("", null, 1000, CancellationToken.None)).Objects)
            _ = await _gateway.DeleteAsync(left.Key, null, CancellationToken.None);
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}

/// <summary>On Ceph.</summary>
public sealed class CephDataGatewayTests() : S3DataGatewayContract("ceph")
{
    private protected override int Shorter => 2;
}

/// <summary>On Swift, where a request takes some 20 ms.</summary>
public sealed class SwiftDataGatewayTests() : S3DataGatewayContract("swift")
{
    private protected override int Shorter => 10;
}

/// <summary>On MinIO, where Docker is.</summary>
public sealed class MinioDataGatewayTests() : S3DataGatewayContract("minio")
{
    private protected override int Shorter => 2;
}
