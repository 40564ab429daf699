using System.Diagnostics;
using System.Text.Json;

namespace FireproofBench.Properties.Endpoint;

/// <summary>What a publishing process is told to do. It travels in an environment variable of the test executable.</summary>
/// <param name="Address">The endpoint.</param>
/// <param name="Database">The database.</param>
/// <param name="FirstWriter">Number of its first writer.</param>
/// <param name="Writers">How many writers publish at once, each a chain of its own.</param>
/// <param name="Events">How many events each writer publishes.</param>
internal sealed record PublisherOrder(Uri Address, string Database, int FirstWriter, int Writers, int Events)
{
    private const string Variable = "FIREPROOFBENCH_TEST_PUBLISHER";

    /// <summary>The order that this process was started with; null for a run of tests.</summary>
    public static PublisherOrder? FromEnvironment() =>
        Environment.GetEnvironmentVariable(Variable) is { } text ? JsonSerializer.Deserialize<PublisherOrder>(text) : null;

    /// <summary>Starts a publisher. It says <c>= writer number</c> after each acknowledged event.</summary>
    public Process Start()
    {
        string host = Environment.ProcessPath!;
        bool needsAssembly = Path.GetFileNameWithoutExtension(host) == "dotnet";
        ProcessStartInfo start = new(host, needsAssembly ? [typeof(PublisherOrder).Assembly.Location] : []) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment[Variable] = JsonSerializer.Serialize(this);
        return Process.Start(start)!;
    }
}
