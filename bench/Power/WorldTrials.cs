using System.Globalization;
using System.Text;
using FireproofBench.Gateways.Simulated;
using FireproofBench.Scenarios.Simulating;
using FireproofBench.Simulation.Running;

namespace FireproofBench.Power;

/// <summary>Runs worlds of databases over stores that have a fault, until one violates a claim.</summary>
internal static class WorldTrials
{
    private const int MostSeeds = 200;

    /// <summary>Runs them, one fault after the other.</summary>
    /// <param name="faults">The faults.</param>
    /// <param name="parallel">How many worlds at a time.</param>
    public static async Task<WorldTrial[]> RunAsync(IEnumerable<SimulatedFault> faults, int parallel)
    {
        List<WorldTrial> trials = [];
        foreach (SimulatedFault fault in faults)
        {
            CampaignOptions options = new() { Seeds = new SeedRange(1, MostSeeds), Store = $"sim:fault/{fault.Id}", Workers = parallel, MostViolations = 1 };
            CampaignResult result = await new Campaign(options, static (_, _) => { }).RunAsync(CancellationToken.None);
            WorldResult? failure = result.Failures.FirstOrDefault();
            trials.Add(new WorldTrial(fault.Id, result.Seeds, failure?.Plan.Seed, failure?.Violations[0].Claim.ToString(), failure?.Violations[0].Evidence));
            Console.Error.WriteLine($"{fault.Id}: {trials[^1].Claim ?? "nothing"} in {trials[^1].Seeds} worlds");
        }

        return [.. trials];
    }

    /// <summary>The same as a page of Markdown.</summary>
    public static string Write(IReadOnlyList<WorldTrial> trials)
    {
        StringBuilder page = new();
        _ = page.AppendLine("# What databases notice of a store's faults").AppendLine()
            .AppendLine("Worlds of three devices and 200 steps over a store that has one fault, as `fireproofbench simulate --store fault/ID` runs them, with seeds from 1 upward until a claim does not hold.")
            .AppendLine("A fault that no world notices is one that this engine bears: the clauses catch it all the same, since others may not. Made by `bench/Power --parts worlds`.").AppendLine()
            .AppendLine(CultureInfo.InvariantCulture, $"{trials.Count(static trial => trial.Claim is not null)} of {trials.Count} faults break a claim within {MostSeeds} worlds.").AppendLine()
            .AppendLine("| id | fault | claim | worlds | what was seen |").AppendLine("|---|---|---|--:|---|");
        foreach (WorldTrial trial in trials)
        {
            string name = FaultCatalogue.Faults.First(fault => fault.Id == trial.Id).Name;
            _ = page.AppendLine(CultureInfo.InvariantCulture, $"| {trial.Id} | {name} | {trial.Claim ?? "none"} | {trial.Seeds} | {Short(trial.Evidence ?? "")} |");
        }

        return page.ToString();
    }

    private static string Short(string evidence)
    {
        const int Longest = 160;
        string line = evidence.ReplaceLineEndings(" ").Replace("|", "\\|", StringComparison.Ordinal);
        return line.Length <= Longest ? line : line[..Longest] + "…";
    }
}
