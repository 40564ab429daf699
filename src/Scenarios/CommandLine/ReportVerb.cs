using System.Collections.Immutable;
using System.CommandLine;
using FireproofBench.Scenarios.Reporting;

namespace FireproofBench.Scenarios.CommandLine;

/// <summary><c>report DIR</c>: one page over all reports of a folder.</summary>
internal sealed class ReportVerb(Terminal terminal)
{
    private readonly Argument<string> _folder = new("DIR") { Description = "A folder with JSON reports of conformance runs, at any depth." };
    private readonly Option<bool> _markdown = new("--markdown") { Description = "Write Markdown to standard output, in place of the page." };

    /// <summary>The command.</summary>
    public Command Create()
    {
        Command command = Verb.Create(
            "report",
            "Writes DIR/index.html over the conformance reports in DIR: the verdict of each store, and all clauses by all stores.",
            "fireproofbench conform memory: --report r/memory        a report of its own",
            "fireproofbench report r                                 r/index.html over all of them",
            "fireproofbench report r --markdown > README.md          the verdicts and findings as text");
        command.Arguments.Add(_folder);
        command.Options.Add(_markdown);
        command.SetAction((parsed, _) => Verb.GuardAsync(terminal, () => Task.FromResult(Run(parsed))));
        return command;
    }

    private int Run(ParseResult parsed)
    {
        string folder = Path.GetFullPath(parsed.GetValue(_folder)!);
        ImmutableArray<ConformanceFile> reports = ReportFolder.Read(folder, terminal.Error);
        if (parsed.GetValue(_markdown))
            MatrixMarkdown.Write(reports, terminal.Out);
        else
            ReportFolder.WritePage(folder, reports, terminal);
        return ExitCodes.Success;
    }
}
