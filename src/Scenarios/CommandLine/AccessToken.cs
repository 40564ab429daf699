using System.CommandLine;
using FireproofBench.Gateways;

namespace FireproofBench.Scenarios.CommandLine;

/// <summary>The bearer token for an HTTP endpoint: from a file or from the environment, never from the command line, which everybody on the machine can read.</summary>
internal static class AccessToken
{
    /// <summary>The variable that holds it.</summary>
    public const string Variable = "FIREPROOFBENCH_TOKEN";

    private const int MaxLength = 16 * 1024;

    /// <summary>Makes the option that names a file.</summary>
    public static Option<string?> Option() => new("--token-file")
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
        string? text = file is null ? Environment.GetEnvironmentVariable(Variable) : ReadFile(file);
        if (file is null && string.IsNullOrWhiteSpace(text))
            return null;
        string token = text!.Trim();
        return token.Length > 0 && token.All(static c => c is > ' ' and < '\x7f')
            ? new Secret(token)
            : throw new UsageException($"{(file is null ? Variable : "--token-file")}: that is no token (letters, digits and signs without blanks).");
    }

    private static string ReadFile(string file)
    {
        try
        {
            return new FileInfo(file).Length <= MaxLength ? File.ReadAllText(file) : throw new UsageException($"--token-file: '{file}' is too long for a token.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--token-file: '{file}' cannot be read: {failure.Message}");
        }
    }
}
