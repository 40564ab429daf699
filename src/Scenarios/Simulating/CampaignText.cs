using System.Globalization;
using FireproofBench.Simulation.Running;

namespace FireproofBench.Scenarios.Simulating;

/// <summary>Tells of a campaign in a few lines.</summary>
internal static class CampaignText
{
    /// <summary>A line each violation, and one for all.</summary>
    public static IEnumerable<string> Lines(CampaignResult result)
    {
        foreach (WorldResult failure in result.Failures)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"seed {failure.Plan.Seed} ({failure.Plan.Store}): {failure.Violations[0].Claim}: {failure.Violations[0].Evidence}");
            yield return $"  {ReplayCommand.Of(result.Options, failure.Plan)}";
        }

        foreach (long seed in result.Unlike)
            yield return string.Create(CultureInfo.InvariantCulture, $"seed {seed}: two runs were not alike");
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"{result.Seeds} seeds to {result.LastSeed}, {result.Failures.Length} violations: {result.Options.Devices} devices, {result.Options.Steps} steps each, {result.VirtualTime.TotalHours:f1} hours in {result.Elapsed.TotalSeconds:f1} s ({result.VirtualTime / result.Elapsed:f0} times faster), {result.Seeds / result.Elapsed.TotalMinutes:f0} seeds a minute;");
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"{result.Acknowledged} writes acknowledged, {result.Readings} readings compared, {result.Requests} requests; all together at most {result.LongestSettling.TotalSeconds:f1} s after the last fault; digest of all {result.Digest}.");
        if (result.Untidy > 0)
            yield return string.Create(CultureInfo.InvariantCulture, $"In {result.Untidy} worlds a log named a file in the end that no store has any more; everything in it could be read elsewhere.");
        yield return "Stores: " + string.Join(", ", result.Profiles.Select(static profile => string.Create(CultureInfo.InvariantCulture, $"{profile.Key} {profile.Value}")));
        if (result.WasInterrupted)
            yield return "Interrupted: these are the worlds so far.";
    }
}
