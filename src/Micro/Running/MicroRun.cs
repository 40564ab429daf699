using System.Collections.Immutable;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using BenchmarkDotNet.Validators;
using FireproofBench.Micro.Benchmarks;
using Perfolizer.Horology;

namespace FireproofBench.Micro.Running;

/// <summary>Runs the benchmarks in this process: an installed tool has no sources that could be built for a process of their own.</summary>
internal static class MicroRun
{
    /// <summary>The benchmarks, in the order of the table.</summary>
    public static ImmutableArray<Type> Benchmarks { get; } =
    [
        typeof(CommitBenchmarks),
        typeof(MemoryCommitBenchmarks),
        typeof(CidBenchmarks),
        typeof(CborBenchmarks),
        typeof(CarBenchmarks),
        typeof(SealBenchmarks),
        typeof(OpenBenchmarks),
        typeof(KeyBenchmarks),
        typeof(InvitationBenchmarks),
        typeof(PailPutBenchmarks),
        typeof(PailBatchBenchmarks),
        typeof(ClockBenchmarks),
        typeof(ResolutionBenchmarks),
    ];

    /// <summary>Runs what the arguments choose.</summary>
    /// <param name="arguments">Those of BenchmarkDotNet.</param>
    /// <param name="artifacts">Where the library puts files that the arguments ask for.</param>
    /// <param name="log">What it says meanwhile.</param>
    /// <returns>What was measured; nothing when the arguments are wrong, choose nothing, or ask for a list.</returns>
    /// <exception cref="InvalidOperationException">A benchmark failed.</exception>
    public static MicroReport Run(IReadOnlyList<string> arguments, string artifacts, MicroLog log)
    {
        DateTimeOffset started = DateTimeOffset.UtcNow;
        Summary[] summaries = [.. BenchmarkSwitcher.FromTypes([.. Benchmarks]).Run([.. Complete(arguments)], Configure(arguments, artifacts, log))];
        string[] failed = [.. summaries.SelectMany(Failures).Distinct()];
        if (failed.Length > 0)
            throw new InvalidOperationException(string.Join("; ", failed));
        ImmutableArray<MicroRow> rows = [.. Benchmarks.SelectMany(type => summaries.SelectMany(summary => Rows(summary, type)))];
        string processor = summaries.Length == 0 ? "" : summaries[0].HostEnvironmentInfo.Cpu.Value?.ProcessorName ?? "a processor without a name";
        return new MicroReport(started, processor, rows);
    }

    /// <summary>Whether the arguments ask for words and not for a run.</summary>
    public static bool AsksForWords(IReadOnlyList<string> arguments) => arguments.Any(static argument => argument is "--list" or "--info" or "--version");

    // Without a filter the library would ask whoever sits at the terminal.
    private static IEnumerable<string> Complete(IReadOnlyList<string> arguments)
    {
        bool chooses = AsksForWords(arguments) || arguments.Any(static argument => argument is "--filter" or "-f" or "--anyCategories" or "--allCategories");
        return [.. arguments, .. chooses ? Array.Empty<string>() : ["--filter", "*"], .. HasJob(arguments) ? ["--inProcess"] : Array.Empty<string>()];
    }

    private static bool HasJob(IReadOnlyList<string> arguments) => arguments.Any(static argument => argument is "--job" or "-j");

    private static ManualConfig Configure(IReadOnlyList<string> arguments, string artifacts, MicroLog log)
    {
        ManualConfig config = ManualConfig.CreateEmpty()
            .AddLogger(log)
            .AddColumnProvider(DefaultColumnProviders.Instance)
            .AddDiagnoser(MemoryDiagnoser.Default)
            .AddValidator(BaselineValidator.FailOnError, JitOptimizationsValidator.DontFailOnError)
            .WithArtifactsPath(artifacts)
            .WithOptions(ConfigOptions.DisableLogFile | ConfigOptions.JoinSummary);
        return HasJob(arguments) ? config : config.AddJob(Job.Default
            .WithToolchain(InProcessEmitToolchain.DontLogOutput)
            .WithWarmupCount(6)
            .WithIterationTime(TimeInterval.FromMilliseconds(100))
            .WithIterationCount(20)
            .AsDefault());
    }

    private static IEnumerable<string> Failures(Summary summary) =>
    [
        .. summary.ValidationErrors.Where(static error => error.IsCritical).Select(static error => error.Message),
        .. summary.BenchmarksCases.Where(benchmark => !summary.HasReport(benchmark) || summary[benchmark]?.Success != true).Select(static benchmark => $"{benchmark.DisplayInfo} failed"),
    ];

    private static IEnumerable<MicroRow> Rows(Summary summary, Type type)
    {
        ILookup<string, BenchmarkReport> limits = summary.Reports.Where(static report => report.BenchmarkCase.Descriptor.Baseline).ToLookup(static report => KeyOf(report.BenchmarkCase));
        foreach (BenchmarkReport report in summary.Reports)
        {
            BenchmarkCase benchmark = report.BenchmarkCase;
            if (benchmark.Descriptor.Type != type || benchmark.Descriptor.Baseline || report.ResultStatistics is not { } measured)
                continue;
            yield return new MicroRow(
                benchmark.Descriptor.GetFilterName(),
                benchmark.Descriptor.WorkloadMethodDisplayInfo.Trim('\''),
                ParametersOf(benchmark),
                measured.Min,
                measured.Median,
                measured.Mean,
                measured.StandardDeviation,
                measured.N,
                report.GcStats.GetBytesAllocatedPerOperation(benchmark),
                limits[KeyOf(benchmark)].FirstOrDefault()?.ResultStatistics?.Min);
        }
    }

    private static string KeyOf(BenchmarkCase benchmark) => $"{benchmark.Descriptor.Type.Name} {ParametersOf(benchmark)} {benchmark.Job.Id}";

    private static string ParametersOf(BenchmarkCase benchmark) => string.Join(", ", benchmark.Parameters.Items.Select(static parameter => $"{parameter.Name}={parameter.Value}"));
}
