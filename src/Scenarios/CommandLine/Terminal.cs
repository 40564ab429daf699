using Spectre.Console;

namespace FireproofBench.Scenarios.CommandLine;

/// <summary>Where a verb writes: results to <see cref="Out"/>, progress and logs to <see cref="Error"/>.</summary>
/// <param name="Out">Standard output.</param>
/// <param name="Error">Standard error.</param>
/// <param name="Console">Standard output as a terminal with colours; null when it is none.</param>
/// <param name="ErrorIsTerminal">Whether lines on standard error may be written over.</param>
internal sealed record Terminal(TextWriter Out, TextWriter Error, IAnsiConsole? Console, bool ErrorIsTerminal)
{
    private const int DefaultWidth = 80;

    /// <summary>Standard output as bytes: for what is no text, and for much of it.</summary>
    public Stream OutBytes { get; init; } = Stream.Null;

    /// <summary>Standard input.</summary>
    public Stream In { get; init; } = Stream.Null;

    /// <summary>Asks for a line that is not shown: gets the question, gives what was typed, for the caller to erase. Null when there is nobody to ask.</summary>
    public Func<string, char[]>? AskSecret { get; init; }

    /// <summary>Columns of the terminal on standard error, asked for anew each time: people change it.</summary>
    public Func<int> Width { get; init; } = static () => DefaultWidth;

    /// <summary>Whether standard error may have colours.</summary>
    public bool MayColour { get; init; }

    /// <summary>The streams of this process.</summary>
    public static Terminal OfProcess() => new(
        System.Console.Out, System.Console.Error, System.Console.IsOutputRedirected ? null : AnsiConsole.Console, !System.Console.IsErrorRedirected)
    {
        OutBytes = System.Console.OpenStandardOutput(),
        In = System.Console.OpenStandardInput(),
        AskSecret = System.Console.IsInputRedirected ? null : ReadSecret,
        Width = WidthOfConsole,

        // https://no-color.org
        MayColour = Environment.GetEnvironmentVariable("NO_COLOR") is null or "",
    };

    // With standard output redirected some systems do not say.
    private static int WidthOfConsole()
    {
        try
        {
            return System.Console.WindowWidth is > 0 and var width ? width : DefaultWidth;
        }
        catch (IOException)
        {
            return DefaultWidth;
        }
    }

    private static char[] ReadSecret(string question)
    {
        System.Console.Error.Write(question);
        char[] typed = new char[Passphrase.MaxLength];
        int length = 0;
        while (true)
        {
            ConsoleKeyInfo key = System.Console.ReadKey(intercept: true);
            if (key.Key == ConsoleKey.Enter)
                break;
            if (key.Key == ConsoleKey.Backspace)
                length = Math.Max(0, length - 1);
            else if (!char.IsControl(key.KeyChar) && length < typed.Length)
                typed[length++] = key.KeyChar;
        }

        System.Console.Error.WriteLine();
        char[] secret = typed[..length];
        Array.Clear(typed);
        return secret;
    }
}
