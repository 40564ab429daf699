using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;

namespace FireproofBench.Conformance;

/// <summary>The book of clauses, for authors of gateways: what it asks for, and whether a store keeps it.</summary>
public static class ConformanceBook
{
    /// <summary>All clauses, in the order of the book: by group, then by number.</summary>
    public static IReadOnlyList<BookClause> Clauses { get; } = [.. ClauseBook.All.Select(BookClause.Of)];

    /// <summary>The clauses of ids and groups, in the order of the book.</summary>
    /// <param name="only">Ids (<c>LST-05</c>) and groups (<c>CAS</c>), in any letter case. Empty for all.</param>
    /// <exception cref="ArgumentException">A name is neither an id nor a group of the book.</exception>
    public static IReadOnlyList<BookClause> Select(IReadOnlyCollection<string> only) => [.. ClauseBook.Select(ConnectorProfile.All, only).Select(BookClause.Of)];

    /// <summary>
    /// Runs clauses against a store, all of them whatever comes of each, some side by side, and removes what they wrote. What a gateway throws is a finding about it,
    /// never an exception from here.
    /// </summary>
    /// <param name="store">The store; stays open.</param>
    /// <param name="options">Budget, seed and clauses; null for the whole book with the standard budget, which takes about half a minute on a local store.</param>
    /// <param name="cancellation">Ends the run: what it wrote is removed, for which it takes 20 seconds at the most.</param>
    /// <exception cref="ArgumentException">An id or group is not in the book, or properties of the store contradict each other.</exception>
    /// <exception cref="StoreUnusableException">The store does not take a first object and give it back, so there is nothing to judge.</exception>
    /// <exception cref="OperationCanceledException">The run was ended.</exception>
    public static async Task<BookFindings> RunAsync(JudgedStore store, BookOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        options ??= new BookOptions();
        ConformanceRequest request = new()
        {
            Clauses = ClauseBook.Select(ConnectorProfile.All, options.Only),
            Budget = options.Budget,
            Declared = store.ToDeclared(),
            Seed = options.Seed ?? RandomNumberGenerator.GetInt32(1, int.MaxValue),
        };
        ConformanceReport report = await new ConformanceRunner(store.ToTarget(), request, new UnwatchedRun(), TimeProvider.System).RunAsync(cancellation);
        cancellation.ThrowIfCancellationRequested();
        return FindingsOf(report);
    }

    /// <summary>Runs one clause against a store, as <see cref="RunAsync"/> does.</summary>
    /// <param name="store">The store; stays open.</param>
    /// <param name="id">The clause's id, in any letter case.</param>
    /// <param name="options">Budget and seed; its clauses are not looked at. Null for the standard budget.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <exception cref="ArgumentException">There is no such clause, or properties of the store contradict each other.</exception>
    /// <exception cref="StoreUnusableException">The store does not take a first object and give it back.</exception>
    /// <exception cref="OperationCanceledException">The run was ended.</exception>
    public static async Task<ClauseFinding> RunClauseAsync(JudgedStore store, string id, BookOptions? options = null, CancellationToken cancellation = default)
    {
        BookClause clause = Clauses.FirstOrDefault(c => c.Id.Equals(id, StringComparison.OrdinalIgnoreCase))
            ?? throw new ArgumentException($"no clause has the id {Printable.Key(id)}", nameof(id));
        return (await RunAsync(store, (options ?? new BookOptions()) with { Only = [clause.Id] }, cancellation)).Clauses[0];
    }

    private static BookFindings FindingsOf(ConformanceReport report)
    {
        ILookup<string, string> quirks = report.Quirks.ToLookup(q => q.ClauseId, q => q.Text, StringComparer.Ordinal);
        return new BookFindings
        {
            Clauses = [.. report.Results.Select(r => FindingOf(r, [.. quirks[r.Clause.Id]], report.Request))],
            Verdict = report.Lost is null ? report.Verdict.Kind : null,
            Settings = report.Verdict.Settings,
            Quirks = [.. quirks[Quirk.OfStore]],
            Limits = report.Limits,
            Leftovers = report.Leftovers,
            Seed = report.Request.Seed,
            Budget = report.Request.Budget,
            Requests = report.Requests.Total,
            Elapsed = report.Elapsed,
            Lost = report.Lost,
        };
    }

    private static ClauseFinding FindingOf(ClauseResult result, ImmutableArray<string> quirks, ConformanceRequest request) => new()
    {
        Clause = BookClause.Of(result.Clause),
        Outcome = result.Outcome,
        Evidence = result.Evidence,
        Quirks = quirks,
        Elapsed = result.Elapsed,
        Replay = string.Create(
            CultureInfo.InvariantCulture, $"new BookOptions {{ Budget = Budget.{request.Budget}, Seed = {request.Seed}, Only = [\"{result.Clause.Id}\"] }}"),
    };
}
