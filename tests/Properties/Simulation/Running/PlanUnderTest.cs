using FireproofBench.Simulation.Planning;

namespace FireproofBench.Properties.Simulation.Running;

/// <summary>A plan that a property is tried with; shown as the text that <c>simulate --plan</c> reads.</summary>
public sealed class PlanUnderTest
{
    internal PlanUnderTest(Plan plan) => Plan = plan;

    internal Plan Plan { get; }

    public override string ToString() => PlanText.Write(Plan);
}
