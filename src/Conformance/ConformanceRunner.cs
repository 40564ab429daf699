using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Conformance;

/// <summary>Runs clauses against one store: all of them, whatever the outcome of each, and leaves the store as it was.</summary>
internal sealed class ConformanceRunner(StoreUnderTest target, ConformanceRequest request, IRunObserver observer, TimeProvider time)
{
    private const int DeadlineInBounds = 30;
    private const int RoundsOfEnding = 3;
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(5);
    private readonly DeclaredVisibility _declared = request.Declared ?? target.Declared ?? DeclaredVisibility.Of(target.Data.Traits);
    private readonly Lock _gate = new();
    private readonly RunJournal _journal = new();
    private readonly RequestMeter _meter = new();
    private readonly OpenCalls _open = new(time);
    private readonly SortedSet<string> _stuck = new(StringComparer.Ordinal);
    private readonly List<string> _said = [];
    private readonly List<StoreDatabases> _late = [];
    private string? _lost;
    private bool _deletes = true;
    private int _ended;

    /// <summary>Runs clauses on a store, in its own world where it has one.</summary>
    /// <param name="target">The store.</param>
    /// <param name="request">The clauses, and how much to ask.</param>
    /// <param name="observer">Hears of the progress.</param>
    /// <param name="interrupt">The user's wish to stop: what runs is ended, cleaned up and reported.</param>
    /// <exception cref="StoreUnusableException">The store does not answer as one that could be judged at all.</exception>
    public static Task<ConformanceReport> JudgeAsync(StoreUnderTest target, ConformanceRequest request, IRunObserver observer, CancellationToken interrupt) => target.World is { } world
        ? Task.FromResult(world.Run(token => new ConformanceRunner(target, request, observer, world.Time).RunAsync(token), interrupt))
        : new ConformanceRunner(target, request, observer, TimeProvider.System).RunAsync(interrupt);

    /// <summary>Runs.</summary>
    /// <param name="interrupt">The user's wish to stop: what runs is ended, cleaned up and reported.</param>
    /// <exception cref="StoreUnusableException">The store does not answer as one that could be judged at all.</exception>
    public async Task<ConformanceReport> RunAsync(CancellationToken interrupt)
    {
        DateTimeOffset startedAt = time.GetUtcNow();
        long start = time.GetTimestamp();
        // Each repetition is a request of its own, so the counting is below the patience.
        await using ObservedGateway observed = new(target.Data, _meter, open: _open);
        await using StoreViews views = await StoreViews.OpenAsync(target, observed, _meter, time, interrupt);
        IDataGateway patient = views.All[0].Gateway;
        StoreProbe probe = new(patient, time);
        foreach (string quirk in target.Data.Traits.Quirks)
            _journal.AddQuirk(Quirk.OfStore, quirk);
        string prefix = await probe.FreshPrefixAsync(request.Seed, interrupt);
        StoreCleaner cleaner = new(patient, observed, prefix, _declared, time);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(interrupt);
        ClauseResult?[] results = new ClauseResult?[request.Clauses.Length];
        BudgetPlan plan = new(request.Budget, 0);
        ImmutableArray<string> leftovers = [];
        try
        {
            await probe.RoundTripAsync(prefix, interrupt);
            _deletes = await probe.DeletesAsync(prefix, interrupt);
            if (!_deletes)
                _journal.AddQuirk("store", "Deletes are refused: files that compaction replaces stay, and so does all that this run wrote.");
            plan = plan with { RequestsPerSecond = await probe.MeasureRateAsync(prefix, interrupt) };
            observer.Started(request.Clauses.Length, plan, prefix);
            RunManifest manifest = await probe.PlantManifestAsync(prefix, request.Seed, plan, interrupt);
            await RunAllAsync(new Run(views, observed, probe, cleaner, prefix, plan, manifest, stop, interrupt), results);
        }
        catch (OperationCanceledException) when (interrupt.IsCancellationRequested)
        {
            // Interrupted before the first clause: the report below says so of each.
        }
        finally
        {
            await EndLateAsync(hurry: interrupt.IsCancellationRequested || _lost is not null);
            leftovers = await cleaner.FinishAsync(request.Keep, hurry: interrupt.IsCancellationRequested || _lost is not null);
            lock (_gate)
                leftovers = [.. leftovers.Union(_stuck, StringComparer.Ordinal).Order(StringComparer.Ordinal)];
            if (!request.Keep)
                target.Tidy(prefix);
        }

        string unreached = interrupt.IsCancellationRequested ? "not run: interrupted" : $"not run: {_lost}";
        ImmutableArray<ClauseResult> all =
        [
            .. request.Clauses.Select((c, i) => results[i] ?? new ClauseResult(c, ClauseOutcome.Inconclusive, unreached, TimeSpan.Zero, ReplayOf(c))),
        ];
        ImmutableArray<VisibilitySeries> visibility = _journal.Visibility;
        return new ConformanceReport
        {
            Request = request,
            Url = target.Url,
            Traits = target.Data.Traits,
            Results = all,
            Verdict = Verdict.Judge(all, request.Heads, visibilityIsWeaker: visibility.Any(s => s.Max > _declared.Bound)),
            Quirks = _journal.Quirks,
            Limits = _journal.Limits,
            Declared = _declared,
            Visibility = visibility,
            History = _journal.History,
            Leftovers = leftovers,
            Requests = _meter.Counts,
            RequestsPerSecond = plan.RequestsPerSecond,
            StartedAt = startedAt,
            Elapsed = time.GetElapsedTime(start),
            Interrupted = interrupt.IsCancellationRequested,
            Lost = _lost,
        };
    }

    private async Task RunAllAsync(Run run, ClauseResult?[] results)
    {
        async Task One(int i)
        {
            if (run.Stop.IsCancellationRequested)
                return;
            ClauseResult result = await RunClauseAsync(request.Clauses[i], run);
            results[i] = result;
            lock (_gate)
                _said.AddRange([result.Evidence, result.Replay]);
            lock (_gate)
                observer.Ended(result, ++_ended, request.Clauses.Length);
        }

        ILookup<ClauseSlot, int> slots = Enumerable.Range(0, request.Clauses.Length).ToLookup(i => request.Clauses[i].Slot);
        await Concurrently.EachAsync(slots[ClauseSlot.Shared], run.Plan.Parallel, (i, _) => One(i), CancellationToken.None);
        foreach (int i in slots[ClauseSlot.Alone].Concat(slots[ClauseSlot.Closing]))
            await One(i);
    }

    private async Task<ClauseResult> RunClauseAsync(Clause clause, Run run)
    {
        long start = time.GetTimestamp();
        string prefix = $"{run.Prefix}/{clause.Id}-{new Dice(request.Seed, "prefix " + clause.Id).Hex(8)}/";
        using CancellationTokenSource deadline = new(DeadlineOf(run), time);
        using CancellationTokenSource ends = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, run.Stop);

        // Registered behind the link, so that it comes before the calls are cancelled and return.
        string? waiting = null;
        await using CancellationTokenRegistration last = deadline.Token.Register(() => waiting = _open.Describe(prefix));

        // How late the store shows its changes is judged once, by the clauses about that; all others see it as it is when it had its time.
        SettledWrites? writes = _declared.IsStrong || clause.Group == Consistency.Group.Prefix ? null : new SettledWrites(_declared.Bound, time);
        StoreDatabases databases = new(target.OpenDatabase, prefix, new Dice(request.Seed, "databases " + clause.Id), _meter, time, writes);
        ImmutableArray<StoreView> views = writes is null ? run.Views.All : [.. run.Views.All.Select(view => view.Settled(writes))];
        ClauseContext context = new(
            clause, views, _declared, databases, prefix, request.Seed, run.Plan, _journal, run.Manifest, time, target.StraysOutside, ends.Token)
        {
            // What goes over a wire is counted and remembered like the rest.
            Wire = target.Wire is { } wire ? wire with { Open = (faulty, clock) => new ObservedGateway(wire.Open(faulty, clock), _meter, run.Observed, leaveOpen: false) } : null,
            OpenMissing = target.OpenMissing,
            RawPut = target.RawPut,
            Target = target,
            Said = Said,
        };
        Finding finding = await JudgeAsync(clause, context, run, deadline.Token);
        if (waiting is not null && finding.Outcome == ClauseOutcome.Inconclusive)
            finding = finding with { Evidence = $"{finding.Evidence}; without an answer was {waiting}" };
        ImmutableArray<string> stuck = await databases.EndAsync(request.Keep);
        lock (_gate)
        {
            if (_declared.IsStrong)
                _stuck.UnionWith(stuck);
            else
                _late.Add(databases);
        }

        if (!request.Keep)
            await run.Cleaner.SweepAsync(prefix, run.Stop);
        return new ClauseResult(clause, finding.Outcome, finding.Evidence, time.GetElapsedTime(start), ReplayOf(clause));
    }

    // A clause waits for what the store may show late, some tens of times.
    private TimeSpan DeadlineOf(Run run) => run.Plan.ClauseDeadline + (_declared.Bound * DeadlineInBounds);

    // What a late store did not list when a clause ended, it lists by now; and what is removed now, it lists for a while.
    private async Task EndLateAsync(bool hurry)
    {
        List<StoreDatabases> open = _late;
        HashSet<string> left = new(StringComparer.Ordinal);
        for (int round = 0; round < RoundsOfEnding && open.Count > 0; round++)
        {
            if (!hurry)
                await Task.Delay(_declared.Bound, time, CancellationToken.None);
            left.Clear();
            List<StoreDatabases> still = [];
            foreach (StoreDatabases databases in open)
            {
                ImmutableArray<string> stuck = await databases.EndAsync(request.Keep);
                left.UnionWith(stuck);
                if (stuck.Length > 0)
                    still.Add(databases);
            }

            open = hurry || request.Keep ? [] : still;
        }

        lock (_gate)
            _stuck.UnionWith(left);
    }

    private async Task<Finding> JudgeAsync(Clause clause, ClauseContext context, Run run, CancellationToken deadline)
    {
        if (clause.Needs.HasFlag(StoreNeeds.Databases) && target.OpenDatabase is null)
            return Finding.Unsupported("the address gives objects only, and no place for the heads of a database");
        if (clause.Needs.Ignored(target.Data.Traits) is { } ignored)
            return new Finding(ClauseOutcome.Failed, $"the store acknowledged a {ignored} whose condition did not hold, so its gateway refuses them in its stead");
        if (clause.Needs.Missing(target.Data.Traits) is { } missing)
            return Finding.Unsupported($"the store says that it has no {missing}");
        try
        {
            Task<Finding> check = Concurrently.Start(() => clause.Check(context));
            await Concurrently.AnyAsync(check, GraceAfterAsync(context.Cancellation));
            if (check.IsCompleted)
                return await check;
            _journal.AddQuirk(clause.Id, "A call did not end within 5 s after it was cancelled.");
            return Finding.Inconclusive($"a call did not end within {s_grace.TotalSeconds:0} s after it was cancelled, so the check was abandoned");
        }
        catch (ClauseViolation violation)
        {
            return new Finding(ClauseOutcome.Failed, violation.Message);
        }
        catch (OperationCanceledException) when (run.Interrupt.IsCancellationRequested)
        {
            return Finding.Inconclusive("interrupted");
        }
        catch (OperationCanceledException) when (run.Stop.IsCancellationRequested)
        {
            return Finding.Inconclusive($"broken off: {_lost}");
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            return Finding.Inconclusive(
                $"not finished after {DeadlineOf(run).TotalSeconds:0} s; slow is no failure, so nothing is said (a larger budget allows more time)");
        }
        catch (StorageException refusal) when (!_deletes && IsOfDelete(refusal))
        {
            return Finding.Unsupported("the store refuses deletes, to which this clause comes; nothing before that spoke against it");
        }
        catch (StorageException failure) when (failure.Kind == StorageErrorKind.Throttled)
        {
            return Finding.Inconclusive($"the store kept asking for a slower pace: {failure.Message}");
        }
        catch (StorageException failure)
        {
            return await run.Probe.IsAliveAsync(run.Prefix, run.Interrupt) ? FailedBy(failure) : await LoseAsync(failure, run);
        }
#pragma warning disable CA1031 // Whatever a gateway throws is a finding about it, and the next clause still runs.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            return new Finding(ClauseOutcome.Failed, $"a call threw {failure.GetType().Name}, which the port does not know: {failure.Message}");
        }
    }

    private List<string> Said()
    {
        lock (_gate)
        {
            return
            [
                target.Url, .. target.Endpoints.Select(e => e.Url), .. _said, .. _stuck, .. _journal.Quirks.Select(q => q.Text), .. _journal.Limits.Keys,
                Encoding.UTF8.GetString(HistoryWriter.Write(_journal.History).Span),
            ];
        }
    }

    private static bool IsOfDelete(StorageException failure) => failure.Operation == "delete" && (failure.Kind is StorageErrorKind.NotAuthorized or StorageErrorKind.Unsupported);

    private static Finding FailedBy(StorageException failure) => new(ClauseOutcome.Failed, $"unexpected {failure.Kind} from {failure.Message}");

    private async Task<Finding> LoseAsync(StorageException failure, Run run)
    {
        lock (_gate)
        {
            if (_lost is null)
            {
                _lost = $"the store could no longer be reached ({failure.Kind}: {failure.Message})";
                observer.Note(_lost);
            }
        }

        Concurrently.Cancel(run.Ending);
        return Finding.Inconclusive($"broken off: {_lost}");
    }

    private async Task GraceAfterAsync(CancellationToken cancellation)
    {
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
        }
        catch (OperationCanceledException)
        {
            await Task.Delay(s_grace, time, CancellationToken.None);
        }
    }

    private string ReplayOf(Clause clause) => string.Create(
        CultureInfo.InvariantCulture,
        $"fireproofbench conform '{target.Url}' --only {clause.Id} --seed {request.Seed} --budget {request.Budget.ToString().ToLowerInvariant()}"
            + $"{(request.Declared is { } declared ? $" --declared {declared}" : "")}{(target.World is null ? string.Concat(target.Endpoints.Select(e => $" --endpoint '{e.Url}'")) : "")}");

    private sealed record Run(
        StoreViews Views, ObservedGateway Observed, StoreProbe Probe, StoreCleaner Cleaner, string Prefix, BudgetPlan Plan, RunManifest Manifest,
        CancellationTokenSource Ending, CancellationToken Interrupt)
    {
        /// <summary>The user's wish, or the loss of the store.</summary>
        public CancellationToken Stop => Ending.Token;
    }
}
