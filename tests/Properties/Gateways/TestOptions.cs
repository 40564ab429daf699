using FireproofBench.Gateways;
using FireproofBench.Gateways.Entropy;
using FireproofBench.Gateways.Filesystem;

namespace FireproofBench.Properties.Gateways;

/// <summary>What gateways take from outside in tests.</summary>
internal static class TestOptions
{
    /// <summary>The system's clock and entropy, with a durability and a longest wait for locks.</summary>
    public static GatewayOptions Of(Durability durability = Durability.Os, double lockWaitSeconds = 30) => new()
    {
        Time = TimeProvider.System,
        Entropy = SystemEntropy.Instance,
        Durability = durability,
        LockWait = TimeSpan.FromSeconds(lockWaitSeconds),
    };
}
