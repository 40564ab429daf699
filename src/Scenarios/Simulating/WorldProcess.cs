using System.Diagnostics;
using FireproofBench.Scenarios.CommandLine;
using FireproofBench.Simulation.Planning;
using FireproofBench.Simulation.Running;

namespace FireproofBench.Scenarios.Simulating;

/// <summary>Runs worlds in processes of their own, one after another: what has no end in them ends with its process, so that many can be tried.</summary>
internal static class WorldProcess
{
    private const string Endless = "a piece of code did not end";

    // Longer than a world of the most steps takes that comes to its end.
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(10);

    /// <summary>Runs a plan.</summary>
    /// <returns>Of what came of it only whether it was without an end: all else is sound here.</returns>
    /// <exception cref="UsageException">A process cannot be started, or does not do what it is to do.</exception>
    public static WorldResult Run(Plan plan)
    {
        string file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            File.WriteAllText(file, PlanText.Write(plan));
            ProcessStartInfo start = new("dotnet", [typeof(WorldProcess).Assembly.Location, "simulate", "--plan", file]) { RedirectStandardOutput = true, RedirectStandardError = true };
            using Process process = Process.Start(start) ?? throw new UsageException("no process can be started to make the failure small");
            process.ErrorDataReceived += static (_, _) => { };
            process.BeginErrorReadLine();
            Task<string> story = process.StandardOutput.ReadToEndAsync();
            if (!process.WaitForExit(s_longest))
            {
                process.Kill();
                throw new UsageException($"a process that is to make the failure small did not end in {s_longest.TotalMinutes:f0} minutes");
            }

            return Result(plan, process.ExitCode, story.GetAwaiter().GetResult());
        }
        catch (Exception missing) when (missing is System.ComponentModel.Win32Exception or IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"no process can be started to make the failure small: {missing.Message}");
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>What a process said of its world.</summary>
    /// <param name="plan">The plan it ran.</param>
    /// <param name="exitCode">How it ended.</param>
    /// <param name="story">What it wrote.</param>
    /// <exception cref="UsageException">It did not run the world.</exception>
    internal static WorldResult Result(Plan plan, int exitCode, string story)
    {
        if (exitCode is not (ExitCodes.Success or ExitCodes.Violation))
            throw new UsageException($"a process that is to make the failure small ended with {exitCode}");
        WorldResult endless = WorldResult.Endless(plan, steps: 0, TimeSpan.Zero);
        return story.Contains(Endless, StringComparison.Ordinal) ? endless : endless with { Violations = [], IsEndless = false };
    }
}
