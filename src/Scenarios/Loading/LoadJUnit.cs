using System.Collections.Immutable;
using FireproofBench.Load.Judging;
using FireproofBench.Load.Results;
using FireproofBench.Load.Running;
using FireproofBench.Load.Simulations;
using FireproofBench.Scenarios.Reporting;

namespace FireproofBench.Scenarios.Loading;

/// <summary>The thresholds of a run as JUnit XML, one test case each; skipped ones where there was no load that could break them.</summary>
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
                !outcome.HadLoad ? JUnitOutcome.Skipped : result.Holds ? JUnitOutcome.Passed : JUnitOutcome.Failed,
                outcome.HadLoad ? $"measured {LoadText.Measured(result)}" : $"there was no load; ended early: {outcome.EndedEarly}")
            {
                Kind = "threshold",
                Advice = $"{manifest.Scenario.Name} on {manifest.Url}, seed {manifest.Seed}: {LoadPlanText.Write(manifest.Plan.Simulations)}. The page of the run shows when it happened.",
            }),
        ];
        JUnitXml.Write("fireproofbench load", [new JUnitSuite(manifest.Scenario.Name, outcome.Started, cases)], outcome.Measured, output);
    }
}
