using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways;
using FireproofBench.Gateways.Entropy;
using FireproofBench.Gateways.Http;
using FireproofBench.Gateways.Memory;
using FireproofBench.Gateways.Wrapping;
using FireproofBench.Properties.Conformance.Faults;
using FireproofBench.Properties.Endpoint;
using Xunit;

namespace FireproofBench.Properties.Conformance;

/// <summary>The book as authors of gateways have it: through public members alone.</summary>
public sealed partial class ConformanceBookTests
{
    private static readonly BookOptions s_quick = new() { Budget = Budget.Quick, Seed = 1 };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void The_book_outside_has_the_clauses_of_the_book_inside()
    {
        Assert.Equal(ClauseBook.All.Select(c => (c.Id, c.Requirement, c.Level)), ConformanceBook.Clauses.Select(c => (c.Id, c.Requirement, c.Level)));
        Assert.Equal(["LST-05", "MET-01"], ConformanceBook.Select(["met-01", "LST-05"]).Select(c => c.Id));
        Assert.All(ConformanceBook.Select(["CAS"]), c => Assert.Equal("CAS", c.Group));
    }

    [Fact]
    public async Task A_gateway_alone_is_judged_with_databases_among_its_objects()
    {
        MemoryDataGateway objects = new(TimeProvider.System);
        await using JudgedStore store = new("memory", objects);
        BookFindings findings = await ConformanceBook.RunAsync(store, s_quick with { Only = ["OBJ-03", "MET-01", "ENG-01"] }, Token);
        Assert.All(findings.Clauses, f => Assert.True(f.Outcome == ClauseOutcome.Passed, $"{f.Clause.Id}: {f.Outcome}, {f.Evidence}"));
        Assert.Equal((VerdictKind.Safe, 1L, Budget.Quick), (findings.Verdict, findings.Seed, findings.Budget));
        Assert.True(findings.Requests > 0);
        Assert.Empty(findings.Leftovers);
        Assert.Empty(await InterceptedStore.AllAsync(objects, ""));
    }

    [Fact]
    public async Task A_lie_is_found_with_evidence_and_a_way_to_find_it_again()
    {
        await using JudgedStore store = new("a liar", Liar());
        BookFindings findings = await ConformanceBook.RunAsync(store, s_quick with { Only = ["OBJ"] }, Token);
        ClauseFinding lie = Assert.Single(findings.Clauses, f => f.Outcome == ClauseOutcome.Failed);
        Assert.Equal("OBJ-04", lie.Clause.Id);
        Assert.NotEmpty(lie.Evidence);
        Assert.Equal(VerdictKind.Unsafe, findings.Verdict);
        Assert.Equal("new BookOptions { Budget = Budget.Quick, Seed = 1, Only = [\"OBJ-04\"] }", lie.Replay);
        ClauseFinding again = await ConformanceBook.RunClauseAsync(store, "obj-04", new BookOptions { Budget = Budget.Quick, Seed = 1, Only = ["OBJ-04"] }, Token);

        // Which of the reads comes first is not the seed's to say.
        Assert.Equal(lie.Outcome, again.Outcome);
        Assert.StartsWith("a get of ", again.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Heads_in_a_place_of_their_own_are_judged_there()
    {
        ConcurrentDictionary<string, MemoryMetadataGateway> places = new(StringComparer.Ordinal);
        await using JudgedStore store = new("memory", new MemoryDataGateway(TimeProvider.System))
        {
            OpenHeads = name => places.GetOrAdd(name, _ => new MemoryMetadataGateway()),
            RemoveHeads = (name, _) =>
            {
                places[name].Clear();
                return ValueTask.CompletedTask;
            },
        };
        List<string> names = [];
        BookFindings findings = await ConformanceBook.RunAsync(Noting(store, names), s_quick with { Only = ["MET-01", "MET-02", "MET-09"] }, Token);
        Assert.All(findings.Clauses, f => Assert.True(f.Outcome == ClauseOutcome.Passed, $"{f.Clause.Id}: {f.Outcome}, {f.Evidence}"));
        Assert.Empty(findings.Leftovers);
        Assert.NotEmpty(names);
        Assert.All(names, name => Assert.Matches(DatabaseNames(), name));
    }

    [Fact]
    public async Task Heads_that_nobody_removes_are_told_as_left()
    {
        ConcurrentDictionary<string, MemoryMetadataGateway> places = new(StringComparer.Ordinal);
        await using JudgedStore store = new("memory", new MemoryDataGateway(TimeProvider.System))
        {
            OpenHeads = name => places.GetOrAdd(name, _ => new MemoryMetadataGateway()),
        };
        BookFindings findings = await ConformanceBook.RunAsync(store, s_quick with { Only = ["MET-01"] }, Token);
        Assert.NotEmpty(findings.Leftovers);
        Assert.All(findings.Leftovers, key => Assert.EndsWith("/(heads)", key, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Databases_of_their_own_are_judged_as_they_are_opened()
    {
        ConcurrentDictionary<string, MemoryDeviceStore> databases = new(StringComparer.Ordinal);
        await using JudgedStore store = new("memory", new MemoryDataGateway(TimeProvider.System))
        {
            OpenDatabase = name => databases.GetOrAdd(name, _ => new MemoryDeviceStore(name, TimeProvider.System)),
        };
        ClauseFinding finding = await ConformanceBook.RunClauseAsync(store, "ENG-01", s_quick, Token);
        Assert.True(finding.Outcome == ClauseOutcome.Passed, finding.Evidence);
        Assert.NotEmpty(databases);
        Assert.All(databases.Keys, name => Assert.Matches(DatabaseNames(), name));
    }

    [Fact]
    public async Task A_gateway_over_HTTP_has_faults_put_on_its_wire()
    {
        await using EndpointServer server = await EndpointServer.StartAsync();
        GatewayOptions options = new() { Time = TimeProvider.System, Entropy = SystemEntropy.Instance };
        await using JudgedStore store = new("an endpoint", new HttpDataGateway(server.Address, "objects", options))
        {
            OpenOverWire = (wire, time) => new HttpDataGateway(server.Address, "objects", options with { Wire = wire, Time = time }),
        };
        ClauseFinding finding = await ConformanceBook.RunClauseAsync(store, "INT-02", s_quick, Token);
        Assert.True(finding.Outcome == ClauseOutcome.Passed, $"{finding.Outcome}, {finding.Evidence}");
    }

    [Fact]
    public async Task Oddities_that_the_gateway_tells_belong_to_no_clause()
    {
        InterceptedStore odd = new() { OnTraits = t => t with { Quirks = ["It hums."] } };
        await using JudgedStore store = new("memory", odd);
        BookFindings findings = await ConformanceBook.RunAsync(store, s_quick with { Only = ["OBJ-03"] }, Token);
        Assert.Equal(["It hums."], findings.Quirks);
        Assert.Empty(Assert.Single(findings.Clauses).Quirks);
    }

    [Fact]
    public async Task A_secret_in_a_failure_is_found()
    {
        InterceptedStore talkative = new()
        {
            OnPut = (s, k, b, c, t) => k.StartsWith("../", StringComparison.Ordinal)
                ? throw new StorageException(StorageErrorKind.InvalidName, "put", k, "refused for hunter22hunter22") : s.PutAsync(k, b, c, t),
        };
        await using JudgedStore store = new("memory", talkative) { Secrets = [new Secret("hunter22hunter22")] };
        ClauseFinding finding = await ConformanceBook.RunClauseAsync(store, "SEC-06", s_quick, Token);
        Assert.True(finding.Outcome == ClauseOutcome.Failed, $"{finding.Outcome}, {finding.Evidence}");
        Assert.DoesNotContain("hunter22", finding.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_contradicts_itself_is_refused_before_the_store_is_asked()
    {
        await using InterceptedStore untouched = new() { OnPut = (_, _, _, _, _) => throw new InvalidOperationException("asked") };
        Func<string, IMetadataGateway> heads = _ => new MemoryMetadataGateway();
        JudgedStore[] stores =
        [
            new("memory", untouched) { OpenHeads = heads, OpenDatabase = name => new MemoryDeviceStore(name, TimeProvider.System) },
            new("memory", untouched) { RemoveHeads = (_, _) => ValueTask.CompletedTask },
            new("memory", untouched) { VisibleWithin = TimeSpan.FromSeconds(-1) },
            new("memory", untouched) { VisibleWithin = TimeSpan.FromHours(2) },
        ];
        foreach (JudgedStore store in stores)
            await Assert.ThrowsAnyAsync<ArgumentException>(() => ConformanceBook.RunAsync(store, s_quick, Token));
        await using JudgedStore sound = new("memory", untouched);
        ArgumentException unknown = await Assert.ThrowsAsync<ArgumentException>(() => ConformanceBook.RunAsync(sound, s_quick with { Only = ["XYZ-01"] }, Token));
        Assert.Contains("XYZ-01", unknown.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentException>(() => ConformanceBook.RunClauseAsync(sound, "OBJ", s_quick, Token));
    }

    [Fact]
    public async Task A_store_that_refuses_everything_cannot_be_judged()
    {
        InterceptedStore shut = new() { OnPut = (_, k, _, _, _) => throw new StorageException(StorageErrorKind.NotAuthorized, "put", k, "no") };
        await using JudgedStore store = new("memory", shut);
        StoreUnusableException failure = await Assert.ThrowsAsync<StoreUnusableException>(() => ConformanceBook.RunAsync(store, s_quick, Token));
        Assert.Contains("credentials", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_is_ended_says_so_and_removes_what_it_wrote()
    {
        using CancellationTokenSource end = new();
        InterceptedStore objects = new()
        {
            OnHead = async (s, k, t) =>
            {
                await end.CancelAsync();
                return await s.HeadAsync(k, t);
            },
        };
        await using JudgedStore store = new("memory", objects);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ConformanceBook.RunAsync(store, s_quick with { Only = ["OBJ"] }, end.Token));
        Assert.Empty(await InterceptedStore.AllAsync(objects.Sound, ""));
    }

    [Fact]
    public async Task What_the_author_puts_away_is_put_away_after_the_gateway_is_closed()
    {
        List<string> order = [];
        JudgedStore store = new("memory", new ClosingStore(() => order.Add("closed")))
        {
            AfterClose = () =>
            {
                order.Add("put away");
                return ValueTask.CompletedTask;
            },
        };
        await store.DisposeAsync();
        Assert.Equal(["closed", "put away"], order);
    }

    /// <summary>A gateway in memory that gives ranges without their last byte.</summary>
    internal static InterceptedStore Liar() => new()
    {
        OnGet = (s, k, r, t) => s.GetAsync(k, r is { Length: > 1 } range ? range with { Length = range.Length - 1 } : r, t),
    };

    private static JudgedStore Noting(JudgedStore store, List<string> names) => new(store.Name, store.Data)
    {
        OpenHeads = name =>
        {
            lock (names)
                names.Add(name);
            return store.OpenHeads!(name);
        },
        RemoveHeads = store.RemoveHeads,
    };

    [GeneratedRegex("^conform-[A-Za-z0-9.-]{1,92}$")]
    private static partial Regex DatabaseNames();

    private sealed class ClosingStore(Action onClose) : DataGatewayWrapper(new MemoryDataGateway(TimeProvider.System))
    {
        public override ValueTask DisposeAsync()
        {
            onClose();
            return base.DisposeAsync();
        }
    }
}
