using System.Collections.Immutable;
using FireproofBench.Gateways.Simulated;
using FireproofBench.Simulation.Planning;
using FsCheck;
using FsCheck.Fluent;

namespace FireproofBench.Properties.Simulation.Running;

/// <summary>Generates plans step by step, not from one seed, so that what fails is made small by leaving out steps, devices and features.</summary>
public static class WorldPlans
{
    public static Arbitrary<PlanUnderTest> Plans() => Arb.From(
        Gen.Choose(1, 4).SelectMany(static devices => Gen.Zip(Gen.Choose(1, int.MaxValue), Gen.Elements<string>([.. StoreProfiles.Sound]))
            .SelectMany(world => Gen.Choose(5, 60).SelectMany(length => Step(devices).ArrayOf(length)).Select(steps => Plan(devices, world.Item1, world.Item2, steps)))),
        static plan => Smaller(plan.Plan).Select(static smaller => new PlanUnderTest(smaller)));

    // A rest between two steps of up to two seconds, which device, what it does, and its own chance.
    private static Gen<(int Pause, int Device, StepKind Kind, int Chance)> Step(int devices) =>
        Gen.Zip(
            Gen.Zip(Gen.Frequency((3, Gen.Constant(0)), (2, Gen.Choose(1, 2000))), Gen.Choose(0, devices - 1)),
            Gen.Zip(Gen.Elements(Enum.GetValues<StepKind>()), Gen.Choose(0, int.MaxValue)))
            .Select(static parts => (parts.Item1.Item1, parts.Item1.Item2, parts.Item2.Item1, parts.Item2.Item2));

    private static PlanUnderTest Plan(int devices, int seed, string profile, (int Pause, int Device, StepKind Kind, int Chance)[] steps)
    {
        TimeSpan at = TimeSpan.Zero;
        ImmutableArray<Step>.Builder made = ImmutableArray.CreateBuilder<Step>(steps.Length);
        foreach ((int pause, int device, StepKind kind, int chance) in steps)
            made.Add(new Step(made.Count + 1, at += TimeSpan.FromMilliseconds(pause), device, kind, chance));

        // What costs nothing is drawn; disks are there for the steps that need them.
        Plan drawn = PlanDrawing.Draw(seed, $"sim:{profile}?lag=1s", devices, 1);
        return new PlanUnderTest(drawn with { Features = (drawn.Features | Features.Disks) & ~Features.Garbage, Steps = made.MoveToImmutable() });
    }

    private static IEnumerable<Plan> Smaller(Plan plan)
    {
        for (int size = plan.Steps.Length / 2; size >= 1; size /= 2)
        {
            for (int at = 0; at + size <= plan.Steps.Length && plan.Steps.Length > size; at += size)
                yield return plan with { Steps = [.. plan.Steps[..at], .. plan.Steps[(at + size)..]] };
        }

        foreach (Features feature in Enum.GetValues<Features>())
        {
            if (feature != Features.None && plan.Has(feature))
                yield return plan with { Features = plan.Features & ~feature };
        }
    }
}
