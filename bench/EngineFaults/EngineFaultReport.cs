using System.Globalization;
using System.Text;

namespace FireproofBench.EngineFaults;

/// <summary>The results as a page with a table.</summary>
internal static class EngineFaultReport
{
    /// <summary>Writes the page.</summary>
    /// <param name="faults">The faults that were tried.</param>
    /// <param name="trials">The trial of each.</param>
    public static string Write(IReadOnlyList<EngineFault> faults, IReadOnlyDictionary<string, FaultTrial> trials)
    {
        int caught = faults.Count(fault => trials[fault.Id].IsCaught);
        StringBuilder page = new();
        _ = page.AppendLine("# Whether the suite catches a faulty engine").AppendLine()
            .AppendLine("Each fault is a change to the sources of the engine or of a gateway; the changed tool is built, and the clauses that have to tell the fault judge a store that is sound. Without")
            .AppendLine("any change the same clauses pass on the same stores. `folder` is an empty one, `serve` the tool's own endpoint, started with the same build. Made by `bench/EngineFaults`, at budget standard with seed 7; the")
            .AppendLine("evidence is in the JSON file beside it.").AppendLine()
            .AppendLine(CultureInfo.InvariantCulture, $"{caught} of {faults.Count} faults caught.").AppendLine()
            .AppendLine("| id | fault | what was changed | store | clauses that failed | |").AppendLine("|---|---|---|---|---|---|");
        foreach (EngineFault fault in faults)
        {
            FaultTrial trial = trials[fault.Id];
            string failed = trial.Trouble ?? (trial.Failed.Count > 0 ? string.Join(", ", trial.Failed.Keys) : $"none of {string.Join(", ", fault.Killers)}");
            _ = page.AppendLine(CultureInfo.InvariantCulture, $"| {fault.Id} | {fault.Name} | {fault.Behaviour} | `{fault.Store}` | {failed} | {(trial.IsCaught ? "caught" : "**not caught**")} |");
        }

        return page.ToString();
    }
}
