using System.Text;

namespace FireproofBench.Load.Feeds;

/// <summary>Reads records of comma-separated values (RFC 4180): fields may be quoted, and a quoted one may hold commas, line breaks, and quotes that are doubled.</summary>
/// <param name="text">The text.</param>
internal sealed class CsvReader(string text)
{
    private int _at;
    private int _line = 1;

    /// <summary>The line at which the record that was read last began, from 1.</summary>
    public int Line { get; private set; }

    /// <summary>The fields of the next record; null at the end. Lines with nothing in them are passed over.</summary>
    /// <exception cref="FormatException">A quote is not where it may be; the message names the line.</exception>
    public List<string>? Next()
    {
        while (_at < text.Length && IsBreak(text[_at]))
            Break();
        if (_at == text.Length)
            return null;
        Line = _line;
        List<string> fields = [];
        while (true)
        {
            fields.Add(Field());
            if (_at == text.Length)
                return fields;
            if (text[_at] != ',')
            {
                Break();
                return fields;
            }

            _at++;
        }
    }

    private static bool IsBreak(char c) => c is '\n' or '\r';

    private void Break()
    {
        if (text[_at] == '\r' && _at + 1 < text.Length && text[_at + 1] == '\n')
            _at++;
        _at++;
        _line++;
    }

    private string Field()
    {
        if (_at < text.Length && text[_at] == '"')
            return Quoted();
        int start = _at;
        while (_at < text.Length && text[_at] != ',' && !IsBreak(text[_at]))
        {
            if (text[_at] == '"')
                throw new FormatException($"line {_line}: a quote stands within a field that does not begin with one; put the whole field in quotes, and double the quote");
            _at++;
        }

        return text[start.._at];
    }

    private string Quoted()
    {
        int begin = _line;
        StringBuilder field = new();
        for (_at++; _at < text.Length; _at++)
        {
            char c = text[_at];
            if (c == '"')
            {
                if (_at + 1 == text.Length || text[_at + 1] != '"')
                {
                    _at++;
                    return _at == text.Length || text[_at] == ',' || IsBreak(text[_at])
                        ? field.ToString()
                        : throw new FormatException($"line {_line}: something stands behind the closing quote of a field; a quote within a field is doubled");
                }

                _at++;
            }
            else if (c == '\n' || (c == '\r' && (_at + 1 == text.Length || text[_at + 1] != '\n')))
            {
                _line++;
            }

            _ = field.Append(c);
        }

        throw new FormatException($"line {begin}: a quoted field has no end");
    }
}
