using FireproofBench.Scenarios.Providers;
using FireproofBench.Scenarios.Reporting;

namespace FireproofBench.Scenarios.CommandLine;

/// <summary><c>conform URL --compare URL</c>: two stores, one after the other, by the same clauses with the same seed.</summary>
internal sealed class ConformComparing(Terminal terminal, ConformanceRequest request, ConformOutputs outputs, bool strict)
{
    /// <summary>Runs both, tells where they differ, and gives the exit code of the worse.</summary>
    public async Task<int> RunAsync(StoreUnderTest first, StoreUnderTest second, CancellationToken cancellation)
    {
        (ConformanceReport One, KnownStore? Known) a = await JudgeAsync(first, cancellation);
        (ConformanceReport One, KnownStore? Known) b = await JudgeAsync(second, cancellation);
        ConformanceComparison comparison = new(a.One, b.One);
        if (outputs.Json != ResultFile.StandardOutput)
            ComparisonText.Write(comparison, terminal.Out);
        ResultFile.Write(outputs.Json, terminal.Out, stream => ComparisonJson.Write(comparison, a.Known, b.Known, stream));
        if (outputs.Folder is { } folder)
        {
            ConformOutputs.WriteFolder(ResultFile.CheckFolder(Path.Combine(folder, "A"), "--report"), a.One, a.Known, terminal);
            ConformOutputs.WriteFolder(ResultFile.CheckFolder(Path.Combine(folder, "B"), "--report"), b.One, b.Known, terminal);
            ReportFolder.WritePage(folder, ReportFolder.Read(folder, terminal.Error), terminal);
        }

        return Worse(ConformVerb.ExitCodeOf(a.One, strict), ConformVerb.ExitCodeOf(b.One, strict));
    }

    /// <summary>The exit code that says more against the two: a broken MUST before a run that was broken off, and that before a broken SHOULD.</summary>
    internal static int Worse(int first, int second)
    {
        int[] order = [ExitCodes.Success, ExitCodes.StrictViolation, ExitCodes.CouldNotRun, ExitCodes.Violation, ExitCodes.Interrupted];
        return order[Math.Max(Array.IndexOf(order, first), Array.IndexOf(order, second))];
    }

    private async Task<(ConformanceReport Report, KnownStore? Known)> JudgeAsync(StoreUnderTest store, CancellationToken cancellation)
    {
        RecognisedProvider? provider = ProviderRecognition.Of(store.Url, store.Data.Traits);
        await terminal.Error.WriteLineAsync(store.Url);
        ProgressLines progress = new(terminal.Error, terminal.ErrorIsTerminal, request.Clauses, provider?.Provider);
        ConformanceReport report = await ConformanceRunner.JudgeAsync(store, request, progress, cancellation);
        return (report, KnownStore.Of(report, provider));
    }
}
