using System.Collections.Frozen;
using System.Collections.Immutable;

namespace FireproofBench.Conformance.Measuring;

/// <summary>How many requests a run is likely to make, guessed before it: right in its order of magnitude, no more.</summary>
/// <param name="Put">Puts.</param>
/// <param name="Get">Gets.</param>
/// <param name="Head">Heads.</param>
/// <param name="Delete">Deletes.</param>
/// <param name="List">Pages listed.</param>
internal sealed record RequestEstimate(long Put, long Get, long Head, long Delete, long List)
{
    // The probe, the measuring of the rate, the manifest, and the sweeping at the end.
    private const double OfEveryRun = 250;

    // From this rate on the budget and not the store decides the counts.
    private const double FastEnough = 5000;

    // Readers that go round beside writers (IMM, CCY) make the more requests the slower the writes are: there it is a middle.
    // Requests of one clause as runs on slow and on fast stores made them, by group: (slow store, fast store with quick, fast store with standard).
    private static readonly (double Slow, double Quick, double Standard) s_other = (120, 300, 1000);
    private static readonly FrozenDictionary<string, (double Slow, double Quick, double Standard)> s_ofClause =
        new Dictionary<string, (double Slow, double Quick, double Standard)>
        {
            ["OBJ"] = (56, 81, 135),
            ["NAM"] = (122, 164, 807),
            ["INT"] = (98, 206, 1125),
            ["IMM"] = (40, 420, 5000),
            ["CAS"] = (90, 100, 340),
            ["LST"] = (212, 490, 900),
            ["CON"] = (200, 680, 1510),
            ["CCY"] = (250, 700, 6000),
            ["MET"] = (40, 40, 80),
            ["SUB"] = (30, 30, 60),
            ["ENG"] = (60, 140, 330),
            ["FPC"] = (60, 60, 60),
        }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>All requests.</summary>
    public long Total => Put + Get + Head + Delete + List;

    /// <summary>The guess for some clauses under a plan.</summary>
    public static RequestEstimate Of(ImmutableArray<Clause> clauses, BudgetPlan plan)
    {
        double share = plan.Budget == Budget.Thorough ? 1 : Math.Min(1, plan.RequestsPerSecond / FastEnough);
        double total = OfEveryRun + clauses.Sum(c =>
        {
            (double slow, double quick, double standard) = s_ofClause.GetValueOrDefault(c.Group, s_other);

            // The full counts are five times those of the standard budget.
            double fast = plan.Budget switch { Budget.Quick => quick, Budget.Standard => standard, _ => 5 * standard };
            return slow + (Math.Max(0, fast - slow) * share);
        });

        // How requests of whole runs were shared out.
        return new RequestEstimate((long)(0.28 * total), (long)(0.40 * total), (long)(0.07 * total), (long)(0.19 * total), (long)(0.06 * total));
    }

    /// <summary>The guess as it was made before a run.</summary>
    public static RequestEstimate Of(ConformanceReport report) => Of(report.Request.Clauses, new BudgetPlan(report.Request.Budget, report.RequestsPerSecond));
}
