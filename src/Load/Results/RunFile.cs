using System.Text.Json;

namespace FireproofBench.Load.Results;

/// <summary>The file <c>run.json</c> of a run.</summary>
internal static class RunFile
{
    private const long MaxLength = 64 << 20;
    private const string Schema = "fireproofbench/load/1";

    /// <summary>Reads something of it.</summary>
    /// <param name="folder">The folder of the run.</param>
    /// <param name="read">Reads it.</param>
    /// <exception cref="InvalidDataException">There is none, or it is damaged; the message says what and where.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static T Read<T>(string folder, Func<JsonElement, T> read)
    {
        string file = Path.Combine(folder, LoadFolder.RunFile);
        if (!File.Exists(file))
            throw new InvalidDataException($"'{folder}' has no {LoadFolder.RunFile}: it is no result of 'load', or of a run that did not end");
        if (new FileInfo(file).Length > MaxLength)
            throw new InvalidDataException($"'{file}' is longer than {MaxLength >> 20} MiB");
        try
        {
            using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(file));
            string? schema = json.RootElement.GetProperty("schema").GetString();
            return schema == Schema ? read(json.RootElement) : throw new InvalidDataException($"'{file}' is of the schema '{schema}', and {Schema} is the one that can be read");
        }
        catch (Exception damage) when (damage is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or OverflowException)
        {
            throw new InvalidDataException($"'{file}' is damaged: {damage.Message}", damage);
        }
    }
}
