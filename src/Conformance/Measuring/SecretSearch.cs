using System.Text;
using FireproofBench.Engine.Blocks;

namespace FireproofBench.Conformance.Measuring;

/// <summary>Looks for words that must not be there, as they are and in the encodings in which they like to travel.</summary>
internal sealed class SecretSearch
{
    private readonly List<(string Name, string Encoding, byte[] Bytes)> _wanted = [];

    /// <summary>Looks for a text too.</summary>
    /// <param name="name">Stands for it in messages.</param>
    /// <param name="text">The text, at least 8 characters: shorter ones are found by chance.</param>
    public SecretSearch Add(string name, string text)
    {
        if (text.Length < 8)
            return this;
        _wanted.Add((name, "in UTF-16", Encoding.Unicode.GetBytes(text)));
        string escaped = Uri.EscapeDataString(text);
        if (escaped != text)
            _wanted.Add((name, "percent-encoded", Encoding.UTF8.GetBytes(escaped)));
        return Add(name, Encoding.UTF8.GetBytes(text));
    }

    /// <summary>Looks for bytes too: plainly, in hexadecimal digits, in base64 and base58.</summary>
    /// <param name="name">Stands for them in messages.</param>
    /// <param name="bytes">The bytes.</param>
    public SecretSearch Add(string name, byte[] bytes)
    {
        _wanted.Add((name, "plainly", bytes));
        _wanted.Add((name, "in hexadecimal digits", Encoding.ASCII.GetBytes(Convert.ToHexStringLower(bytes))));
        _wanted.Add((name, "in hexadecimal digits", Encoding.ASCII.GetBytes(Convert.ToHexString(bytes))));
        char[] digits = new char[Base58.MaxLengthOf(bytes.Length)];
        _wanted.Add((name, "in base58", Encoding.ASCII.GetBytes(digits, 0, Base58.Encode(bytes, digits))));

        // In base64 the text depends on where in a group of three bytes it begins.
        for (int shift = 0; shift < 3; shift++)
        {
            string text = Convert.ToBase64String([.. new byte[shift], .. bytes]);
            if (text.Length < 16)
                continue;
            string inner = text[(shift == 0 ? 0 : 4)..^4];
            _wanted.Add((name, "in base64", Encoding.ASCII.GetBytes(inner)));
            string url = inner.Replace('+', '-').Replace('/', '_');
            if (url != inner)
                _wanted.Add((name, "in base64", Encoding.ASCII.GetBytes(url)));
        }

        return this;
    }

    /// <summary>What is found in a text; null for nothing. The finding never shows the secret.</summary>
    public string? FindIn(string text) => FindIn(Encoding.UTF8.GetBytes(text));

    /// <summary>What is found in bytes; null for nothing. The finding never shows the secret.</summary>
    public string? FindIn(ReadOnlySpan<byte> bytes)
    {
        foreach ((string name, string encoding, byte[] wanted) in _wanted)
        {
            int at = bytes.IndexOf(wanted);
            if (at >= 0)
                return $"{name}, {encoding}, at byte {at}";
        }

        return null;
    }
}
