using System.CommandLine;
using FireproofBench.Gateways;

namespace FireproofBench.Scenarios.CommandLine;

/// <summary>The bearer token for an HTTP endpoint: from a file or from the environment, never from the command line, which everybody on the machine can read.</summary>
internal static class AccessToken
{
    /// <summary>The variable that holds it.</summary>
    public const string Variable = "FIREPROOFBENCH_TOKEN";

    private const int MaxLength = 16 * 1024;
    private const string FileOption = "--token-file";

    /// <summary>Makes the option that names a file.</summary>
    public static Option<string?> Option() => new(FileOption)
    {
        Description = $"A file with the bearer token for an HTTP endpoint; without it {Variable}, if set.",
        HelpName = "FILE",
    };

    /// <summary>Reads the token.</summary>
    /// <param name="file">The file; null for the environment.</param>
    /// <returns>Null when there is none.</returns>
    /// <exception cref="UsageException">The file cannot be read, or holds no token.</exception>
    public static Secret? Read(string? file)
    {
        if (file is not null)
            return ReadFile(file, FileOption);
        string? text = Environment.GetEnvironmentVariable(Variable);
        return string.IsNullOrWhiteSpace(text) ? null : Check(text, Variable);
    }

    /// <summary>Reads a token from a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="option">The option that names it, for messages.</param>
    /// <exception cref="UsageException">The file cannot be read, or holds no token.</exception>
    public static Secret ReadFile(string file, string option)
    {
        try
        {
            return Check(new FileInfo(file).Length <= MaxLength ? File.ReadAllText(file) : throw new UsageException($"{option}: '{file}' is too long for a token."), option);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{option}: '{file}' cannot be read: {failure.Message}");
        }
    }

    private static Secret Check(string text, string where)
    {
        string token = text.Trim();
        return token.Length > 0 && token.All(static c => c is > ' ' and < '\x7f')
            ? new Secret(token)
            : throw new UsageException($"{where}: that is no token (letters, digits and signs without blanks).");
    }
}
