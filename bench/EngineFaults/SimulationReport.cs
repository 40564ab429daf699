using System.Globalization;
using System.Text;

namespace FireproofBench.EngineFaults;

/// <summary>What the simulation found, as a page with a table.</summary>
internal static class SimulationReport
{
    /// <summary>Writes the page.</summary>
    /// <param name="faults">The faults that were tried.</param>
    /// <param name="trials">The trial of each, and that of the sound sources.</param>
    /// <param name="minutes">How long the worlds of one fault were given.</param>
    public static string Write(IReadOnlyList<EngineFault> faults, IReadOnlyDictionary<string, SimulationTrial> trials, double minutes)
    {
        int found = faults.Count(fault => trials[fault.Id].IsFound);
        StringBuilder page = new();
        _ = page.AppendLine("# How many seeds the simulation needs to find a faulty engine").AppendLine()
            .AppendLine("Each fault is a change to the sources of the engine or of a gateway; the changed tool is built, and its `simulate` runs seeds from 1 upward, 3 devices and 200 steps each, until a world violates a claim.")
            .AppendLine(CultureInfo.InvariantCulture, $"Without any change all claims hold in {trials[FaultTrial.Sound].Seeds} seeds. The plan that failed is then made small, in at most 1,000 runs; the story of that is in the file of the fault beside")
            .AppendLine(CultureInfo.InvariantCulture, $"this page, and what was seen first in the JSON file. A fault had {minutes:0.##} minutes of worlds, one at a time. Made by `bench/EngineFaults --by simulation`.").AppendLine()
            .AppendLine(CultureInfo.InvariantCulture, $"{found} of {faults.Count} faults found.").AppendLine()
            .AppendLine("| id | fault | what was changed | claim | seeds | steps, devices of the small plan | minutes |").AppendLine("|---|---|---|---|---|---|---|");
        foreach (EngineFault fault in faults)
        {
            SimulationTrial trial = trials[fault.Id];
            string claim = trial.Trouble ?? trial.Claim ?? "**not found**";
            string small = trial.Steps is null ? "" : string.Create(CultureInfo.InvariantCulture, $"{trial.Steps}, {trial.Devices}");
            _ = page.AppendLine(CultureInfo.InvariantCulture, $"| {fault.Id} | {fault.Name} | {fault.Behaviour} | {claim} | {trial.Seeds} | {small} | {trial.Minutes:f1} |");
        }

        return page.ToString();
    }
}
