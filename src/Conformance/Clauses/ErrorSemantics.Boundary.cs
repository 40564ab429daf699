using FireproofBench.Engine.Ports;

namespace FireproofBench.Conformance.Clauses;

internal static partial class ErrorSemantics
{
    private const string RequestId = "wire-4711";

    private static readonly (string Text, WireFault Fault)[] s_strange =
    [
        ("418", WireFaults.Answer(418)),
        ("a status that nobody knows, 299", WireFaults.Answer(299, "what?")),
        ("a status that nobody knows, 499", WireFaults.Answer(499)),
        ("a status that nobody knows, 599", WireFaults.Answer(599)),
        ("204 with nothing", WireFaults.Answer(204)),
        ("206 that does not say which part", WireFaults.Answer(206, "some bytes")),
        ("206 of another part", WireFaults.Answer(206, "some bytes", headers: ("Content-Range", "bytes 5-14/20"))),
        ("206 of no part", WireFaults.Answer(206, "some bytes", headers: ("Content-Range", "bytes */0"))),
        ("416 without a length", WireFaults.Answer(416)),
        ("304", WireFaults.Answer(304)),
        ("200 with an entity tag that is none", WireFaults.Answer(200, "some bytes", headers: ("ETag", "\"\u00e9"))),
        ("200 with dates that are none", WireFaults.Answer(200, "some bytes", headers: [("ETag", "\"e\""), ("Last-Modified", "yesterday"), ("Date", "tomorrow")])),
        ("403 with half a document", WireFaults.Answer(403, "<?xml version=\"1.0\"?><Error><Code>Acc", "application/xml")),
        ("503 with a wish that is none", WireFaults.Answer(503, headers: ("Retry-After", "soon"))),
        ("503 with a wish that is far away", WireFaults.Answer(503, headers: ("Retry-After", "99999999999999999999"))),
        ("207 with half a listing", WireFaults.Answer(207, "<?xml version=\"1.0\"?><D:multistatus xmlns:D=\"DAV:\"><D:resp", "application/xml")),
        ("200 with a listing of nothing", WireFaults.Answer(200, "<?xml version=\"1.0\"?><ListBucketResult/>", "application/xml")),
        ("200 with JSON of another kind", WireFaults.Answer(200, "[[[1e999]]]", "application/json")),
    ];

    private static async Task<Finding> NamesEveryFailureAsync(ClauseContext context, WiredStore store)
    {
        WireCalls calls = await WireCalls.PrepareAsync(context);
        int named = 0;
        foreach ((string text, WireFault fault) in s_strange)
        {
            foreach (WireCall call in calls.All)
                named += Named(call, await TypedAsync(store, call, fault, text, context.Cancellation), text) ? 1 : 0;
        }

        WireFault refusal = WireFaults.Answer(500, headers: [("x-request-id", RequestId), ("x-amz-request-id", RequestId)]);
        foreach (WireCall call in calls.All)
        {
            StorageException? failure = await TypedAsync(store, call, refusal, "500", context.Cancellation);
            named += Named(call, failure, "500") ? 1 : 0;
            ClauseContext.Require(
                failure?.Message.Contains(RequestId, StringComparison.Ordinal) == true, $"a {call.Name} whose answer had the request id {RequestId} failed without naming it: {failure?.Message}");
        }

        store.Wire.Meet(refusal);
        StorageException? patient = await calls.Get.AskAsync(store.Patient(new EagerTime()), "500 always", context.Cancellation);
        int attempts = store.Wire.Requests;
        store.Wire.Heal();
        ClauseContext.Require(
            attempts <= 1 || patient?.Message.Contains($"{attempts} attempts", StringComparison.Ordinal) == true,
            $"a get was sent {attempts} times and its failure does not say so: {patient?.Message}");
        return Finding.Passed($"{named} failures after {s_strange.Length + 1} kinds of strange answers were typed and named call and key; the store's request id and the number of attempts were told");
    }

    private static async Task<StorageException?> TypedAsync(WiredStore store, WireCall call, WireFault fault, string text, CancellationToken cancellation)
    {
        try
        {
            // Whether what it says else is true is for other clauses to ask: some of these answers acknowledge.
            store.Wire.Meet(fault, call.IsMain);
            _ = await call.LieAsync(store.Data, cancellation);
            return null;
        }
        catch (StorageException failure)
        {
            return failure;
        }
        catch (Exception failure) when (failure is not (ClauseViolation or OperationCanceledException))
        {
            throw new ClauseViolation($"a {call.Name} that was answered {text} threw {failure.GetType().Name}, which the port does not know: {failure.Message}");
        }
        finally
        {
            store.Wire.Heal();
        }
    }

    private static bool Named(WireCall call, StorageException? failure, string text)
    {
        if (failure is null)
            return false;
        ClauseContext.Require(
            failure.Operation.Length > 0 && failure.Reason.Length > 0, $"a {call.Name} that was answered {text} failed without saying which call, or why: {failure.Message}");

        // Where the place itself is at fault, its name is the one that helps.
        ClauseContext.Require(
            failure.Key == call.Key || failure.Kind == StorageErrorKind.MissingContainer,
            $"a {call.Name} of {Printable.Key(call.Key)} that was answered {text} names {Printable.Key(failure.Key)}: {failure.Message}");
        return true;
    }

    private static async Task<Finding> KnowsAMissingContainerAsync(ClauseContext context)
    {
        ClauseContext.Require(await context.GetAsync(context.Key("absent")) is null && await context.HeadAsync(context.Key("absent")) is null, $"an absent object was there");
        if (context.OpenMissing is not { } open)
            return Finding.Unsupported("there is no container at such an address that could be missing");
        await using IDataGateway missing = open($"conform-missing-{context.Dice.Hex(16)}");
        string key = context.Key("object.car");
        (string Name, Func<ValueTask<string>> Call)[] calls =
        [
            ("get", async () => await missing.GetAsync(key, null, context.Cancellation) is null ? "absent" : "there"),
            ("get of a part", async () => await missing.GetAsync(key, new ByteRange(0, 10), context.Cancellation) is null ? "absent" : "there"),
            ("head", async () => await missing.HeadAsync(key, context.Cancellation) is null ? "absent" : "there"),
            ("listing", async () => $"a list of {(await missing.ListAsync(context.Prefix, null, 10, context.Cancellation)).Objects.Count} objects"),
            ("put", async () => await missing.PutAsync(key, new byte[1], PutCondition.None, context.Cancellation) is not null ? "acknowledged" : ""),
        ];
        List<string> told = [];
        foreach ((string name, Func<ValueTask<string>> call) in calls)
        {
            try
            {
                throw new ClauseViolation($"a {name} where there is no such container was {await call()}, as if the object alone were missing");
            }
            catch (StorageException failure)
            {
                // Some stores tell nobody which containers there are.
                ClauseContext.Require(
                    failure.Kind is StorageErrorKind.MissingContainer or StorageErrorKind.NotAuthorized,
                    $"a {name} where there is no such container failed as {failure.Kind}: {failure.Message}");
                told.Add($"{name} {failure.Kind}");
            }
        }

        return Finding.Passed($"where there is no such container: {string.Join(", ", told)}; where there is one an absent object is absent");
    }
}
