using System.Text.Json;
using FireproofBench.Simulation.Running;

namespace FireproofBench.Scenarios.Simulating;

/// <summary>Campaigns as JSON, <c>"schema":"fireproofbench/simulation/1"</c>: the same object as a file, and as a line of a history.</summary>
internal static class CampaignJson
{
    /// <summary>Writes a campaign.</summary>
    public static void Write(CampaignResult result, Stream stream, bool isIndented)
    {
        using Utf8JsonWriter json = new(stream, new JsonWriterOptions { Indented = isIndented, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        json.WriteString("schema", "fireproofbench/simulation/1");
        json.WriteString("startedAt", result.StartedAt);
        json.WriteNumber("elapsedMs", (long)result.Elapsed.TotalMilliseconds);
        json.WriteNumber("firstSeed", result.Options.Seeds.From);
        json.WriteNumber("lastSeed", result.LastSeed);
        json.WriteNumber("seeds", result.Seeds);
        json.WriteNumber("devices", result.Options.Devices);
        json.WriteNumber("steps", result.Options.Steps);
        json.WriteNumber("workers", result.Options.Workers);
        json.WriteNumber("virtualHours", Math.Round(result.VirtualTime.TotalHours, 2));
        json.WriteNumber("virtualPerReal", Math.Round(result.VirtualTime / result.Elapsed));
        json.WriteNumber("seedsPerMinute", Math.Round(result.Seeds / result.Elapsed.TotalMinutes));
        json.WriteNumber("worldSteps", result.WorldSteps);
        json.WriteNumber("acknowledged", result.Acknowledged);
        json.WriteNumber("readings", result.Readings);
        json.WriteNumber("requests", result.Requests);
        json.WriteNumber("longestSettlingMs", (long)result.LongestSettling.TotalMilliseconds);
        json.WriteNumber("untidy", result.Untidy);
        json.WriteString("digest", result.Digest);
        json.WriteStartObject("profiles");
        foreach ((string profile, long seeds) in result.Profiles)
            json.WriteNumber(profile, seeds);
        json.WriteEndObject();
        json.WriteStartArray("violations");
        foreach (WorldResult failure in result.Failures)
            WriteFailure(json, result.Options, failure);
        json.WriteEndArray();
        json.WriteStartArray("unlike");
        foreach (long seed in result.Unlike)
            json.WriteNumberValue(seed);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteFailure(Utf8JsonWriter json, CampaignOptions options, WorldResult failure)
    {
        json.WriteStartObject();
        json.WriteNumber("seed", failure.Plan.Seed);
        json.WriteString("store", failure.Plan.Store);
        json.WriteString("features", failure.Plan.Features.ToString());
        json.WriteString("claim", failure.Violations[0].Claim.ToString());
        json.WriteNumber("atMs", (long)failure.Violations[0].At.TotalMilliseconds);
        json.WriteString("evidence", failure.Violations[0].Evidence);
        json.WriteString("replay", ReplayCommand.Of(options, failure.Plan));
        json.WriteEndObject();
    }
}
