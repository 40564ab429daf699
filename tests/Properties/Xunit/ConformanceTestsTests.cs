using FireproofBench.Engine.Ports;
using FireproofBench.Properties.Conformance;
using FireproofBench.Properties.Conformance.Faults;
using FireproofBench.Xunit;
using Xunit;
using Xunit.Sdk;

namespace FireproofBench.Properties.Xunit;

/// <summary>What an author's test class does, called as the runner calls it.</summary>
public sealed class ConformanceTestsTests
{
    [Fact]
    public async Task A_lie_fails_the_test_of_its_clause_and_no_other()
    {
        await using ConformanceRun run = new();
        AuthorTests tests = new(run, ConformanceBookTests.Liar(), "OBJ");
        Dictionary<string, string> failures = [];
        foreach (BookClause clause in ConformanceBook.Select(["OBJ"]))
        {
            if (await Record.ExceptionAsync(() => tests.The_store_keeps(clause.Id)) is XunitException failure and not SkipException)
                failures[clause.Id] = failure.Message;
        }

        (string id, string message) = Assert.Single(failures);
        Assert.Equal("OBJ-04", id);
        BookClause broken = ConformanceBook.Select(["OBJ-04"])[0];
        Assert.All(
            [broken.Requirement, broken.Why, broken.How, broken.WhenItFails, "FIREPROOFBENCH_SEED=1 FIREPROOFBENCH_BUDGET=quick FIREPROOFBENCH_CLAUSES=OBJ-04 dotnet test"],
            text => Assert.Contains(text, message, StringComparison.Ordinal));
        await tests.The_run_leaves_nothing_behind();
    }

    [Fact]
    public async Task What_the_store_has_not_and_what_cannot_be_said_is_skipped_with_the_reason()
    {
        await using ConformanceRun run = new();
        AuthorTests tests = new(run, new InterceptedStore { OnTraits = t => t with { ConditionalCreate = false } }, "CAS-02", "CAS-03");
        Assert.Equal("unsupported: the store says that it has no create-if-absent", await SkipOfAsync(tests, "CAS-02"));
        Assert.StartsWith("inconclusive: ", await SkipOfAsync(tests, "CAS-03"), StringComparison.Ordinal);
        Assert.Equal("not asked for: this class runs CAS-02, CAS-03", await SkipOfAsync(tests, "OBJ-01"));
    }

    [Fact]
    public async Task The_tests_of_a_class_share_one_run_whose_store_is_closed_with_it()
    {
        ConformanceRun run = new();
        AuthorTests tests = new(run, new InterceptedStore(), "OBJ-03", "OBJ-06");
        await Task.WhenAll(tests.The_store_keeps("OBJ-03"), tests.The_store_keeps("OBJ-06"), tests.The_run_leaves_nothing_behind());
        Assert.Equal((1, 0), (tests.Opened, tests.Closed));
        await run.DisposeAsync();
        Assert.Equal((1, 1), (tests.Opened, tests.Closed));
    }

    [Fact]
    public async Task A_store_that_cannot_be_judged_fails_every_test_alike()
    {
        await using ConformanceRun run = new();
        AuthorTests tests = new(run, new InterceptedStore { OnPut = (_, k, _, _, _) => throw new StorageException(StorageErrorKind.NotAuthorized, "put", k, "no") }, "OBJ");
        StoreUnusableException first = await Assert.ThrowsAsync<StoreUnusableException>(() => tests.The_store_keeps("OBJ-01"));
        Assert.Same(first, await Record.ExceptionAsync(tests.The_run_leaves_nothing_behind));
        Assert.Equal(1, tests.Opened);
    }

    [Fact]
    public async Task What_a_run_cannot_remove_fails_the_test_of_the_run()
    {
        await using ConformanceRun run = new();
        AuthorTests tests = new(
            run, new InterceptedStore { OnDelete = (_, k, _, _) => throw new StorageException(StorageErrorKind.NotAuthorized, "delete", k, "write once") }, "OBJ-03");
        FailException failure = await Assert.ThrowsAsync<FailException>(tests.The_run_leaves_nothing_behind);
        Assert.Contains("conform-0000000000000001/", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_is_lost_on_the_way_has_no_verdict()
    {
        int lookups = 0;
        ConformanceRun run = new();
        StorageException Gone(string operation, string key) => new(StorageErrorKind.Permanent, operation, key, "gone");
        await using (run)
        {
            AuthorTests tests = new(
                run,
                new InterceptedStore
                {
                    OnHead = (_, k, _) => Interlocked.Increment(ref lookups) > 0 ? throw Gone("head", k) : default,
                    OnPut = (s, k, b, c, t) => Volatile.Read(ref lookups) > 0 ? throw Gone("put", k) : s.PutAsync(k, b, c, t),
                },
                "OBJ-05");
            FailException failure = await Assert.ThrowsAsync<FailException>(tests.The_run_leaves_nothing_behind);
            Assert.Contains("broken off", failure.Message, StringComparison.Ordinal);
            Assert.StartsWith("inconclusive: ", await SkipOfAsync(tests, "OBJ-05"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Every_clause_is_a_row_that_is_labelled_with_its_id()
    {
        await using DisposalTracker tracker = new();
        IReadOnlyCollection<ITheoryDataRow> rows = await new ClauseDataAttribute().GetData(typeof(ConformanceTests).GetMethod(nameof(ConformanceTests.The_store_keeps))!, tracker);
        Assert.Equal(ConformanceBook.Clauses.Select(c => c.Id), rows.Select(r => r.Label));
        Assert.All(rows, r => Assert.Equal([r.Label], r.GetData()));
        Assert.Equal(["MUST*"], rows.Single(r => r.Label == "CAS-02").Traits!["level"]);
    }

    [Fact]
    public void The_environment_goes_before_the_class()
    {
        BookOptions own = new() { Budget = Budget.Standard, Seed = 5, Only = ["OBJ"] };
        Assert.Equal(own, RunVariables.Over(own, static _ => null));
        Assert.Equal(own, RunVariables.Over(own, static _ => ""));
        BookOptions told = RunVariables.Over(
            own, name => name switch { RunVariables.Seed => "-7", RunVariables.Budget => "Thorough", _ => " CAS-01, lst " });
        Assert.Equal((-7L, Budget.Thorough), (told.Seed, told.Budget));
        Assert.Equal(["CAS-01", "lst"], told.Only);
    }

    [Theory]
    [InlineData(RunVariables.Seed, "seven")]
    [InlineData(RunVariables.Budget, "7")]
    [InlineData(RunVariables.Budget, "fast")]
    public void A_variable_with_a_value_that_is_none_is_named(string variable, string value)
    {
        FormatException failure = Assert.Throws<FormatException>(() => RunVariables.Over(new BookOptions(), name => name == variable ? value : null));
        Assert.Contains(variable, failure.Message, StringComparison.Ordinal);
    }

    private static async Task<string> SkipOfAsync(AuthorTests tests, string clause)
    {
        const string mark = "$XunitDynamicSkip$";
        try
        {
            await tests.The_store_keeps(clause);
        }
        catch (SkipException skip)
        {
            // An assertion about it would skip the test that asserts.
            return skip.Message.Replace(mark, "", StringComparison.Ordinal);
        }

        throw new InvalidOperationException($"The test of {clause} was not skipped.");
    }

    // Not public, so that no runner takes it for tests of this project.
#pragma warning disable xUnit1000
    private sealed class AuthorTests(ConformanceRun run, IDataGateway gateway, params string[] clauses) : ConformanceTests(run)
#pragma warning restore xUnit1000
    {
        public int Opened { get; private set; }

        public int Closed { get; private set; }

        protected override Budget Budget => Budget.Quick;

        protected override long? Seed => 1;

        protected override IReadOnlyCollection<string> Clauses => clauses;

        protected override ValueTask<JudgedStore> OpenStoreAsync(CancellationToken cancellation)
        {
            Opened++;
            return ValueTask.FromResult(new JudgedStore("memory", gateway)
            {
                AfterClose = () =>
                {
                    Closed++;
                    return ValueTask.CompletedTask;
                },
            });
        }
    }
}
