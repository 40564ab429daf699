using System.Collections.Immutable;
using FireproofBench.Load.Judging;
using FireproofBench.Load.Results;
using FireproofBench.Load.Running;
using FireproofBench.Load.Simulations;
using FireproofBench.Scenarios.Reporting;

namespace FireproofBench.Scenarios.Loading;

/// <summary>The thresholds of a run as JUnit XML, one test case each.</summary>
internal static class LoadJUnit
{
    /// <summary>Writes the document in UTF-8.</summary>
    public static void Write(LoadManifest manifest, LoadOutcome outcome, ImmutableArray<ThresholdResult> thresholds, Stream output)
    {
        ImmutableArray<JUnitCase> cases =
        [
            .. thresholds.Select(result => new JUnitCase(
                $"load.{manifest.Scenario.Name}",
                result.Threshold.Text,
                outcome.Measured,
                result.Holds ? JUnitOutcome.Passed : JUnitOutcome.Failed,
                $"measured {LoadText.Measured(result)}")
            {
                Kind = "threshold",
                Advice = $"{manifest.Scenario.Name} on {manifest.Url}, seed {manifest.Seed}: {LoadPlanText.Write(manifest.Plan.Simulations)}. The page of the run shows when it happened.",
            }),
        ];
        JUnitXml.Write("fireproofbench load", [new JUnitSuite(manifest.Scenario.Name, outcome.Started, cases)], outcome.Measured, output);
    }
}
