using System.Globalization;
using FireproofBench.Simulation.Planning;
using FireproofBench.Simulation.Running;
using FireproofBench.Simulation.Telling;

namespace FireproofBench.Scenarios.Simulating;

/// <summary>What is kept of a run: the story, the sequence diagram, the clock as a graph, and the plan that runs it again.</summary>
internal static class FailureFolder
{
    /// <summary>Runs a plan once more, keeping its trace, and writes the files <c>story.txt</c>, <c>sequence.mmd</c>, <c>clock.dot</c>, <c>clock.svg</c> and <c>plan.json</c>.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="folder">Where to; made where it is not there.</param>
    /// <returns>The run, and why it could not be kept; null when it was.</returns>
    public static (WorldResult Told, string? NotKept) Write(Plan plan, string folder)
    {
        WorldResult told = WatchedWorld.Run(plan, keepsTrace: true);
        try
        {
            // The plan first: from it the others can be had again.
            _ = Directory.CreateDirectory(folder);
            File.WriteAllText(Path.Combine(folder, "plan.json"), PlanText.Write(plan) + "\n");
            File.WriteAllLines(Path.Combine(folder, "story.txt"), [.. Story.Lines(told, isFull: false), Replay(folder)]);
            File.WriteAllLines(Path.Combine(folder, "sequence.mmd"), SequenceDiagram.Lines(told));
            File.WriteAllLines(Path.Combine(folder, "clock.dot"), ClockGraph.Lines(told));
            File.WriteAllLines(Path.Combine(folder, "clock.svg"), ClockDrawing.Lines(told));
            return (told, null);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return (told, $"it could not be kept in '{folder}': {failure.Message} Make room there, or name another folder.");
        }
    }

    /// <summary>The folder of a seed.</summary>
    public static string Of(string reports, long seed) => Path.Combine(reports, string.Create(CultureInfo.InvariantCulture, $"seed-{seed}"));

    private static string Replay(string folder) => $"Run it again: fireproofbench simulate --plan {Path.Combine(Path.GetFileName(folder), "plan.json")}";
}
