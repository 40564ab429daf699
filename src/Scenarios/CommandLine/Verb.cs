using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace FireproofBench.Scenarios.CommandLine;

/// <summary>What the verbs share: help that ends with examples, and failures that become an exit code and a sentence.</summary>
internal static class Verb
{
    /// <summary>Makes a verb.</summary>
    /// <param name="name">What the user types.</param>
    /// <param name="description">One sentence for the help.</param>
    /// <param name="examples">Whole command lines, each with a comment, for the end of the help.</param>
    public static Command Create(string name, string description, params string[] examples)
    {
        Command command = new(name, description);
        command.Options.Add(new HelpOption { Action = new ExamplesHelpAction(examples) });
        return command;
    }

    /// <summary>Runs a verb's action and turns the failures that a user can do something about into exit code 2.</summary>
    public static async Task<int> GuardAsync(Terminal terminal, Func<Task<int>> action)
    {
        using SecondInterrupt second = new(terminal);
        try
        {
            return await action();
        }
        catch (Exception failure) when (failure is UsageException or StoreUnusableException)
        {
            await terminal.Error.WriteLineAsync($"fireproofbench: {failure.Message}");
            return ExitCodes.CouldNotRun;
        }
        catch (OperationCanceledException)
        {
            await terminal.Error.WriteLineAsync("fireproofbench: interrupted");
            return ExitCodes.Interrupted;
        }
    }

    private sealed class ExamplesHelpAction(string[] examples) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            new HelpAction().Invoke(parseResult);
            TextWriter output = parseResult.InvocationConfiguration.Output;
            output.WriteLine("Examples:");
            foreach (string example in examples)
                output.WriteLine($"  {example}");
            return ExitCodes.Success;
        }
    }
}
