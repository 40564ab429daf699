using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Heads;
using FireproofBench.Gateways.Memory;
using FireproofBench.Properties.Gateways.S3;
using Xunit;

#pragma warning disable CA2213 // What is in memory only need not be closed, and the base class closes its gateway.
namespace FireproofBench.Properties.Gateways.Heads;

/// <summary>Heads in an object each, over objects in memory; another process reads through an instance of its own.</summary>
public sealed class MultiObjectHeadsContract : MetadataGatewayContract
{
    private readonly MemoryDataGateway _data = new(TimeProvider.System);
    private readonly MultiObjectHeads _elsewhere;

    public MultiObjectHeadsContract()
    {
        Gateway = new MultiObjectHeads(_data, TestOptions.Of());
        _elsewhere = new MultiObjectHeads(_data, TestOptions.Of());
    }

    private protected override IMetadataGateway Gateway { get; }

    private protected override ValueTask<MetaReading> ReadElsewhereAsync() => _elsewhere.ReadAsync(Token);
}

/// <summary>Heads in one object, over objects in memory.</summary>
public sealed class SingleObjectHeadsContract : MetadataGatewayContract
{
    private readonly MemoryDataGateway _data = new(TimeProvider.System);
    private readonly SingleObjectHeads _elsewhere;

    public SingleObjectHeadsContract()
    {
        Gateway = new SingleObjectHeads(_data, TestOptions.Of());
        _elsewhere = new SingleObjectHeads(_data, TestOptions.Of());
    }

    private protected override IMetadataGateway Gateway { get; }

    private protected override ValueTask<MetaReading> ReadElsewhereAsync() => _elsewhere.ReadAsync(Token);
}

/// <summary>Heads in the form that suits objects in memory.</summary>
public sealed class AutomaticHeadsContract : MetadataGatewayContract
{
    private readonly MemoryDataGateway _data = new(TimeProvider.System);
    private readonly AutomaticHeads _elsewhere;

    public AutomaticHeadsContract()
    {
        Gateway = new AutomaticHeads(_data, TestOptions.Of());
        _elsewhere = new AutomaticHeads(_data, TestOptions.Of());
    }

    private protected override IMetadataGateway Gateway { get; }

    private protected override ValueTask<MetaReading> ReadElsewhereAsync() => _elsewhere.ReadAsync(Token);
}

/// <summary>Heads on a real S3 store, each test under a prefix of its own.</summary>
public abstract class S3HeadsContract(string server, HeadsForm form) : MetadataGatewayContract, IAsyncLifetime
{
    // Stand in where the test is skipped.
    private IDataGateway _data = new MemoryDataGateway(TimeProvider.System);
    private IMetadataGateway _gateway = new MemoryMetadataGateway();
    private IMetadataGateway _elsewhere = new MemoryMetadataGateway();

    private protected override IMetadataGateway Gateway => _gateway;

    private protected override int Shorter => server == "swift" ? 20 : 5;

    public async ValueTask InitializeAsync()
    {
        _data = (await S3Server.RequireAsync(server)).Open();
        _gateway = Open();
        _elsewhere = Open();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _data.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected override ValueTask<MetaReading> ReadElsewhereAsync() => _elsewhere.ReadAsync(Token);

    private IMetadataGateway Open() => form == HeadsForm.MultiObject ? new MultiObjectHeads(_data, TestOptions.Of()) : new SingleObjectHeads(_data, TestOptions.Of());
}

public sealed class CephMultiObjectHeadsTests() : S3HeadsContract("ceph", HeadsForm.MultiObject);

public sealed class CephSingleObjectHeadsTests() : S3HeadsContract("ceph", HeadsForm.SingleObject);

public sealed class SwiftMultiObjectHeadsTests() : S3HeadsContract("swift", HeadsForm.MultiObject);
