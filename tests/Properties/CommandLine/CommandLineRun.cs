using FireproofBench.Scenarios.CommandLine;
using Xunit;

namespace FireproofBench.Properties.CommandLine;

/// <summary>The command line as a user has it whose output is redirected.</summary>
internal static class CommandLineRun
{
    /// <summary>Runs it on the stores that a user has.</summary>
    /// <param name="arguments">What is typed, without the name of the executable.</param>
    public static Task<(int Exit, string Output, string Error)> OfAsync(params IReadOnlyList<string> arguments) =>
        OfAsync(StoreUrls.OpenAsync, TestContext.Current.CancellationToken, arguments);

    /// <summary>Runs it on other stores, until it is interrupted.</summary>
    public static async Task<(int Exit, string Output, string Error)> OfAsync(StoreOpener stores, CancellationToken interrupt, params IReadOnlyList<string> arguments)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        int exit = await FireproofBenchCommand.RunAsync(arguments, new Terminal(output, error, Console: null, ErrorIsTerminal: false), stores, interrupt);
        return (exit, output.ToString(), error.ToString());
    }
}
