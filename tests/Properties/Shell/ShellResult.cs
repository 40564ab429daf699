using System.Text;
using System.Text.Json;

namespace FireproofBench.Properties.Shell;

/// <summary>What a command line gave.</summary>
/// <param name="Exit">The exit code.</param>
/// <param name="Bytes">Standard output.</param>
/// <param name="Error">Standard error.</param>
public sealed record ShellResult(int Exit, byte[] Bytes, string Error)
{
    /// <summary>Standard output as text.</summary>
    public string Output => Encoding.UTF8.GetString(Bytes);

    /// <summary>Its lines.</summary>
    public IReadOnlyList<string> Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The last line, read as JSON.</summary>
    public JsonElement Json => JsonSerializer.Deserialize<JsonElement>(Lines[^1]);

    /// <summary>The heads in the last line, with commas between them.</summary>
    public string Heads => string.Join(',', Json.GetProperty("heads").EnumerateArray().Select(static head => head.GetString()));
}
