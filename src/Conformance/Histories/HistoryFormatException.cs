namespace FireproofBench.Conformance.Histories;

/// <summary>Text that is no history.</summary>
/// <param name="line">The line, from 1.</param>
/// <param name="fault">What is wrong with it.</param>
#pragma warning disable CA1064 // Internal as everything here: the command line turns it into exit code 2.
internal sealed class HistoryFormatException(long line, string fault) : Exception($"line {line}: {fault}")
{
    /// <summary>The line, from 1.</summary>
    public long Line { get; } = line;
}
#pragma warning restore CA1064
