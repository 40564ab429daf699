using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Simulated;

/// <summary>What lies between one client and a simulated store, such as a network that loses messages.</summary>
internal interface IStoreWay
{
    /// <summary>The objects as the client meets them at the end of the way.</summary>
    /// <param name="store">The store; it stays open.</param>
    IDataGateway To(IDataGateway store);

    /// <summary>The heads as the client meets them at the end of the way.</summary>
    /// <param name="heads">The heads; closed with the result.</param>
    IMetadataGateway To(IMetadataGateway heads);
}
