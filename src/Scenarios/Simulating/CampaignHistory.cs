using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FireproofBench.Scenarios.CommandLine;
using FireproofBench.Scenarios.Reporting;

namespace FireproofBench.Scenarios.Simulating;

/// <summary>A history of campaigns: a file with a line each, and a page beside it that shows how many worlds were run so far.</summary>
internal static class CampaignHistory
{
    /// <summary>Adds a campaign, and draws the page anew.</summary>
    /// <exception cref="UsageException">The file cannot be written, or is no history.</exception>
    public static void Add(string file, CampaignResult result)
    {
        try
        {
            using MemoryStream line = new();
            CampaignJson.Write(result, line, isIndented: false);
            File.AppendAllText(file, Encoding.UTF8.GetString(line.ToArray()) + "\n");
            List<JsonObject> campaigns = [.. File.ReadLines(file).Where(static text => text.Length > 0).Select(static text => JsonNode.Parse(text)!.AsObject())];
            File.WriteAllBytes(file + ".html", SimulationPage.Of(campaigns));
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException or FormatException)
        {
            throw new UsageException($"--history: '{file}' cannot be added to: {wrong.Message}");
        }
    }
}
