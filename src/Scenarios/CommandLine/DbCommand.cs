using System.CommandLine;

namespace FireproofBench.Scenarios.CommandLine;

/// <summary><c>db VERB URL --name NAME</c>: a database shell.</summary>
internal sealed class DbCommand(Terminal terminal)
{
    /// <summary>The command with all of its verbs.</summary>
    public Command Create()
    {
        Command command = Verb.Create(
            "db",
            "A database shell: reads, writes, copies and verifies Fireproof databases.",
            "fireproofbench db import ./data transactions.jsonl --name notes   begins the database when there is none",
            "fireproofbench db dump ./data --name notes                        one document a line",
            "fireproofbench db verify ./data --name notes                      every file, content id and pointer",
            "fireproofbench db dump --help                                     more of one verb");
        DbVerb verb = new(terminal);
        foreach (Command inner in (Command[])
            [.. new DbTransferVerbs(verb).All(), new DbSyncVerb(verb).Create(), .. new DbKeyVerbs(verb).All(), .. new DbDocumentVerbs(verb).All(), .. new DbFileVerbs(verb).All(), .. new DbHistoryVerbs(verb).All(), .. new DbInspectionVerbs(verb).All()])
        {
            command.Subcommands.Add(inner);
        }

        return command;
    }
}
