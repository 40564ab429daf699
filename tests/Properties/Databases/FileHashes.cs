using System.Security.Cryptography;

namespace FireproofBench.Properties.Databases;

/// <summary>The format's files below a folder with their SHA-256, to compare folders.</summary>
internal static class FileHashes
{
    /// <summary>Path and hash of each file, sorted by path; the hidden folder of locks and temporary files is not of the format.</summary>
    public static IReadOnlyList<string> Of(string folder) =>
    [
        .. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(file => (Path: Path.GetRelativePath(folder, file).Replace('\\', '/'), File: file))
            .Where(static item => !item.Path.Contains("/.fireproofbench/", StringComparison.Ordinal))
            .OrderBy(static item => item.Path, StringComparer.Ordinal)
            .Select(static item => $"{item.Path} {Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(item.File)))}"),
    ];
}
