using System.CommandLine;
using System.Security.Cryptography;
using System.Text;

namespace FireproofBench.Scenarios.CommandLine;

/// <summary>The passphrase of an invitation: from a file, from the environment, or asked for; never from the command line, which everybody on the machine can read.</summary>
internal static class Passphrase
{
    /// <summary>The variable that holds it.</summary>
    public const string Variable = "FIREPROOFBENCH_PASSPHRASE";

    /// <summary>Longest line that is asked for, in characters; what is too long for an invitation is refused there.</summary>
    public const int MaxLength = 2048;

    private const int MaxFileLength = 16 * 1024;

    /// <summary>Makes the option that names a file.</summary>
    public static Option<string?> Option() => new("--passphrase-file")
    {
        Description = $"A file with the passphrase in its first line; without it {Variable}, if set, else it is asked for.",
        HelpName = "FILE",
    };

    /// <summary>Reads the passphrase.</summary>
    /// <param name="file">The file; null for the environment or the terminal.</param>
    /// <param name="terminal">Where it is asked for.</param>
    /// <param name="isNew">Whether it is asked for twice, so that a slip is noticed.</param>
    /// <returns>The passphrase, for the caller to erase.</returns>
    /// <exception cref="UsageException">The file cannot be read, there is nobody to ask, or both answers differ.</exception>
    public static char[] Read(string? file, Terminal terminal, bool isNew)
    {
        if (file is not null)
            return ReadFile(file);
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } text)
            return text.ToCharArray();
        if (terminal.AskSecret is not { } ask)
            throw new UsageException($"there is no terminal to ask for the passphrase on: name --passphrase-file, or set {Variable}.");
        char[] first = ask("Passphrase: ");
        if (!isNew)
            return first;
        char[] second = ask("Once more: ");
        bool isSame = first.AsSpan().SequenceEqual(second);
        Array.Clear(second);
        if (isSame)
            return first;
        Array.Clear(first);
        throw new UsageException("the two passphrases differ: nothing was done.");
    }

    private static char[] ReadFile(string file)
    {
        byte[] bytes = [];
        try
        {
            if (new FileInfo(file).Length > MaxFileLength)
                throw new UsageException($"--passphrase-file: '{file}' is too long for a passphrase.");
            bytes = File.ReadAllBytes(file);
            ReadOnlySpan<byte> line = bytes;
            if (line.StartsWith("\uFEFF"u8))
                line = line[3..];
            int end = line.IndexOfAny((byte)'\r', (byte)'\n');
            line = end < 0 ? line : line[..end];
            char[] passphrase = new char[Encoding.UTF8.GetCharCount(line)];
            _ = Encoding.UTF8.GetChars(line, passphrase);
            return passphrase;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--passphrase-file: '{file}' cannot be read: {failure.Message}");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }
}
