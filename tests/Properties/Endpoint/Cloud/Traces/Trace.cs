using System.Collections.Immutable;
using System.IO.Compression;
using System.Text.Json.Nodes;
using FireproofBench.Properties.Fixtures;

namespace FireproofBench.Properties.Endpoint.Cloud.Traces;

/// <summary>A recording of what devices of the reference engine and a server said to each other.</summary>
/// <param name="Name">The name of its file, such as <c>01-open-attach-empty-put</c>.</param>
/// <param name="Entries">Its lines.</param>
internal sealed record Trace(string Name, ImmutableArray<TraceEntry> Entries)
{
    private const string Extension = ".jsonl.gz";

    /// <summary>The names of all recordings.</summary>
    public static ImmutableArray<string> Names { get; } =
    [
        .. Directory.EnumerateFiles(FixtureFiles.CloudTracesFolder, "*" + Extension)
            .Select(static file => Path.GetFileName(file)[..^Extension.Length])
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>How the recorded server could be reached: over a socket, or by requests only.</summary>
    public bool HasSocket => Entries[0].Json["caps"]!.AsArray().Any(static way => (string?)way == "stream");

    /// <summary>Reads a recording. One was made with a server that had the data of another: that one comes before it.</summary>
    public static Trace Read(string name) => new(name, name == "13b-error-no-conn" ? [.. ReadLines("13-conn-in-error"), .. ReadLines(name)] : [.. ReadLines(name)]);

    /// <summary>The recorded answer to a message of a client; null where there is none.</summary>
    public TraceEntry? AnswerTo(TraceEntry question)
    {
        for (int i = Entries.IndexOf(question) + 1; i < Entries.Length && Entries[i].Event != "server-start"; i++)
        {
            TraceEntry entry = Entries[i];
            if (entry is { Message: not null, IsFromClient: false } && entry.Way == question.Way && entry.Socket == question.Socket
                && (entry.Exchange ?? question.Exchange) == question.Exchange && (entry.Exchange is not null || (question.Type, entry.Type) == ("bindGetMeta", "eventGetMeta")))
            {
                return entry;
            }
        }

        return null;
    }

    private static IEnumerable<TraceEntry> ReadLines(string name)
    {
        using GZipStream unpacked = new(File.OpenRead(Path.Combine(FixtureFiles.CloudTracesFolder, name + Extension)), CompressionMode.Decompress);
        using StreamReader lines = new(unpacked);
        for (int number = 1; lines.ReadLine() is { } line; number++)
            yield return new TraceEntry(name, number, JsonNode.Parse(line)!.AsObject());
    }
}
