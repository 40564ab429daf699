using System.Globalization;
using FireproofBench.Simulation.Planning;

namespace FireproofBench.Scenarios.Simulating;

/// <summary>The command line that runs a world again.</summary>
internal static class ReplayCommand
{
    /// <summary>For a world that a seed drew.</summary>
    public static string Of(CampaignOptions options, Plan plan)
    {
        CampaignOptions usual = new() { Seeds = options.Seeds };
        string command = string.Create(CultureInfo.InvariantCulture, $"fireproofbench simulate --seed {plan.Seed}");
        if (options.Store is { } store)
            command += $" --store '{store}'";
        if (options.Devices != usual.Devices)
            command += string.Create(CultureInfo.InvariantCulture, $" --devices {options.Devices}");
        return options.Steps == usual.Steps ? command : command + string.Create(CultureInfo.InvariantCulture, $" --steps {options.Steps}");
    }
}
