using FireproofBench.Properties.Endpoint;
using FireproofBench.Properties.Gateways.Heads;
using FireproofBench.Properties.Storage;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace FireproofBench.Properties;

/// <summary>Runs the tests; or, started by one of them, a writer that it kills, a publisher, or writers beside others.</summary>
internal static class Program
{
    public static Task<int> Main(string[] args)
    {
        if (WriterOrder.FromEnvironment() is { } order)
            return WriterProgram.RunAsync(order);
        if (Environment.GetEnvironmentVariable(HeadsWriterProgram.Variable) is { } heads)
            return HeadsWriterProgram.RunAsync(heads);
        if (PublisherOrder.FromEnvironment() is { } publishing)
            return PublisherProgram.RunAsync(publishing);
        return RunTestsAsync(args);
    }

    // Apart, so that a writer does not load the test framework.
    private static Task<int> RunTestsAsync(string[] args) => args.Any(static arg => arg is "--server" or "--internal-msbuild-node")
        ? TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions)
        : ConsoleRunner.Run(args);
}
