using System.Text;
using BenchmarkDotNet.Loggers;

namespace FireproofBench.Micro.Running;

/// <summary>What the benchmark library says: all of it, or only which benchmark runs and how long the rest takes.</summary>
/// <param name="output">Where it goes.</param>
/// <param name="isWhole">Whether every line goes there.</param>
internal sealed class MicroLog(TextWriter output, bool isWhole) : ILogger
{
    private const int MostHeld = 16 * 1024;

    private readonly StringBuilder _line = new();
    private readonly StringBuilder _held = new();

    /// <inheritdoc/>
    public string Id => nameof(MicroLog);

    /// <inheritdoc/>
    public int Priority => 0;

    /// <summary>What was not told, from the beginning on: for when nothing ran, and it says why. Lists are left out.</summary>
    public string Held => $"{_held}{_line}".Trim();

    /// <inheritdoc/>
    public void Write(LogKind logKind, string text)
    {
        if (isWhole)
            output.Write(text);
        else
            _line.Append(text);
    }

    /// <inheritdoc/>
    public void WriteLine()
    {
        if (isWhole)
        {
            output.WriteLine();
            return;
        }

        string line = _line.ToString();
        _line.Clear();
        if (line.StartsWith("// Benchmark: ", StringComparison.Ordinal) || line.StartsWith("// ** Remained ", StringComparison.Ordinal))
            output.WriteLine(line["// ".Length..].Trim('*', ' '));
        else if (_held.Length < MostHeld && !line.StartsWith('\t'))
            _held.AppendLine(line);
    }

    /// <inheritdoc/>
    public void WriteLine(LogKind logKind, string text)
    {
        Write(logKind, text);
        WriteLine();
    }

    /// <inheritdoc/>
    public void Flush() => output.Flush();
}
