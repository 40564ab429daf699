namespace FireproofBench.Scenarios.CommandLine;

/// <summary>What the process returns; scripts rely on it.</summary>
internal static class ExitCodes
{
    /// <summary>All well.</summary>
    public const int Success = 0;

    /// <summary>A MUST clause failed, a threshold or gate broke, or a violation was found.</summary>
    public const int Violation = 1;

    /// <summary>Could not run: wrong arguments, unreachable, refused.</summary>
    public const int CouldNotRun = 2;

    /// <summary>A SHOULD clause failed and <c>--strict</c> was given.</summary>
    public const int StrictViolation = 3;

    /// <summary>Interrupted, after clean-up.</summary>
    public const int Interrupted = 130;
}
