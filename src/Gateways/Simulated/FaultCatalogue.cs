using System.Collections.Immutable;
using FireproofBench.Gateways.Simulated.Faults;

namespace FireproofBench.Gateways.Simulated;

/// <summary>All faults of providers that a simulated store can have, and all oddities that are none.</summary>
internal static class FaultCatalogue
{
    /// <summary>The faults, by class.</summary>
    public static ImmutableArray<SimulatedFault> Faults { get; } =
    [
        .. VisibilityFaults.All, .. AtomicityFaults.All, .. ConditionFaults.All, .. ListingFaults.All, .. ByteFaults.All, .. NameFaults.All, .. HeadFaults.All,
        .. ChannelFaults.All, .. ErrorFaults.All,
    ];

    /// <summary>Sound stores that are odd.</summary>
    public static ImmutableArray<SimulatedFault> Oddities { get; } = Simulated.Faults.Oddities.All;
}
