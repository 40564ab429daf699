namespace FireproofBench.Engine;

/// <summary>When the files of a database are merged.</summary>
public enum CompactionMode
{
    /// <summary>After commits, in tiers: the log stays below a hundred groups, and each byte is rewritten a logarithmic number of times.</summary>
    Automatic,

    /// <summary>Only when asked.</summary>
    Manual,
}
