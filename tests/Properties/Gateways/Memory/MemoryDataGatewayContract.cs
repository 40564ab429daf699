using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Memory;

namespace FireproofBench.Properties.Gateways.Memory;

public sealed class MemoryDataGatewayContract : DataGatewayContract
{
    private protected override IDataGateway Gateway { get; } = new MemoryDataGateway(TimeProvider.System);
}
