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
            using MemoryStream written = new();
            CampaignJson.Write(result, written, isIndented: false);
            string line = Encoding.UTF8.GetString(written.ToArray());

            // Read first: a file that is no history stays as it is.
            IEnumerable<string> former = File.Exists(file) ? File.ReadLines(file).Where(static text => text.Length > 0) : [];
            List<JsonObject> campaigns = [.. former.Append(line).Select(static text => JsonNode.Parse(text)!.AsObject())];
            File.AppendAllText(file, line + "\n");
            File.WriteAllBytes(file + ".html", SimulationPage.Of(campaigns));
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException or FormatException)
        {
            throw new UsageException($"--history: '{file}' cannot be added to: {wrong.Message}");
        }
    }
}
