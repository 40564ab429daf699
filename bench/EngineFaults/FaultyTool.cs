namespace FireproofBench.EngineFaults;

/// <summary>The tool, as it is built from sources that may have a fault.</summary>
/// <param name="sources">The sources.</param>
internal sealed class FaultyTool(FaultySources sources)
{
    // A build takes seconds: one that takes longer than this does not end.
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(5);

    /// <summary>The tool's assembly.</summary>
    public string Assembly { get; } = Path.Combine(sources.Folder, "src", "Scenarios", "bin", "Release", "net10.0", "FireproofBench.Scenarios.dll");

    /// <summary>Builds the tool.</summary>
    /// <returns>Why it could not be built; null when it was.</returns>
    public Task<string?> BuildAsync() => BuildAsync("Scenarios");

    /// <summary>Builds a part of the sources, and what it stands on.</summary>
    /// <param name="part">The part, such as <c>Gateways</c>.</param>
    /// <returns>Why it could not be built; null when it was.</returns>
    public async Task<string?> BuildAsync(string part)
    {
        (int? exit, string output) = await Dotnet.RunAsync(
            _patience, "build", Path.Combine(sources.Folder, "src", part, $"FireproofBench.{part}.csproj"), "-c", "Release", "-v", "quiet", "-p:RunAnalyzers=false", "-p:TreatWarningsAsErrors=false", "-p:UseSharedCompilation=false");
        return exit == 0 ? null : $"it does not build: {output.Split('\n').FirstOrDefault(static line => line.Contains("error", StringComparison.Ordinal)) ?? output}";
    }
}
