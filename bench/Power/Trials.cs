using System.Collections.Immutable;
using FireproofBench.Gateways.Simulated;

namespace FireproofBench.Power;

/// <summary>Runs the suite on simulated stores, each run in a world of its own; as many at a time as there are processors.</summary>
internal static class Trials
{
    /// <summary>Runs all of them.</summary>
    /// <param name="asked">Store, budget, seed, and the only clauses to run; empty for all.</param>
    /// <param name="parallel">How many at a time.</param>
    /// <param name="ended">Hears of each that ended, and how many have.</param>
    public static Trial[] Run(IReadOnlyList<(string Url, Budget Budget, long Seed, ImmutableArray<string> Only)> asked, int parallel, Action<Trial, int> ended)
    {
        Trial[] results = new Trial[asked.Count];
        int count = 0;
        _ = Parallel.For(0, asked.Count, new ParallelOptions { MaxDegreeOfParallelism = parallel }, i =>
        {
            results[i] = Run(asked[i].Url, asked[i].Budget, asked[i].Seed, asked[i].Only);
            ended(results[i], Interlocked.Increment(ref count));
        });
        return results;
    }

    private static Trial Run(string url, Budget budget, long seed, ImmutableArray<string> only)
    {
        StoreUnderTest target = SimulatedTarget.Open(SimulatedUrl.Parse(url));
        ConformanceRequest request = new()
        {
            Clauses = only.IsEmpty ? ClauseBook.All : ClauseBook.Select(ConnectorProfile.All, only),
            Seed = seed,
            Budget = budget,
        };
        try
        {
            ConformanceReport report = ConformanceRunner.JudgeAsync(target, request, SilentObserver.Instance, CancellationToken.None).GetAwaiter().GetResult();
            ImmutableDictionary<string, string> failed = report.Results.Where(static result => result.Outcome == ClauseOutcome.Failed).ToImmutableDictionary(static result => result.Clause.Id, static result => result.Evidence);
            return new Trial(url, budget.ToString(), seed, failed, report.Verdict.Kind.ToString(), report.Leftovers.Length, report.Requests.Total, report.Elapsed.TotalSeconds);
        }
        catch (Exception failure) when (failure is StoreUnusableException or InvalidOperationException)
        {
            // The store is so wrong that it cannot be judged, which is an answer too; or the world stood still, which is a fault of the suite.
            return new Trial(url, budget.ToString(), seed, ImmutableDictionary<string, string>.Empty.Add(failure is StoreUnusableException ? "unusable" : "stuck", failure.Message), "Unusable", 0, 0, 0);
        }
    }
}
