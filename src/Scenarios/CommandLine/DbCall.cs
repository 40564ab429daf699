using System.CommandLine;
using FireproofBench.Engine;
using FireproofBench.Scenarios.Shell;

namespace FireproofBench.Scenarios.CommandLine;

/// <summary>One call of a verb of the shell.</summary>
/// <param name="Parsed">The command line.</param>
/// <param name="Place">The database that it names.</param>
/// <param name="Terminal">Where errors go.</param>
/// <param name="Output">Where results go.</param>
/// <param name="Progress">Tells how long work goes on.</param>
/// <param name="Cancellation">Ctrl-C.</param>
internal sealed record DbCall(
    ParseResult Parsed, DatabasePlace Place, Terminal Terminal, ShellOutput Output, ShellProgress Progress, CancellationToken Cancellation)
{
    /// <summary>The value of an argument that has to be there.</summary>
    public T Get<T>(Argument<T> argument)
        where T : notnull => Parsed.GetRequiredValue(argument);

    /// <summary>Opens the database.</summary>
    public Task<Database> OpenAsync(OpenMode mode) => Place.OpenAsync(mode, Cancellation);

    /// <summary>Writes a line to the results.</summary>
    public ValueTask WriteLineAsync(ReadOnlyMemory<byte> line) => Output.WriteLineAsync(line, Cancellation);

    /// <summary>Writes a line to the results.</summary>
    public ValueTask WriteLineAsync(string line) => Output.WriteLineAsync(line, Cancellation);

    /// <summary>Tells something that is no failure.</summary>
    public Task NoteAsync(string text) => Terminal.Error.WriteLineAsync($"fireproofbench: note: {text}");
}
