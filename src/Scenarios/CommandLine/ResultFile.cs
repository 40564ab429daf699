using System.Text;

namespace FireproofBench.Scenarios.CommandLine;

/// <summary>A file that a verb writes its result to; <c>-</c> stands for standard output.</summary>
internal static class ResultFile
{
    /// <summary>Standard output, in place of a file.</summary>
    public const string StandardOutput = "-";

    /// <summary>The path that can be written to, checked before the run and not after it.</summary>
    /// <param name="path">What was asked for; null for nothing.</param>
    /// <param name="option">Where it was asked for.</param>
    /// <exception cref="UsageException">It names a folder, or lies in one that does not exist.</exception>
    public static string? Check(string? path, string option)
    {
        if (path is null or StandardOutput)
            return path;
        string full = Path.GetFullPath(path);
        if (Directory.Exists(full))
            throw new UsageException($"{option}: '{path}' is a folder. Name a file.");
        return Directory.Exists(Path.GetDirectoryName(full)) ? full : throw new UsageException(
            $"{option}: the folder of '{path}' does not exist. Create it first.");
    }

    /// <summary>Makes a folder for results where there is none, and proves that it can be written to.</summary>
    /// <exception cref="UsageException">It is a file, or cannot be made or written to.</exception>
    public static string CheckFolder(string path, string option)
    {
        try
        {
            string full = Path.GetFullPath(path);
            if (File.Exists(full))
                throw new UsageException($"{option}: '{path}' is a file. Name a folder.");
            _ = Directory.CreateDirectory(full);
            string trial = Path.Combine(full, ".fireproofbench-trial");
            File.WriteAllBytes(trial, []);
            File.Delete(trial);
            return full;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new UsageException($"{option}: the folder '{path}' cannot be written to: {failure.Message} Choose another, or give yourself the right to write there.");
        }
    }

    /// <summary>Writes the result; nothing for null.</summary>
    /// <exception cref="UsageException">The file cannot be written.</exception>
    public static void Write(string? path, TextWriter standardOutput, Action<Stream> write)
    {
        if (path is null)
            return;
        if (path == StandardOutput)
        {
            using MemoryStream whole = new();
            write(whole);
            standardOutput.WriteLine(Encoding.UTF8.GetString(whole.GetBuffer(), 0, (int)whole.Length));
            return;
        }

        try
        {
            // A reader never finds half a report.
            string unfinished = path + ".tmp";
            using (FileStream stream = File.Create(unfinished))
                write(stream);
            File.Move(unfinished, path, overwrite: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"the report could not be written to '{path}': {failure.Message}");
        }
    }
}
