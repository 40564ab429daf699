using System.Collections.Immutable;
using FireproofBench.Engine.Ports;
using FireproofBench.Properties.Conformance.Faults;

namespace FireproofBench.Properties.Conformance;

/// <summary>Runs of the suite for tests.</summary>
internal static class Runs
{
    /// <summary>Runs clauses on a store.</summary>
    public static async Task<ConformanceReport> OfAsync(
        IDataGateway store, IReadOnlyCollection<string> only, CancellationToken cancellation, long seed = 1, bool keep = false, Budget budget = Budget.Quick,
        TimeProvider? time = null) =>
        await OfAsync(store, ClauseBook.Select(ConnectorProfile.All, only), cancellation, seed, keep, budget, time);

    /// <summary>Runs clauses on a store.</summary>
    public static async Task<ConformanceReport> OfAsync(
        IDataGateway store, ImmutableArray<Clause> clauses, CancellationToken cancellation, long seed = 1, bool keep = false, Budget budget = Budget.Quick,
        TimeProvider? time = null)
    {
        StoreUnderTest target = new() { Url = "test:", Data = store, OpenDatabase = store is InterceptedStore bent ? bent.OpenDatabase : null };
        return await OfAsync(store is InterceptedStore told ? told.OnTarget(target) : target, clauses, cancellation, seed, keep, budget, time);
    }

    /// <summary>Runs clauses on a store.</summary>
    public static async Task<ConformanceReport> OfAsync(
        StoreUnderTest target, ImmutableArray<Clause> clauses, CancellationToken cancellation, long seed = 1, bool keep = false, Budget budget = Budget.Quick,
        TimeProvider? time = null, DeclaredVisibility? declared = null)
    {
        ConformanceRequest request = new() { Clauses = clauses, Seed = seed, Budget = budget, Keep = keep, Declared = declared };
        return await new ConformanceRunner(target, request, SilentObserver.Instance, time ?? TimeProvider.System).RunAsync(cancellation);
    }

    /// <summary>A clause for tests of the runner.</summary>
    public static Clause Clause(string id, Func<ClauseContext, Task<Finding>> check, ClauseLevel level = ClauseLevel.Must) => new()
    {
        Id = id,
        Level = level,
        Requirement = "A requirement.",
        Why = "A reason.",
        How = "A way.",
        WhenItFails = "An advice.",
        Check = check,
    };
}
