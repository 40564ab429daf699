using System.Collections.Immutable;
using FireproofBench.Gateways.Simulated;

namespace FireproofBench.Scenarios.Proxying;

/// <summary>A way in which what stands before a store, or the store itself, is wrong on the wire. Ids are those of the simulated stores with the same fault.</summary>
/// <param name="Id">A letter for the class, and a number.</param>
/// <param name="Name">What it is called.</param>
/// <param name="Behaviour">What it does, in one sentence.</param>
/// <param name="Make">Makes it.</param>
internal sealed record ProxyFault(string Id, string Name, string Behaviour, Func<FaultSetting, WireFault> Make)
{
    /// <summary>The clauses that name its class.</summary>
    public required ImmutableArray<string> Killers { get; init; }

    /// <summary>How long what is late is late, unless it is said otherwise.</summary>
    public TimeSpan Lag { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>At which part of the occasions it strikes, unless it is said otherwise.</summary>
    public double Rate { get; init; } = 1;
}
