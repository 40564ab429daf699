using FireproofBench.Engine.Ports;

namespace FireproofBench.Conformance.Clauses;

internal static partial class ErrorSemantics
{
    // Ending a call takes no time but that of a busy machine.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(10);

    private static async Task<Finding> EndsWhatIsGivenUpAsync(ClauseContext context, WiredStore store)
    {
        WireCalls calls = await WireCalls.PrepareAsync(context);
        int cancelled = 0;
        int late = 0;
        foreach (WireCall call in calls.All)
        {
            TaskCompletionSource held = new(TaskCreationOptions.RunContinuationsAsynchronously);
            store.Wire.Meet(WireFaults.Hold(held), times: 1);
            cancelled += await GiveUpAsync(context, held.Task, token => call.AskAsync(store.Data, "cancelled", token), call.Name) ? 1 : 0;
            store.Wire.Heal();
        }

        foreach (WireCall call in calls.All)
        {
            StorageException? failure = await OutOfTimeAsync(context, store, call);
            ClauseContext.Require(failure is not null, $"a {call.Name} succeeded without an answer");
            ClauseContext.Require(s_passing.Contains(failure!.Kind), $"a {call.Name} that was out of time failed as {failure.Kind}: {failure.Message}");
            late++;
        }

        await ArrivesBesideItsRepetitionAsync(context, store);
        bool conditional = store.Data.Traits.ConditionalCreate;
        if (conditional)
            await ArrivesBesideAnotherAsync(context, store);
        return Finding.Passed(
            $"{cancelled} calls ended when they were cancelled, {late} when their deadline had passed; a put that arrived after it was given up changed nothing beside its"
                + $" repetition{(conditional ? ", and under a condition nothing of another's" : "")}");
    }

    private static async Task ArrivesBesideItsRepetitionAsync(ClauseContext context, WiredStore store)
    {
        string key = context.Key("late/same.car");
        byte[] body = context.Body(key, 5000);
        LateRequest request = new();
        store.Wire.Meet(request.Fault, static r => r.Method == HttpMethod.Put, times: 1);
        await GiveUpAsync(context, request.Sent, async token => await store.Data.PutAsync(key, body, PutCondition.None, token), "put");
        store.Wire.Heal();
        await context.PutAsync(key, body);
        await context.ReadsAsync(key, body, "after a put was given up and repeated");
        if (request.Sent.IsCompletedSuccessfully)
            _ = await request.ArriveAsync(key, context.Cancellation);
        await context.ReadsAsync(key, body, "after the one that was given up arrived too");
    }

    private static async Task ArrivesBesideAnotherAsync(ClauseContext context, WiredStore store)
    {
        string key = context.Key("late/other.car");
        byte[] mine = context.Body(key, 500, writer: 1);
        byte[] others = context.Body(key, 500, writer: 2);
        LateRequest request = new();
        store.Wire.Meet(request.Fault, static r => r.Method == HttpMethod.Put, times: 1);
        await GiveUpAsync(context, request.Sent, async token => await store.Data.PutAsync(key, mine, PutCondition.IfAbsent, token), "put 'if absent'");
        store.Wire.Heal();
        await context.Store.PutAsync(key, others, PutCondition.IfAbsent, context.Cancellation);
        if (request.Sent.IsCompletedSuccessfully)
            _ = await request.ArriveAsync(key, context.Cancellation);
        await context.ReadsAsync(key, others, "after a put 'if absent' that had been given up arrived late");
    }

    // True when the call told that it was cancelled; what it says else must be true as always.
    private static async Task<bool> GiveUpAsync(ClauseContext context, Task held, Func<CancellationToken, Task> start, string name)
    {
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(context.Cancellation);
        Task call = start(end.Token);
        await Concurrently.AnyAsync(held, call);
        Concurrently.Cancel(end);
        using CancellationTokenSource enough = CancellationTokenSource.CreateLinkedTokenSource(context.Cancellation);
        await Concurrently.AnyAsync(call, Task.Delay(s_patience, context.Time, enough.Token));
        Concurrently.Cancel(enough);
        context.Cancellation.ThrowIfCancellationRequested();
        ClauseContext.Require(call.IsCompleted, $"a {name} had not ended {s_patience.TotalSeconds:0} s after it was cancelled");
        try
        {
            await call;
            return false;
        }
        catch (Exception failure) when (failure is OperationCanceledException or StorageException)
        {
            return failure is OperationCanceledException;
        }
    }
}
