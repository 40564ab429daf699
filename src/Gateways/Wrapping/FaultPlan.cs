using System.Collections.Immutable;

namespace FireproofBench.Gateways.Wrapping;

/// <summary>What goes wrong, as data. Each rule decides for itself, in this order; several can meet one call.</summary>
/// <param name="Rules">The rules.</param>
public sealed record FaultPlan(ImmutableArray<FaultRule> Rules)
{
    /// <summary>A plan of these rules.</summary>
    public static FaultPlan Of(params ReadOnlySpan<FaultRule> rules) => new([.. rules]);
}
