using System.CommandLine;
using FireproofBench.Micro.Running;

namespace FireproofBench.Scenarios.CommandLine;

/// <summary><c>micro</c>: how near the parts of the engine come to what the machine can do.</summary>
internal sealed class MicroVerb(Terminal terminal)
{
    private readonly Option<string> _results = new("--results") { Description = "Where micro.md and micro.json go.", HelpName = "DIR", DefaultValueFactory = static _ => Path.Combine("results", "micro") };
    private readonly Option<bool> _verbose = new("--verbose") { Description = "Show all that BenchmarkDotNet says." };

    /// <summary>The command.</summary>
    public Command Create()
    {
        Command command = Verb.Create(
            "micro",
            "BenchmarkDotNet microbenchmarks; takes its usual arguments. Each stands beside the raw hashes and the raw encryption of the same bytes.",
            "fireproofbench micro                                       all of them, in some minutes",
            "fireproofbench micro --filter '*CommitBenchmarks*'         what a commit costs beside what it must cost",
            "fireproofbench micro --filter '*Seal*' '*Open*' --results /tmp/seal",
            "fireproofbench micro --filter '*Pail*' --job short         fewer rounds: quicker, and less sure",
            "fireproofbench micro --filter '*Cid*' --iterationCount 50 --verbose",
            "fireproofbench micro --list flat                           the names that filters match",
            "",
            "'of the limit' is the time of the raw calls of the platform, over the very same bytes in the same run, by the time that was measured: 100 % leaves nothing to win.",
            "Whole classes are to be chosen: without its method Limit a class has nothing to stand beside. All runs in this process.",
            "Exit codes: 0 all well, 2 could not run (wrong arguments, a filter that matches nothing, a benchmark that failed), 130 interrupted, and nothing is written.");
        command.Options.Add(_results);
        command.Options.Add(_verbose);
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction((parsed, cancellation) => Verb.GuardAsync(terminal, () => RunAsync(parsed, cancellation)));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        IReadOnlyList<string> arguments = parsed.UnmatchedTokens;
        bool asksForWords = MicroRun.AsksForWords(arguments);
        string folder = asksForWords ? "" : ResultFile.CheckFolder(parsed.GetValue(_results)!, "--results");
        MicroLog log = asksForWords ? new MicroLog(terminal.Out, isWhole: true) : new MicroLog(terminal.Error, parsed.GetValue(_verbose));
        MicroReport report = await MeasureAsync(arguments, folder, log, cancellation);
        if (asksForWords)
            return ExitCodes.Success;
        if (report.Rows.Count == 0)
            throw new UsageException($"no benchmark ran. 'fireproofbench micro --list flat' names them all.{(log.Held.Length > 0 ? $" BenchmarkDotNet says:{Environment.NewLine}{log.Held}" : "")}");
        string table = report.ToMarkdown();
        await terminal.Out.WriteAsync(table);
        ResultFile.Write(Path.Combine(folder, "micro.md"), terminal.Out, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(table)));
        ResultFile.Write(Path.Combine(folder, "micro.json"), terminal.Out, report.WriteJson);
        await terminal.Error.WriteLineAsync($"micro.md and micro.json are in {folder}");
        return ExitCodes.Success;
    }

    // The library cannot be interrupted: its thread is left behind, and ends with the process.
    private static async Task<MicroReport> MeasureAsync(IReadOnlyList<string> arguments, string folder, MicroLog log, CancellationToken cancellation)
    {
        var done = new TaskCompletionSource<MicroReport>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            try
            {
                done.SetResult(MicroRun.Run(arguments, folder, log));
            }
            catch (Exception failure) when (failure is InvalidOperationException or IOException or UnauthorizedAccessException)
            {
                done.SetException(new UsageException($"{failure.Message.TrimEnd('.')}. --verbose shows more."));
            }
            catch (Exception failure)
            {
                done.SetException(failure);
            }
        })
        { IsBackground = true, Name = "micro" }.Start();
        try
        {
            return await done.Task.WaitAsync(cancellation);
        }
        finally
        {
            RemoveEmpty(folder);
        }
    }

    // The library makes a folder of its own also when nobody asked for a file of its.
    private static void RemoveEmpty(string folder)
    {
        string own = Path.Combine(folder, "results");
        try
        {
            if (folder.Length > 0 && Directory.Exists(own) && !Directory.EnumerateFileSystemEntries(own).Any())
                Directory.Delete(own);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // It stays, and is in nobody's way.
        }
    }
}
