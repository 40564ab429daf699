using System.Diagnostics;
using System.Text.Json;
using FireproofBench.Gateways.Filesystem;

namespace FireproofBench.Properties.Storage;

/// <summary>What a writer process is told to do. It travels in an environment variable of the test executable.</summary>
/// <param name="Folder">The folder that holds the database.</param>
/// <param name="KeyBag">The folder of the key bag.</param>
/// <param name="Durability">What an acknowledgement is worth.</param>
/// <param name="Seed">Where its choices come from.</param>
/// <param name="Prefix">What its ids start with.</param>
/// <param name="Writes">After how many writes it ends; most writers are killed long before.</param>
/// <param name="CompactsInPercent">How many of a hundred steps merge the whole log.</param>
internal sealed record WriterOrder(
    string Folder, string KeyBag, Durability Durability, ulong Seed, string Prefix, int Writes, int CompactsInPercent)
{
    /// <summary>The name of the database.</summary>
    public const string DatabaseName = "killed";

    private const string Variable = "FIREPROOFBENCH_TEST_WRITER";

    /// <summary>The order that this process was started with; null for a run of tests.</summary>
    public static WriterOrder? FromEnvironment() =>
        Environment.GetEnvironmentVariable(Variable) is { } text ? JsonSerializer.Deserialize<WriterOrder>(text) : null;

    /// <summary>Starts a writer. It opens the database when it is sent a line, the number of its first write.</summary>
    public Process Start()
    {
        string host = Environment.ProcessPath!;
        bool needsAssembly = Path.GetFileNameWithoutExtension(host) == "dotnet";
        ProcessStartInfo start = new(host, needsAssembly ? [typeof(WriterOrder).Assembly.Location] : []) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment[Variable] = JsonSerializer.Serialize(this);

        // It lives for half a second: code that runs once should not be measured for a second compilation.
        start.Environment["DOTNET_TieredPGO"] = "0";
        return Process.Start(start)!;
    }
}
