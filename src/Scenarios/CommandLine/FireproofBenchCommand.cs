using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;

namespace FireproofBench.Scenarios.CommandLine;

/// <summary>The executable: one root command, one class a verb.</summary>
internal static class FireproofBenchCommand
{
    /// <summary>Runs one command line and gives the exit code.</summary>
    /// <param name="arguments">What the user typed, without the name of the executable.</param>
    /// <param name="terminal">Where to write.</param>
    /// <param name="stores">Opens stores by their URL.</param>
    /// <param name="interrupt">As Ctrl-C would.</param>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, Terminal terminal, StoreOpener stores, CancellationToken interrupt)
    {
        RootCommand root = new("Says whether a folder, bucket or endpoint is safe for a Fireproof database, and works with such databases.")
        {
            new ConformVerb(terminal, stores).Create(),
            new ReportVerb(terminal).Create(),
            new DbCommand(terminal).Create(),
            new ServeVerb(terminal).Create(),
            new LoadVerb(terminal, stores, TimeProvider.System).Create(),
            new CompareVerb(terminal).Create(),
            new MicroVerb(terminal).Create(),
            new SimulateVerb(terminal).Create(),
            new ProxyVerb(terminal).Create(),
        };

        // An id may start with '@': it is no file of arguments.
        ParseResult parsed = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Action is ParseErrorAction or null && parsed.Errors.Count > 0)
        {
            foreach (string message in parsed.Errors.Select(e => e.Message).Distinct())
                await terminal.Error.WriteLineAsync($"fireproofbench: {message}");
            await terminal.Error.WriteLineAsync($"See 'fireproofbench {PathOf(parsed.CommandResult)}--help'.");
            return ExitCodes.CouldNotRun;
        }

        InvocationConfiguration configuration = new()
        {
            Output = terminal.Out,
            Error = terminal.Error,
            EnableDefaultExceptionHandler = false,

            // After Ctrl-C a run still removes what it wrote, however much that is; whoever does not want to wait says so once more.
            ProcessTerminationTimeout = Timeout.InfiniteTimeSpan,
        };
        return await parsed.InvokeAsync(configuration, interrupt);
    }

    // What was typed to get to the command, such as "db get ", without the executable.
    private static string PathOf(CommandResult result) =>
        result.Parent is CommandResult parent ? $"{PathOf(parent)}{result.Command.Name} " : "";
}
