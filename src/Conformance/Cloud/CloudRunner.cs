using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Cloud.Protocol;

namespace FireproofBench.Conformance.Cloud;

/// <summary>Runs the clauses of the cloud protocol against one endpoint: all of them, whatever comes of each.</summary>
/// <remarks>The protocol removes no heads and no ledgers: those of a run stay, under a tenant of its own, and are told as left over.</remarks>
internal sealed class CloudRunner(CloudSubject subject, ConformanceRequest request, IRunObserver observer, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly RunJournal _journal = new();
    private readonly SortedSet<string> _ledgers = new(StringComparer.Ordinal);
    private string? _lost;
    private int _ended;

    /// <summary>Runs.</summary>
    /// <param name="interrupt">The user's wish to stop: what runs is ended and reported.</param>
    /// <exception cref="StoreUnusableException">The address is no endpoint of the protocol, or it does not trust the key.</exception>
    public async Task<ConformanceReport> RunAsync(CancellationToken interrupt)
    {
        DateTimeOffset startedAt = time.GetUtcNow();
        long start = time.GetTimestamp();
        using CloudTraffic traffic = new(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6)));
        JsonObject gestalt = await ProbeAsync(traffic, interrupt);
        BudgetPlan plan = new(request.Budget, 0);
        observer.Note($"{request.Clauses.Length} clauses, budget {request.Budget.ToString().ToLowerInvariant()}, on new ledgers of the tenant 'conform-{traffic.Run}', which stay");
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(interrupt);
        ClauseResult?[] results = new ClauseResult?[request.Clauses.Length];
        async Task One(int i)
        {
            if (stop.IsCancellationRequested)
                return;
            ClauseResult result = await RunClauseAsync(request.Clauses[i], traffic, plan, stop, interrupt);
            results[i] = result;
            lock (_gate)
                observer.Ended(result, ++_ended, request.Clauses.Length);
        }

        ILookup<bool, int> alone = Enumerable.Range(0, request.Clauses.Length).ToLookup(i => request.Clauses[i].Slot == ClauseSlot.Alone);
        await Concurrently.EachAsync(alone[false], plan.Parallel, (i, _) => One(i), CancellationToken.None);
        foreach (int i in alone[true])
            await One(i);

        string unreached = interrupt.IsCancellationRequested ? "not run: interrupted" : $"not run: {_lost}";
        ImmutableArray<ClauseResult> all = [.. request.Clauses.Select((clause, i) => results[i] ?? new ClauseResult(clause, ClauseOutcome.Inconclusive, unreached, TimeSpan.Zero, ReplayOf(clause)))];
        TimeSpan elapsed = time.GetElapsedTime(start);
        return new ConformanceReport
        {
            Request = request,
            Url = subject.Url,
            Traits = new DataTraits { Provider = $"cloud protocol, {Printable.Escape(gestalt["gestalt"].Text("id") ?? "an endpoint without a name")}" },
            Results = all,
            Verdict = Verdict.Judge(all, request.Heads, visibilityIsWeaker: false),
            Quirks = _journal.Quirks,
            Limits = _journal.Limits,
            Declared = DeclaredVisibility.Strong,
            Leftovers = [.. _ledgers],
            Requests = traffic.Counts,
            RequestsPerSecond = traffic.Counts.Total / elapsed.TotalSeconds,
            StartedAt = startedAt,
            Elapsed = elapsed,
            Interrupted = interrupt.IsCancellationRequested,
            Lost = _lost,
        };
    }

    private async Task<JsonObject> ProbeAsync(CloudTraffic traffic, CancellationToken cancellation)
    {
        try
        {
            JsonObject answer = await AskAsync(traffic, cancellation);
            return answer.Text("type") == "resGestalt" ? answer : throw new StoreUnusableException(
                $"{subject.Url} answers reqGestalt with {answer.Told()}: is its key the public half of the one that signs the tokens of this run?");
        }
        catch (ClauseViolation failure)
        {
            throw new StoreUnusableException($"{subject.Url} is no endpoint of the cloud protocol, or not reached: {failure.Message}", failure);
        }
    }

    private async Task<JsonObject> AskAsync(CloudTraffic traffic, CancellationToken cancellation)
    {
        CloudLedgerName ledger = new($"conform-{traffic.Run}", "probe");
        JsonObject question = CloudContext.Gestalt(subject.Issuer.Make(time.GetUtcNow().AddHours(1), "write", [ledger]));
        StringContent body = new(question.ToJsonString(), System.Text.Encoding.UTF8, "application/json");
        return (await traffic.SendAsync(HttpMethod.Put, subject.Messages.ToString(), body, CloudTraffic.Kind.Message, TimeSpan.FromSeconds(30), time, cancellation)).Message;
    }

    private async Task<ClauseResult> RunClauseAsync(Clause clause, CloudTraffic traffic, BudgetPlan plan, CancellationTokenSource stop, CancellationToken interrupt)
    {
        long start = time.GetTimestamp();
        using CancellationTokenSource deadline = new(plan.ClauseDeadline + TimeSpan.FromMinutes(5), time);
        using CancellationTokenSource ends = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, stop.Token);
        await using CloudContext context = new(clause, subject, request, _journal, traffic, time, ends.Token);
        Finding finding = await JudgeAsync(clause, context, traffic, stop, interrupt);
        lock (_gate)
            _ledgers.UnionWith(context.Ledgers.Select(static ledger => $"ledger {ledger.Ledger} of the tenant {ledger.Tenant}"));
        return new ClauseResult(clause, finding.Outcome, finding.Evidence, time.GetElapsedTime(start), ReplayOf(clause));
    }

    private async Task<Finding> JudgeAsync(Clause clause, CloudContext context, CloudTraffic traffic, CancellationTokenSource stop, CancellationToken interrupt)
    {
        try
        {
            return await clause.CloudCheck!(context);
        }
        catch (CloudUnofferedException unoffered)
        {
            return Finding.Unsupported(unoffered.Message);
        }
        catch (StoreUnusableException powerless)
        {
            return Finding.Inconclusive(powerless.Message);
        }
        catch (OperationCanceledException) when (context.Cancellation.IsCancellationRequested)
        {
            return Finding.Inconclusive(
                interrupt.IsCancellationRequested ? "interrupted" : stop.IsCancellationRequested ? $"broken off: {_lost}" : "not finished in time; slow is no failure, so nothing is said (a larger budget allows more time)");
        }
        catch (ClauseViolation violation)
        {
            return await JudgeAsync(violation.Message, traffic, stop, interrupt);
        }
#pragma warning disable CA1031 // Whatever a device throws is a finding about the endpoint, and the next clause still runs.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            return await JudgeAsync(failure is StorageException storage ? $"unexpected {storage.Kind} from {storage.Message}" : $"a call threw {failure.GetType().Name}: {failure.Message}", traffic, stop, interrupt);
        }
    }

    // An endpoint that is gone breaks no clause.
    private async Task<Finding> JudgeAsync(string evidence, CloudTraffic traffic, CancellationTokenSource stop, CancellationToken interrupt)
    {
        try
        {
            _ = await AskAsync(traffic, interrupt);
            return new Finding(ClauseOutcome.Failed, evidence);
        }
        catch (ClauseViolation gone)
        {
            lock (_gate)
            {
                _lost ??= $"the endpoint could no longer be reached ({gone.Message})";
                observer.Note(_lost);
            }

            Concurrently.Cancel(stop);
            return Finding.Inconclusive($"broken off: {_lost}");
        }
        catch (OperationCanceledException) when (interrupt.IsCancellationRequested)
        {
            return Finding.Inconclusive("interrupted");
        }
    }

    private string ReplayOf(Clause clause) => string.Create(
        CultureInfo.InvariantCulture,
        $"fireproofbench conform '{subject.Url}' --cloud-signer FILE{(subject.Restart is null ? "" : " --restart-command COMMAND")} --only {clause.Id} --seed {request.Seed} --budget {request.Budget.ToString().ToLowerInvariant()}");
}
