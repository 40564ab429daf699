namespace FireproofBench.Scenarios.Reporting;

/// <summary>A verdict in words.</summary>
internal static class VerdictText
{
    /// <summary>The verdict in one to three words; a run that was stopped or broken off has none.</summary>
    public static string Of(ConformanceReport report) => report is { Interrupted: true } or { Lost: not null } ? Of("") : Of(report.Verdict.Name);

    /// <summary>The verdict of a result file in one to three words.</summary>
    public static string Of(string verdict) => verdict switch
    {
        "safe" => "safe",
        "safe-with" => "safe with settings",
        "unsafe" => "unsafe",
        _ => "no verdict",
    };

    /// <summary>The verdict as a class of styles.</summary>
    public static string ClassOf(string words) => words switch { "safe" => "safe", "safe with settings" => "with", "unsafe" => "unsafe", _ => "none" };

    /// <summary>The verdict as one sentence or two.</summary>
    public static string Sentence(ConformanceReport report)
    {
        string store = $"{report.Url} ({report.Traits.Provider})";
        return report switch
        {
            { Interrupted: true } => $"Interrupted: no verdict on {store}. What had been seen until then: {report.Verdict.Name}.",
            { Lost: not null } => $"Broken off: no verdict on {store}, because {report.Lost}.",
            { Verdict.Kind: VerdictKind.Unsafe } => $"Verdict: UNSAFE. Do not keep a Fireproof database on {store}:"
                + $" {string.Join(", ", report.Verdict.Breaking)} failed.",
            { Verdict.Kind: VerdictKind.SafeWith } => $"Verdict: SAFE WITH SETTINGS. A Fireproof database is safe on {store} if:",
            _ => $"Verdict: SAFE. Nothing that was checked speaks against a Fireproof database on {store}.",
        };
    }
}
