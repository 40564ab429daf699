using System.Collections.Immutable;

namespace FireproofBench.Gateways.Simulated;

/// <summary>A way in which stores are wrong, or merely odd.</summary>
/// <param name="Id">Its id: a letter for its class, and a number.</param>
/// <param name="Name">What it is called.</param>
/// <param name="Behaviour">What it does, in one sentence.</param>
/// <param name="Make">Makes the behaviour.</param>
internal sealed record SimulatedFault(string Id, string Name, string Behaviour, Func<FaultSetting, StoreBehaviour> Make)
{
    /// <summary>The clauses that name its class: at least one has to fail. Empty for an oddity, on which none may.</summary>
    public ImmutableArray<string> Killers { get; init; } = [];

    /// <summary>How long what is late is late, unless the address says otherwise.</summary>
    public TimeSpan Lag { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>At which part of the occasions it strikes, unless the address says otherwise.</summary>
    public double Rate { get; init; } = 1;
}
