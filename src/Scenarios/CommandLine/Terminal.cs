using Spectre.Console;

namespace FireproofBench.Scenarios.CommandLine;

/// <summary>Where a verb writes: results to <see cref="Out"/>, progress and logs to <see cref="Error"/>.</summary>
/// <param name="Out">Standard output.</param>
/// <param name="Error">Standard error.</param>
/// <param name="Console">Standard output as a terminal with colours; null when it is none.</param>
/// <param name="ErrorIsTerminal">Whether lines on standard error may be written over.</param>
internal sealed record Terminal(TextWriter Out, TextWriter Error, IAnsiConsole? Console, bool ErrorIsTerminal)
{
    /// <summary>Standard output as bytes: for what is no text, and for much of it.</summary>
    public Stream OutBytes { get; init; } = Stream.Null;

    /// <summary>Standard input.</summary>
    public Stream In { get; init; } = Stream.Null;

    /// <summary>The streams of this process.</summary>
    public static Terminal OfProcess() => new(
        System.Console.Out, System.Console.Error, System.Console.IsOutputRedirected ? null : AnsiConsole.Console, !System.Console.IsErrorRedirected)
    {
        OutBytes = System.Console.OpenStandardOutput(),
        In = System.Console.OpenStandardInput(),
    };
}
