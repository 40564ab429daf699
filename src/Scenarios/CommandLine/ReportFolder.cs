using System.Collections.Immutable;
using FireproofBench.Load.Results;
using FireproofBench.Scenarios.Reporting;

namespace FireproofBench.Scenarios.CommandLine;

/// <summary>A folder with reports of conformance runs, at any depth.</summary>
internal static class ReportFolder
{
    private const int MostFiles = 10_000;

    /// <summary>Reads all reports, in the order of their names. Files that are none are named with the reason and skipped.</summary>
    /// <exception cref="UsageException">The folder does not exist, cannot be read, or has no report or too many files.</exception>
    public static ImmutableArray<ConformanceFile> Read(string folder, TextWriter warnings) =>
        Find(folder, warnings) is { Length: > 0 } reports ? reports : throw new UsageException(
            $"'{folder}' has no JSON report of a conformance run. 'fireproofbench conform URL --report DIR' writes one.");

    /// <summary>Reads all reports that there are, in the order of their names. Files that are none are named with the reason and skipped, those of load runs without a word.</summary>
    /// <exception cref="UsageException">The folder does not exist, cannot be read, or has too many files.</exception>
    public static ImmutableArray<ConformanceFile> Find(string folder, TextWriter warnings)
    {
        if (!Directory.Exists(folder))
            throw new UsageException($"'{folder}' is no folder. Name one with the results of conformance or load runs.");
        try
        {
            EnumerationOptions everywhere = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = true };
            string[] paths = [.. Directory.EnumerateFiles(folder, "*.json", everywhere).Where(static path => Path.GetFileName(path) != LoadFolder.RunFile).Take(MostFiles + 1).Order(StringComparer.Ordinal)];
            if (paths.Length > MostFiles)
                throw new UsageException($"'{folder}' has more than {MostFiles} JSON files. Name a folder with the reports of conformance runs.");
            return [.. paths.Select(p => ReadOne(folder, p, warnings)).OfType<ConformanceFile>().OrderBy(r => r.Name, StringComparer.Ordinal)];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"'{folder}' cannot be read: {failure.Message}");
        }
    }

    /// <summary>Writes the page over the reports.</summary>
    public static void WritePage(string folder, ImmutableArray<ConformanceFile> reports, Terminal terminal)
    {
        string path = Path.Combine(folder, "index.html");
        ResultFile.Write(path, terminal.Out, stream => stream.Write(MatrixPage.Of(reports, r => LinkOf(folder, r))));
        terminal.Error.WriteLine($"{reports.Length} reports are in {path}");
    }

    private static ConformanceFile? ReadOne(string folder, string path, TextWriter warnings)
    {
        string relative = Path.GetRelativePath(folder, path).Replace(Path.DirectorySeparatorChar, '/');
        try
        {
            using FileStream file = File.OpenRead(path);
            if (file.Length > ConformanceFile.MaxLength)
                throw new InvalidDataException($"it is longer than {ConformanceFile.MaxLength >> 20} MiB");
            byte[] text = new byte[file.Length];
            file.ReadExactly(text);
            return ConformanceFile.Read(relative, text);
        }
        catch (Exception failure) when (failure is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            warnings.WriteLine($"fireproofbench: {Printable.Key(relative)} is skipped: {failure.Message}");
            return null;
        }
    }

    // The page of a report lies beside it; without one the JSON has to do.
    private static string LinkOf(string folder, ConformanceFile report)
    {
        string page = report.Path[..^".json".Length] + ".html";
        string target = File.Exists(Path.Combine(folder, page)) ? page : report.Path;
        return LinkTo(target);
    }

    /// <summary>A path with slashes, relative to a page, as a link of it.</summary>
    // A first segment with a colon would read as a scheme.
    public static string LinkTo(string path) => "./" + string.Join('/', path.Split('/').Select(Uri.EscapeDataString));
}
