using System.Collections.Immutable;
using System.Globalization;
using FireproofBench.Scenarios.Providers;

namespace FireproofBench.Scenarios.Reporting;

/// <summary>Tells how a run goes on: one line that is written over on a terminal, one line a failed clause and a few others elsewhere.</summary>
/// <param name="output">Where to.</param>
/// <param name="interactive">Whether a line may be written over.</param>
/// <param name="chosen">The clauses of the run, for the estimate of its requests.</param>
/// <param name="provider">The provider, for their price; null when it is not known.</param>
internal sealed class ProgressLines(TextWriter output, bool interactive, ImmutableArray<Clause> chosen, KnownProvider? provider) : IRunObserver
{
    /// <inheritdoc/>
    public void Started(int clauses, BudgetPlan plan, string prefix)
    {
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{clauses} clauses, budget {plan.Budget.ToString().ToLowerInvariant()}, about {plan.RequestsPerSecond:0} requests a second,"
                + $" under the prefix '{prefix}/'"));
        output.WriteLine(RequestCost.Line(RequestEstimate.Of(chosen, plan), provider));
    }

    /// <inheritdoc/>
    public void Ended(ClauseResult result, int ended, int clauses)
    {
        string line = string.Create(
            CultureInfo.InvariantCulture, $"[{ended}/{clauses}] {result.Clause.Id} {ClauseNames.Of(result.Outcome)} ({result.Elapsed.TotalSeconds:0.0} s)");
        if (!interactive)
            output.WriteLine(line);
        else
            output.Write($"\r\u001b[K{(ended == clauses ? "" : line)}");
        output.Flush();
    }

    /// <inheritdoc/>
    public void Note(string text) => output.WriteLine($"{(interactive ? "\r\u001b[K" : "")}{text}");
}
