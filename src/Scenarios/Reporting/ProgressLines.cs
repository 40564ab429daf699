using System.Globalization;
using FireproofBench.Scenarios.Conformance;

namespace FireproofBench.Scenarios.Reporting;

/// <summary>Tells how a run goes on: one line that is written over on a terminal, one line a failed clause and a few others elsewhere.</summary>
internal sealed class ProgressLines(TextWriter output, bool interactive) : IRunObserver
{
    /// <inheritdoc/>
    public void Started(int clauses, BudgetPlan plan, string prefix) => output.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{clauses} clauses, budget {plan.Budget.ToString().ToLowerInvariant()}, about {plan.RequestsPerSecond:0} requests a second,"
            + $" under the prefix '{prefix}/'"));

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
