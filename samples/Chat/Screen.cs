using System.Text;

namespace FireproofBench.Chat;

/// <summary>A terminal with a line that is typed below what the others say; plain lines where input or output is no terminal.</summary>
internal sealed class Screen
{
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(30);

    // The console's own reader reads while everybody waits, its asynchronous calls included.
    private static readonly TextReader _lines = Console.IsInputRedirected ? new StreamReader(Console.OpenStandardInput()) : Console.In;

    private readonly bool _isTerminal = !Console.IsInputRedirected && !Console.IsOutputRedirected;
    private readonly StringBuilder _line = new();
    private readonly SortedSet<string> _composers = new(StringComparer.Ordinal);
    private Task<string?>? _reading;

    /// <summary>Asks for a line.</summary>
    public static string? Ask(string question)
    {
        if (!Console.IsInputRedirected)
            Console.Write(question);
        return _lines.ReadLine()?.Trim();
    }

    /// <summary>Asks for a secret: on a terminal nothing of it is shown.</summary>
    public static char[] AskSecret(string question)
    {
        if (Console.IsInputRedirected)
            return (Ask(question) ?? "").ToCharArray();
        Console.Write(question);
        List<char> typed = [];
        for (ConsoleKeyInfo key = Console.ReadKey(intercept: true); key.Key != ConsoleKey.Enter; key = Console.ReadKey(intercept: true))
        {
            if (key.Key == ConsoleKey.Backspace && typed.Count > 0)
                typed.RemoveAt(typed.Count - 1);
            else if (!char.IsControl(key.KeyChar))
                typed.Add(key.KeyChar);
        }

        Console.WriteLine();
        return [.. typed];
    }

    /// <summary>A message; its author composes no more.</summary>
    public void ShowMessage(string from, string text)
    {
        _composers.Remove(from);
        Print($"{from}: {Printable(text)}");
    }

    /// <summary>Somebody composes, or stopped.</summary>
    public void ShowComposing(string from, bool composes)
    {
        bool isNews = composes ? _composers.Add(from) : _composers.Remove(from);
        if (!isNews)
            return;
        if (_isTerminal)
            Redraw();
        else if (composes)
            Console.WriteLine($"({from} is composing)");
    }

    /// <summary>A line for whoever sits here; a script that reads the output does not get it.</summary>
    public void ShowNotice(string text)
    {
        if (_isTerminal)
            Print(text);
    }

    /// <summary>A line above the one that is typed.</summary>
    public void Print(string text)
    {
        if (_isTerminal)
            Console.Write("\r\u001b[K");
        Console.WriteLine(text);
        if (_isTerminal)
            Redraw();
    }

    /// <summary>Waits a moment for the keyboard.</summary>
    public async Task<TypedInput> ReadAsync(CancellationToken cancellation)
    {
        if (!_isTerminal)
        {
            _reading ??= _lines.ReadLineAsync(CancellationToken.None).AsTask();
            await Task.WhenAny(_reading, Task.Delay(_pause, cancellation));
            cancellation.ThrowIfCancellationRequested();
            if (!_reading.IsCompleted)
                return default;
            string? line = await _reading;
            _reading = null;
            return new TypedInput(line, null, line is null);
        }

        await Task.Delay(_pause, cancellation);
        while (Console.KeyAvailable)
        {
            ConsoleKeyInfo key = Console.ReadKey(intercept: true);
            if (key.Key == ConsoleKey.Enter)
            {
                string line = _line.ToString();
                _line.Clear();
                Console.Write("\r\u001b[K");
                return new TypedInput(line, null, false);
            }

            if (key.Key == ConsoleKey.D && key.Modifiers == ConsoleModifiers.Control)
                return new TypedInput(null, null, true);
            if (key.Key == ConsoleKey.Backspace && _line.Length > 0)
                _line.Length--;
            else if (!char.IsControl(key.KeyChar))
                _line.Append(key.KeyChar);
            Redraw();
        }

        return new TypedInput(null, _line.ToString(), false);
    }

    private static string Printable(string text) => string.Concat(text.Select(static letter => char.IsControl(letter) ? '\uFFFD' : letter));

    private void Redraw() => Console.Write($"\r\u001b[K{(_composers.Count > 0 ? $"({string.Join(", ", _composers)} composing) " : "")}> {_line}");
}
