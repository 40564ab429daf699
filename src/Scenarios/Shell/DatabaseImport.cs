using System.Globalization;
using FireproofBench.Engine;
using FireproofBench.Engine.Documents;

namespace FireproofBench.Scenarios.Shell;

/// <summary>Applies lines of transactions one after the other, each awaited: of a file of any length only one line is in memory.</summary>
internal sealed class DatabaseImport(Database database, ShellProgress progress)
{
    /// <summary>Transactions that were carried out.</summary>
    public long Transactions { get; private set; }

    /// <summary>Documents that were put or deleted.</summary>
    public long Documents { get; private set; }

    /// <summary>Applies all lines; empty ones are passed over.</summary>
    /// <exception cref="InvalidDataException">A line was refused; the message names it. The lines before it stay.</exception>
    public async Task RunAsync(Stream input, CancellationToken cancellation)
    {
        LineReader lines = new(input);
        while (true)
        {
            try
            {
                if (await lines.ReadAsync(cancellation) is not { } line)
                    return;
                if (line.Span.Trim(" \t\r"u8).IsEmpty)
                    continue;
                Documents += await Transaction.Parse(line).ApplyAsync(database, cancellation);
                Transactions++;
            }
            catch (Exception e) when (e is InvalidDataException or InvalidDocumentException)
            {
                throw new InvalidDataException(
                    string.Create(CultureInfo.InvariantCulture, $"line {lines.Line} was refused: {e.Message.TrimEnd('.')}. {Stored()}; correct the line and import from it on"), e);
            }

            progress.Tell(() => string.Create(CultureInfo.InvariantCulture, $"import: {Transactions:N0} transactions, {Documents:N0} documents"));
        }
    }

    /// <summary>What stays when the import does not come to its end.</summary>
    private string Stored() => Transactions switch
    {
        0 => "Nothing was stored",
        1 => "The transaction before it stays",
        _ => string.Create(CultureInfo.InvariantCulture, $"The {Transactions} transactions before it stay"),
    };
}
