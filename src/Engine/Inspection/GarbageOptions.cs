namespace FireproofBench.Engine.Inspection;

/// <summary>Which files that no head needs may be deleted.</summary>
public sealed record GarbageOptions
{
    /// <summary>
    /// How long a file must have been there, and the compaction that replaced it: by then every writer has published the head of what it uploaded, and every reader has seen newer heads. 7 days unless
    /// said otherwise; a device that was away for longer sends what it still needs again.
    /// </summary>
    public TimeSpan MinAge { get; init; } = TimeSpan.FromDays(7);

    /// <summary>
    /// Whether the files that the compactions of the log replaced stay: one generation, for clients that hold the heads before. On unless said otherwise.
    /// </summary>
    public bool KeepReplaced { get; init; } = true;

    /// <summary>Only tells what would be deleted.</summary>
    public bool DryRun { get; init; }
}
