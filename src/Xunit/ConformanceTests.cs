using FireproofBench.Conformance;
using Xunit;

namespace FireproofBench.Xunit;

/// <summary>
/// The book of clauses as tests of one store. Derive a class, open the store: the book is run once for the class, and each clause is a test of its own, labelled with its id.
/// </summary>
/// <remarks>
/// <para>A clause that the store breaks fails its test, with what was seen and what to do. One for which the store has no function, or about which nothing can be said
/// here, is skipped with the reason. Oddities that break nothing, and the seed, stand in the output of the tests.</para>
/// <para>The environment goes before the properties, so that a run is repeated without a change of code: <c>FIREPROOFBENCH_SEED</c> (a whole number),
/// <c>FIREPROOFBENCH_BUDGET</c> (quick, standard, thorough) and <c>FIREPROOFBENCH_CLAUSES</c> (ids and groups with commas between them, such as <c>OBJ,LST-05</c>: only
/// these become tests). A filter of the test runner chooses what is told, and still runs the whole book.</para>
/// </remarks>
/// <param name="run">The run that the tests of the class share; xunit gives it.</param>
public abstract class ConformanceTests(ConformanceRun run) : IClassFixture<ConformanceRun>
{
    /// <summary>How much may be asked of the store: standard, which takes about half a minute on a local one, unless a class says another.</summary>
    protected virtual Budget Budget => Budget.Standard;

    /// <summary>Decides everything that is left to chance; null, as here, for a seed that is drawn anew for each run and told in the output.</summary>
    protected virtual long? Seed => null;

    /// <summary>The clauses to run: ids and groups, in any letter case. Empty, as here, for all; the tests of the others are skipped.</summary>
    protected virtual IReadOnlyCollection<string> Clauses => [];

    /// <summary>Opens the store, empty or not; once for the class, which closes it at its end.</summary>
    /// <param name="cancellation">Ends the call.</param>
    protected abstract ValueTask<JudgedStore> OpenStoreAsync(CancellationToken cancellation);

    /// <summary>One clause of the book.</summary>
    /// <param name="clause">Its id.</param>
    [Theory]
    [ClauseData]
    public async Task The_store_keeps(string clause)
    {
        BookFindings findings = await FindingsAsync();
        ClauseFinding? finding = findings.Clauses.FirstOrDefault(f => f.Clause.Id == clause);
        Assert.SkipWhen(finding is null, $"not asked for: this class runs {string.Join(", ", Clauses)}");
        TestContext.Current.TestOutputHelper?.WriteLine(FindingText.Output(finding, findings));
        switch (finding.Outcome)
        {
            case ClauseOutcome.Failed:
                Assert.Fail(FindingText.Failure(finding, findings));
                break;
            case ClauseOutcome.Unsupported:
                Assert.Skip($"unsupported: {finding.Evidence}");
                break;
            case ClauseOutcome.Inconclusive:
                Assert.Skip($"inconclusive: {finding.Evidence}");
                break;
        }
    }

    /// <summary>The run as a whole: its verdict stands in the output, and what it wrote is gone from the store.</summary>
    [Fact]
    public async Task The_run_leaves_nothing_behind()
    {
        BookFindings findings = await FindingsAsync();
        TestContext.Current.TestOutputHelper?.WriteLine(FindingText.Summary(findings));
        if (findings.Lost is { } lost)
            Assert.Fail($"The run was broken off: {lost}.");
        if (findings.Leftovers is [var first, ..])
            Assert.Fail($"{findings.Leftovers.Count} keys of the run are still in the store, the first of them {first}: they could not be removed, or a listing still tells of them.");
    }

    private Task<BookFindings> FindingsAsync() =>
        run.FindingsAsync(OpenStoreAsync, new BookOptions { Budget = Budget, Seed = Seed, Only = Clauses }, TestContext.Current.CancellationToken);
}
