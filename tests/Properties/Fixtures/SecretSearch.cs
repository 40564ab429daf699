using System.Text;
using FireproofBench.Engine.Blocks;

namespace FireproofBench.Properties.Fixtures;

/// <summary>Looks for secrets in bytes, in each form in which they may stand there.</summary>
internal sealed class SecretSearch
{
    // Shorter ones stand anywhere by chance.
    private const int Shortest = 8;

    private readonly List<(string Name, byte[] Bytes)> _secrets = [];

    /// <summary>Adds a text: as UTF-8, and in base64 at each of the three places where it may begin.</summary>
    public SecretSearch Text(string name, string text) => Bytes(name, Encoding.UTF8.GetBytes(text));

    /// <summary>Adds bytes: raw, in hexadecimal, and in base64 at each of the three places where they may begin.</summary>
    public SecretSearch Bytes(string name, ReadOnlySpan<byte> bytes)
    {
        Add(name, bytes.ToArray());
        Add($"{name} in hexadecimal", Encoding.ASCII.GetBytes(Convert.ToHexString(bytes)));
        Add($"{name} in small hexadecimal", Encoding.ASCII.GetBytes(Convert.ToHexStringLower(bytes)));
        for (int offset = 0; offset < 3; offset++)
        {
            // What the neighbours have a part in is cut off.
            byte[] shifted = [.. new byte[offset], .. bytes];
            string text = Convert.ToBase64String(shifted)[(offset == 0 ? 0 : 4)..(shifted.Length / 3 * 4)];
            if (text.Length < Shortest)
                continue;
            Add($"{name} in base64", Encoding.ASCII.GetBytes(text));
            Add($"{name} in base64 of URLs", Encoding.ASCII.GetBytes(text.Replace('+', '-').Replace('/', '_')));
        }

        return this;
    }

    /// <summary>Adds a key: also as the reference engine writes it, in base58.</summary>
    public SecretSearch Key(string name, ReadOnlySpan<byte> key)
    {
        Add($"{name} in base58", Encoding.ASCII.GetBytes(Base58.Encode(key)));
        return Bytes(name, key);
    }

    /// <summary>The names of those that stand in bytes.</summary>
    public IEnumerable<string> In(byte[] bytes) => _secrets.Where(secret => bytes.AsSpan().IndexOf(secret.Bytes) >= 0).Select(static secret => secret.Name);

    /// <summary>The names of those that stand in a folder: in the names of its files, or in them.</summary>
    public IEnumerable<string> InFolder(string folder) => Directory
        .EnumerateFileSystemEntries(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
        .SelectMany(path => In(Encoding.UTF8.GetBytes(Path.GetRelativePath(folder, path))).Concat(File.Exists(path) ? In(File.ReadAllBytes(path)) : []))
        .Distinct();

    private void Add(string name, byte[] bytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bytes.Length, Shortest);
        _secrets.Add((name, bytes));
    }
}
