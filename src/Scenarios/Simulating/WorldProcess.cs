using System.Diagnostics;
using FireproofBench.Scenarios.CommandLine;
using FireproofBench.Simulation.Planning;
using FireproofBench.Simulation.Running;

namespace FireproofBench.Scenarios.Simulating;

/// <summary>Runs worlds in processes of their own, one after another: what has no end in them ends with its process, so that many can be tried.</summary>
internal static class WorldProcess
{
    private const string Endless = "a piece of code did not end";

    /// <summary>Runs a plan.</summary>
    /// <returns>Of what came of it only whether it was without an end: all else is sound here.</returns>
    /// <exception cref="UsageException">No process can be started.</exception>
    public static WorldResult Run(Plan plan)
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, PlanText.Write(plan));
            ProcessStartInfo start = new("dotnet", [typeof(WorldProcess).Assembly.Location, "simulate", "--plan", file]) { RedirectStandardOutput = true, RedirectStandardError = true };
            using Process process = Process.Start(start) ?? throw new UsageException("no process can be started to make the failure small; --shrink 0 leaves that out");
            process.ErrorDataReceived += static (_, _) => { };
            process.BeginErrorReadLine();
            string story = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return Result(plan, story.Contains(Endless, StringComparison.Ordinal));
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            throw new UsageException($"no process can be started to make the failure small: {missing.Message}; --shrink 0 leaves that out");
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static WorldResult Result(Plan plan, bool isEndless)
    {
        WorldResult endless = WorldResult.Endless(plan, steps: 0, TimeSpan.Zero);
        return isEndless ? endless : endless with { Violations = [], IsEndless = false };
    }
}
