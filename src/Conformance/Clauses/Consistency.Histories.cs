using FireproofBench.Engine.Ports;

namespace FireproofBench.Conformance.Clauses;

internal static partial class Consistency
{
    private const int Clients = 5;

    private static async Task<Finding> KeepsSessionsAsync(ClauseContext context)
    {
        History history = await RecordAsync(context, full: 5000, keys: 3, deletes: false, cuts: false);
        HistoryJudgement judgement = SessionGuarantees.Check(history, context.Bound);
        return Judged(judgement, $"{judgement.Checked} reads of {Clients} clients kept the four session guarantees{Within(context)}");
    }

    private static async Task<Finding> IsLinearizableAsync(ClauseContext context)
    {
        if (!context.Declared.IsStrong)
            return Finding.Unsupported($"declared {context.Declared}: such a store does not claim it, and heads in objects of their own do not need it");
        History history = await RecordAsync(context, full: 10_000, keys: 1, deletes: true, cuts: true);
        HistoryJudgement judgement = RegisterLinearizability.Check(history);
        return Judged(judgement, $"{judgement.Checked} operations of {Clients} clients on one key are linearizable");
    }

    private static async Task<Finding> LosesNoWriteAsync(ClauseContext context)
    {
        History history = await RecordAsync(context, full: 10_000, keys: 4, deletes: true, cuts: true);
        HistoryJudgement judgement = CrdtRegister.Check(history, context.Bound);
        return Judged(judgement, $"none of {judgement.Checked} reads of {Clients} clients gave what had been overwritten before it{Within(context)}");
    }

    // A cancelled call stays in the history: it may have its effect at any time after.
    private static async Task<History> RecordAsync(ClauseContext context, int full, int keys, bool deletes, bool cuts)
    {
        RecordedClients clients = new(context);
        int each = context.Plan.Count(full, 250) / Clients;
        long last = 0;
        await context.RaceAsync(Clients, async racer =>
        {
            await using IDataGateway store = clients.Client(racer);
            for (int i = 0; i < each; i++)
            {
                await Task.Yield();
                string key = context.Key($"register-{context.Dice.Below(keys)}");
                using CancellationTokenSource cut = CancellationTokenSource.CreateLinkedTokenSource(context.Cancellation);
                using ITimer? cutting = cuts && context.Dice.OneIn(40) ? context.CancelAfter(cut, TimeSpan.FromMicroseconds(context.Dice.Below(2000))) : null;
                try
                {
                    int throws = context.Dice.Below(20);
                    if (throws < 8)
                    {
                        byte[] body = clients.Body(key, 200 + context.Dice.Below(200), Interlocked.Increment(ref last), racer);
                        await store.PutAsync(key, body, PutCondition.None, cut.Token);
                    }
                    else if (deletes && throws == 8)
                    {
                        await store.DeleteAsync(key, null, cut.Token);
                    }
                    else if (deletes && throws == 9)
                    {
                        await store.HeadAsync(key, cut.Token);
                    }
                    else
                    {
                        await store.GetAsync(key, null, cut.Token);
                    }
                }
                catch (OperationCanceledException) when (!context.Cancellation.IsCancellationRequested)
                {
                    // Cut short.
                }
            }
        });
        return clients.Take();
    }

    private static Finding Judged(HistoryJudgement judgement, string passed) => judgement switch
    {
        { Violation: { } violation } => throw new ClauseViolation(Printable.Escape(violation.ToString())),
        { Undecided: { } reason } => Finding.Inconclusive(Printable.Escape(reason)),
        _ => Finding.Passed(passed),
    };

    private static string Within(ClauseContext context) => context.Declared.IsStrong ? "" : $" once {Milliseconds(context.Bound)} had passed";
}
