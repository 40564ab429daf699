using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Filesystem;
using FireproofBench.Properties.Fixtures;
namespace FireproofBench.Properties.Gateways.Filesystem;

public abstract class FileDataGatewayContract(Durability durability) : DataGatewayContract
{
    private readonly TemporaryFolder _folder = new();
    private FileDataGateway? _gateway;

    private protected override IDataGateway Gateway => _gateway ??= new FileDataGateway(_folder.Path, TestOptions.Of(durability));

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }
}

public sealed class FileDataGatewayThatSyncs() : FileDataGatewayContract(Durability.Fsync);

public sealed class FileDataGatewayThatTrustsTheSystem() : FileDataGatewayContract(Durability.Os);
