namespace FireproofBench.Conformance;

/// <summary>The counts of a run: those of the clauses, scaled to the budget and to what the store can do in that time.</summary>
/// <param name="Budget">The budget.</param>
/// <param name="RequestsPerSecond">The rate measured at the start of the run, with a few calls in flight.</param>
internal sealed record BudgetPlan(Budget Budget, double RequestsPerSecond)
{
    /// <summary>How many clauses run side by side, and how many calls one clause keeps in flight where the number is of no concern to it.</summary>
    public int Parallel => Budget == Budget.Quick ? 4 : 6;

    /// <summary>How many tasks take part in a race.</summary>
    public int Racers => Budget == Budget.Quick ? 16 : 64;

    /// <summary>Largest object of the run, in bytes.</summary>
    public int LargestObject => Budget switch { Budget.Quick => 1 << 20, Budget.Standard => 8 << 20, _ => 64 << 20 };

    /// <summary>After this long a clause is stopped and answers "inconclusive": slow is no failure.</summary>
    public TimeSpan ClauseDeadline => Budget switch
    {
        Budget.Quick => TimeSpan.FromSeconds(60),
        Budget.Standard => TimeSpan.FromMinutes(4),
        _ => TimeSpan.FromHours(2),
    };

    private double SecondsPerClause => Budget switch { Budget.Quick => 0.12, Budget.Standard => 1.0, _ => double.PositiveInfinity };

    private double Share => Budget switch { Budget.Quick => 0.1, Budget.Standard => 0.2, _ => 1 };

    /// <summary>How many trials of something to make.</summary>
    /// <param name="full">The count of the thorough budget.</param>
    /// <param name="floor">The fewest that say anything.</param>
    /// <param name="requestsEach">How many requests one trial costs.</param>
    public int Count(int full, int floor, int requestsEach = 1)
    {
        if (Budget == Budget.Thorough)
            return full;
        double affordable = Math.Min(full * Share, SecondsPerClause * RequestsPerSecond / requestsEach);
        return (int)Math.Clamp(affordable, Math.Min(floor, full), full);
    }
}
