using System.Collections.Immutable;
using FireproofBench.Load.Judging;
using FireproofBench.Load.Results;
using FireproofBench.Load.Running;
using FireproofBench.Load.Scenarios;
using FireproofBench.Scenarios.Providers;

namespace FireproofBench.Scenarios.Loading;

/// <summary>A load run of which all is known that is known before it.</summary>
/// <param name="Request">What the user asked for, with the prices that count.</param>
/// <param name="Target">Where it is.</param>
/// <param name="Scenario">What it does.</param>
/// <param name="Manifest">What it says of itself.</param>
/// <param name="Options">How it is made.</param>
/// <param name="Thresholds">What it has to keep.</param>
/// <param name="Provider">What is known of the provider; null for nothing.</param>
internal sealed record PlannedRun(
    LoadRequest Request, LoadTarget Target, ILoadScenario Scenario, LoadManifest Manifest, LoadOptions Options, ImmutableArray<Threshold> Thresholds, KnownProvider? Provider);
