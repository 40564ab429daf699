using System.Collections.Immutable;
using FireproofBench.Load.Comparing;
using FireproofBench.Load.Results;
using FireproofBench.Scenarios.CommandLine;

namespace FireproofBench.Scenarios.Loading;

/// <summary>Finds the runs below a folder.</summary>
internal static class RunFolders
{
    private const int MostRuns = 1000;

    /// <summary>The run that a folder is, or all that lie in it, in the order of their names.</summary>
    /// <exception cref="UsageException">There is none, or one cannot be read.</exception>
    public static ImmutableArray<MeasuredRun> Read(string folder)
    {
        if (!Directory.Exists(folder))
            throw new UsageException($"'{folder}' is no folder. Name the result of a load run, or a folder of several.");
        try
        {
            string[] runs = File.Exists(Path.Combine(folder, LoadFolder.RunFile))
                ? [folder]
                : [.. Directory.EnumerateFiles(folder, LoadFolder.RunFile, SearchOption.AllDirectories).Take(MostRuns + 1).Select(static file => Path.GetDirectoryName(file)!).Order(StringComparer.Ordinal)];
            if (runs.Length is 0 or > MostRuns)
                throw new UsageException(runs.Length == 0 ? $"'{folder}' has no {LoadFolder.RunFile}: 'fireproofbench load' writes one." : $"'{folder}' has more than {MostRuns} runs. Name a smaller folder.");
            return [.. runs.Select(MeasuredRun.Read)];
        }
        catch (Exception failure) when (failure is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{failure.Message}.");
        }
    }
}
