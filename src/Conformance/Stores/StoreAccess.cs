using FireproofBench.Engine.Ports;
using FireproofBench.Gateways;

namespace FireproofBench.Conformance.Stores;

/// <summary>A way to the store under test that is not the run's own: with other credentials, or with another clock.</summary>
/// <param name="Who">Who asks, for people, such as "a client without credentials".</param>
/// <param name="OpenData">Opens the objects. Nothing need be sent yet. The caller disposes of what it gets.</param>
/// <param name="OpenDatabase">As <see cref="StoreUnderTest.OpenDatabase"/>; null where heads are objects like others, or there are none.</param>
internal sealed record StoreAccess(
    string Who, Func<CancellationToken, ValueTask<IDataGateway>> OpenData, Func<string, string, IDeviceStore>? OpenDatabase = null)
{
    /// <summary>What is sent as a secret, and so must be in no message; null for nothing.</summary>
    public Secret? Secret { get; init; }
}
