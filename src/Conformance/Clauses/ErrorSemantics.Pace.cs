using FireproofBench.Engine.Ports;

namespace FireproofBench.Conformance.Clauses;

internal static partial class ErrorSemantics
{
    // Far more than anybody needs, and far less than without end.
    private const int MostRequests = 64;

    private const int Wait = 3;

    private static async Task<Finding> KeepsThePaceAsync(ClauseContext context, WiredStore store)
    {
        WireCalls calls = await WireCalls.PrepareAsync(context);
        (int succeeded, int throttled) = await RefusedNowAndThenAsync(context, store);
        int most = 0;
        foreach (WireCall call in (WireCall[])[calls.Get, calls.List, calls.Head, calls.Put(), calls.Delete()])
        {
            most = Math.Max(most, await RefusedAlwaysAsync(context, store, call, WireFaults.Answer(503, headers: ("Retry-After", $"{Wait}")), StorageErrorKind.Throttled));
            most = Math.Max(most, await RefusedAlwaysAsync(context, store, call, WireFaults.Answer(429, headers: ("Retry-After", $"{Wait}")), StorageErrorKind.Throttled));
            most = Math.Max(most, await RefusedAlwaysAsync(context, store, call, WireFaults.Answer(502), null));
        }

        int forbidden = 0;
        foreach (WireCall call in (WireCall[])[calls.Get, calls.List, calls.Put(), calls.Delete()])
        {
            int once = await RequestsAsync(context, store.Data, call);
            int patient = await RequestsAsync(context, store.Patient(new EagerTime()), call);
            ClauseContext.Require(patient <= once, $"a {call.Name} that is not allowed was sent {patient} times, where {once} tell that it is not");
            forbidden = Math.Max(forbidden, patient);
        }

        return Finding.Passed(
            $"with each fifth request refused {succeeded} calls succeeded and {throttled} failed as throttled, nothing was lost; refused always, calls ended after at most {most}"
                + $" requests and kept the {Wait} s asked for; what is not allowed was sent {forbidden} times at most");

        async Task<int> RequestsAsync(ClauseContext context, IDataGateway gateway, WireCall call)
        {
            store.Wire.Meet(WireFaults.Answer(403), times: MostRequests);
            StorageException? failure = await call.AskAsync(gateway, "not allowed", context.Cancellation);
            int requests = store.Wire.Requests;
            store.Wire.Heal();
            ClauseContext.Require(requests <= MostRequests && failure is not null, $"a {call.Name} that is not allowed was repeated until it was, after {requests} requests");
            return requests;
        }
    }

    // Every other refusal comes after the request was carried out.
    private static async Task<(int Succeeded, int Throttled)> RefusedNowAndThenAsync(ClauseContext context, WiredStore store)
    {
        (string Name, string Value) wait = ("Retry-After", "2");
        WireFault before = WireFaults.Answer(503, headers: wait);
        WireFault after = WireFaults.RefuseAfter(503, wait);
        int requests = 0;
        store.Wire.Meet((request, pass, cancellation) => Interlocked.Increment(ref requests) switch
        {
            int n when n % 10 == 0 => after(request, pass, cancellation),
            int n when n % 5 == 0 => before(request, pass, cancellation),
            _ => pass(request, cancellation),
        });
        IDataGateway patient = store.Patient(new EagerTime());
        Dictionary<string, byte[]> acknowledged = new(StringComparer.Ordinal);
        int n = context.Plan.Count(200, 12, 10);
        int throttled = 0;
        int succeeded = 0;
        for (int i = 0; i < n; i++)
        {
            string key = context.Key($"throttled/{i}.car");
            byte[] body = context.Body(key, 1000);
            await TryAsync(async () =>
            {
                await patient.PutAsync(key, body, PutCondition.None, context.Cancellation);
                acknowledged[key] = body;
            });
            if (!acknowledged.ContainsKey(key))
                continue;
            await TryAsync(async () =>
            {
                ObjectContent? content = await patient.GetAsync(key, null, context.Cancellation);
                ClauseContext.Require(content is not null || context.Bound > TimeSpan.Zero, $"an acknowledged object was told as absent while each fifth request was refused");
            });
        }

        store.Wire.Heal();
        foreach ((string key, byte[] body) in acknowledged)
            await context.ReadsAsync(key, body, "acknowledged while each fifth request was refused");
        return (succeeded, throttled);

        async Task TryAsync(Func<Task> call)
        {
            try
            {
                await call();
                succeeded++;
            }
            catch (StorageException failure) when (failure.Kind is StorageErrorKind.Throttled or StorageErrorKind.Transient)
            {
                throttled++;
            }
        }
    }

    private static async Task<int> RefusedAlwaysAsync(ClauseContext context, WiredStore store, WireCall call, WireFault refusal, StorageErrorKind? kind)
    {
        EagerTime time = new();
        List<long> moments = [];
        store.Wire.Meet(
            (request, pass, cancellation) =>
            {
                moments.Add(time.GetTimestamp());
                return refusal(request, pass, cancellation);
            },
            times: MostRequests);
        StorageException? failure = await call.AskAsync(store.Patient(time), "refused always", context.Cancellation);
        int requests = store.Wire.Requests;
        store.Wire.Heal();
        ClauseContext.Require(failure is not null && requests <= MostRequests, $"a {call.Name} that was always refused was sent again until it was not, after {requests} requests");
        if (kind is null)
        {
            ClauseContext.Require(s_passing.Contains(failure!.Kind), $"a {call.Name} that always met 502 failed as {failure.Kind}: {failure.Message}");
            return requests;
        }

        ClauseContext.Require(failure!.Kind == kind, $"a {call.Name} that was always asked to come later failed as {failure.Kind}: {failure.Message}");

        // Reads are one request each, so the time between two of them is the pause.
        for (int i = 1; i < moments.Count && call.Methods is ["GET"] or ["GET", "PROPFIND"]; i++)
        {
            ClauseContext.Require(
                moments[i] - moments[i - 1] >= TimeSpan.FromSeconds(Wait).Ticks,
                $"a {call.Name} was asked to wait {Wait} s and came back after {(moments[i] - moments[i - 1]) / (double)TimeSpan.TicksPerSecond:0.##} s");
        }

        return requests;
    }
}
