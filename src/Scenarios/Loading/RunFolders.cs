using System.Collections.Immutable;
using FireproofBench.Load.Comparing;
using FireproofBench.Load.Results;
using FireproofBench.Scenarios.CommandLine;

namespace FireproofBench.Scenarios.Loading;

/// <summary>Finds the runs below a folder.</summary>
internal static class RunFolders
{
    // Of runs that are compared all histograms are in memory at once.
    private const int MostRuns = 10_000;

    /// <summary>The run that a folder is, or all that lie in it, in the order of their names.</summary>
    /// <exception cref="UsageException">There is none, or one cannot be read.</exception>
    public static ImmutableArray<MeasuredRun> Read(string folder)
    {
        if (!Directory.Exists(folder))
            throw new UsageException($"'{folder}' is no folder. Name the result of a load run, or a folder of several.");
        try
        {
            string[] runs = File.Exists(Path.Combine(folder, LoadFolder.RunFile)) ? [folder] : Find(folder, MostRuns);
            if (runs.Length == 0)
                throw new UsageException($"'{folder}' has no {LoadFolder.RunFile}: 'fireproofbench load' writes one.");
            return [.. runs.Select(MeasuredRun.Read)];
        }
        catch (Exception failure) when (failure is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{failure.Message}.");
        }
    }

    /// <summary>What all runs that lie in a folder say of themselves; none for none. One that cannot be read is named with the reason and skipped.</summary>
    /// <exception cref="UsageException">The folder cannot be read.</exception>
    public static ImmutableArray<RunSummary> Summaries(string folder, TextWriter warnings)
    {
        ImmutableArray<RunSummary>.Builder runs = ImmutableArray.CreateBuilder<RunSummary>();
        foreach (string run in Find(folder, most: int.MaxValue - 1))
        {
            try
            {
                runs.Add(RunSummary.Read(run));
            }
            catch (Exception failure) when (failure is InvalidDataException or IOException or UnauthorizedAccessException)
            {
                warnings.WriteLine($"fireproofbench: a run is skipped: {failure.Message}");
            }
        }

        return runs.ToImmutable();
    }

    /// <summary>Whether the histograms of a run are there; those of old nights are removed some day.</summary>
    public static bool HasHistograms(RunSummary run) => File.Exists(Path.Combine(run.Path, LoadFolder.HistogramFile));

    private static string[] Find(string folder, int most)
    {
        try
        {
            EnumerationOptions everywhere = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = true };
            string[] runs = [.. Directory.EnumerateFiles(folder, LoadFolder.RunFile, everywhere).Take(most + 1).Select(static file => Path.GetDirectoryName(file)!).Order(StringComparer.Ordinal)];
            return runs.Length <= most ? runs : throw new UsageException($"'{folder}' has more than {most} runs. Name a smaller folder.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"'{folder}' cannot be read: {failure.Message}");
        }
    }
}
