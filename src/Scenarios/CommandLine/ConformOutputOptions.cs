using System.CommandLine;

namespace FireproofBench.Scenarios.CommandLine;

/// <summary>The options of <c>conform</c> that say where its report goes.</summary>
internal sealed class ConformOutputOptions
{
    /// <summary><c>--json</c>.</summary>
    public Option<string?> Json { get; } = new("--json") { Description = "Write the report as JSON; - writes it to standard output, in place of the text.", HelpName = "FILE" };

    /// <summary><c>--junit</c>.</summary>
    public Option<string?> JUnit { get; } = new("--junit") { Description = "Write the report as JUnit XML; - as for --json.", HelpName = "FILE" };

    /// <summary><c>--history</c>.</summary>
    public Option<string?> History { get; } = new("--history") { Description = "Write the calls of the recorded clauses as JSON lines, for --check-history.", HelpName = "FILE" };

    /// <summary><c>--report</c>.</summary>
    public Option<string?> Report { get; } = new("--report")
    {
        Description = "Write the report as a page for people, as JSON, as JUnit XML and as a badge into this folder, which is made if it is missing.",
        HelpName = "DIR",
    };

    /// <summary>What was asked for, checked before the run.</summary>
    /// <exception cref="UsageException">It cannot be written to.</exception>
    public ConformOutputs Read(ParseResult parsed)
    {
        string? json = ResultFile.Check(parsed.GetValue(Json), "--json");
        string? junit = ResultFile.Check(parsed.GetValue(JUnit), "--junit");
        if (json == ResultFile.StandardOutput && junit == ResultFile.StandardOutput)
            throw new UsageException("--json and --junit cannot both write to standard output. Name a file for one of them.");
        string? history = ResultFile.Check(parsed.GetValue(History), "--history");
        if (history == ResultFile.StandardOutput)
            throw new UsageException("--history: name a file.");
        return new ConformOutputs(json, junit, history, parsed.GetValue(Report) is { } folder ? ResultFile.CheckFolder(folder, "--report") : null);
    }
}
