namespace FireproofBench.Engine.Compaction;

/// <summary>Which of the newest groups of a log are merged into one.</summary>
/// <remarks>
/// A run of the newest groups is worth merging when its largest member is at most a quarter of it: each byte that is rewritten then lands in a
/// group at least four times as large, so it is rewritten a logarithmic number of times, and the groups that stay grow geometrically, so the log is
/// logarithmic too.
/// </remarks>
internal static class CompactionPlan
{
    /// <summary>Fewest groups that are merged: below it a merge costs more than the headers that it shortens.</summary>
    public const int LeastGroups = 8;

    /// <summary>Length at which the newest half is merged whatever the sizes are. The reference engine compacts beyond 100.</summary>
    public const int LogLimit = 64;

    /// <summary>How many times larger than its largest member a run has to be.</summary>
    private const int Growth = 4;

    /// <summary>Finds the longest run that is worth merging.</summary>
    /// <param name="sizes">Sizes of the groups in bytes, newest first, as far as they are known.</param>
    /// <param name="groups">How many groups there are.</param>
    /// <returns>How many of the newest groups to merge; 0 for none.</returns>
    public static int Choose(IReadOnlyList<long> sizes, int groups)
    {
        int run = 0;
        long total = 0;
        long largest = 0;
        for (int i = 0; i < sizes.Count; i++)
        {
            total += sizes[i];
            largest = Math.Max(largest, sizes[i]);
            if (i + 1 >= LeastGroups && largest * Growth <= total)
                run = i + 1;
        }

        return run == 0 && groups >= LogLimit ? groups / 2 : run;
    }
}
