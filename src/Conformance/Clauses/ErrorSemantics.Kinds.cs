using FireproofBench.Engine.Ports;

namespace FireproofBench.Conformance.Clauses;

internal static partial class ErrorSemantics
{
    private static readonly TimeSpan s_farAway = TimeSpan.FromHours(2);

    private static readonly StorageErrorKind[] s_passing = [StorageErrorKind.Transient, StorageErrorKind.Ambiguous];

    // For good: none of those that ask for a repetition, for other credentials, or for a decision.
    private static readonly StorageErrorKind[] s_permanent =
        [StorageErrorKind.Permanent, StorageErrorKind.Unsupported, StorageErrorKind.MissingContainer, StorageErrorKind.InvalidName, StorageErrorKind.Corrupt];

    private static readonly (string Text, WireFault Fault, StorageErrorKind[] Kinds)[] s_table =
    [
        ("401", WireFaults.Answer(401), [StorageErrorKind.NotAuthorized]),
        ("403", WireFaults.Answer(403), [StorageErrorKind.NotAuthorized]),
        ("429", WireFaults.Answer(429), [StorageErrorKind.Throttled]),
        ("503 with Retry-After", WireFaults.Answer(503, headers: ("Retry-After", "7")), [StorageErrorKind.Throttled]),
        ("408", WireFaults.Answer(408), s_passing),
        ("500", WireFaults.Answer(500), s_passing),
        ("502", WireFaults.Answer(502), s_passing),
        ("504", WireFaults.Answer(504), s_passing),
        ("a broken connection", WireFaults.Reset, s_passing),
        ("400", WireFaults.Answer(400), s_permanent),
        ("405", WireFaults.Answer(405), s_permanent),
        ("414", WireFaults.Answer(414), s_permanent),
        ("507", WireFaults.Answer(507), [StorageErrorKind.NoSpace]),
    ];

    private static readonly (string Text, WireFault Fault)[] s_outages =
    [
        ("while the server answers 500", WireFaults.Answer(500)),
        ("while the server answers 502 with a page", WireFaults.Answer(502, "<html><body>Bad Gateway</body></html>", "text/html")),
        ("while the server answers 503", WireFaults.Answer(503)),
        ("while the server answers 503 and asks to wait", WireFaults.Answer(503, headers: ("Retry-After", "5"))),
        ("while the server answers 504", WireFaults.Answer(504)),
        ("while the server answers 408", WireFaults.Answer(408)),
        ("while the server answers 429", WireFaults.Answer(429)),
        ("while every connection breaks", WireFaults.Reset),
        ("while every answer is lost", WireFaults.LoseAnswer),
    ];

    private static readonly (string Text, WireFault Fault)[] s_brokenListings =
    [
        ("when the body breaks off in its middle", WireFaults.Cut(8, breaks: true)),
        ("when the body ends in its middle", WireFaults.Cut(8, breaks: false)),
        ("when the body breaks off at its start", WireFaults.Cut(0, breaks: true)),
        ("when no body comes", WireFaults.Cut(0, breaks: false)),
    ];

    private static async Task<Finding> TellsFailuresApartAsync(ClauseContext context, WiredStore store)
    {
        WireCalls calls = await WireCalls.PrepareAsync(context);
        List<string> told = [];
        foreach ((string text, WireFault fault, StorageErrorKind[] kinds) in s_table)
        {
            StorageErrorKind? first = null;
            foreach (WireCall call in (WireCall[])[calls.Get, calls.List, calls.Put()])
            {
                StorageException? failure = await store.AskAsync(call, fault, $"answered {text}", context.Cancellation);
                ClauseContext.Require(failure is not null, $"a {call.Name} whose every request was answered {text} succeeded");
                ClauseContext.Require(
                    kinds.Contains(failure!.Kind), $"a {call.Name} that was answered {text} failed as {failure.Kind}, not as {string.Join(" or ", kinds)}: {failure.Message}");
                if (text.EndsWith("Retry-After", StringComparison.Ordinal))
                    ClauseContext.Require(failure.RetryAfter == TimeSpan.FromSeconds(7), $"a {call.Name} was asked to wait 7 s, and told {failure.RetryAfter?.TotalSeconds} s");
                first ??= failure.Kind;
            }

            told.Add($"{text} {first}");
        }

        // The store's own answers, over a wire that is whole.
        ClauseContext.Require(await store.Data.GetAsync(context.Key("none"), null, context.Cancellation) is null, $"an absent key was there");
        string existing = calls.Get.Key;
        StorageErrorKind? exists = await KindAsync(() => store.Data.PutAsync(existing, context.Body(existing, 200), PutCondition.IfAbsent, context.Cancellation));
        ClauseContext.Require(
            exists is StorageErrorKind.PreconditionFailed or StorageErrorKind.Conflict || (exists == StorageErrorKind.Unsupported && !store.Data.Traits.ConditionalCreate),
            $"a put 'if absent' of an existing key came to {exists?.ToString() ?? "success"}");
        told.Add($"exists {exists}");
        return Finding.Passed($"told apart in gets, listings and puts: absent is a value, {string.Join(", ", told)}");
    }

    private static async Task<Finding> NeverTakesOutagesForAbsenceAsync(ClauseContext context, WiredStore store)
    {
        WireCalls calls = await WireCalls.PrepareAsync(context);
        WireCall[] reads = [.. calls.Reads, calls.GetAbsent, calls.HeadAbsent];
        int failed = 0;
        foreach ((string text, WireFault fault) in s_outages)
        {
            foreach (WireCall call in reads)
            {
                StorageException? failure = await store.AskAsync(call, fault, text, context.Cancellation);
                ClauseContext.Require(failure is not null, $"{text}, a {call.Name} succeeded, which no answer allowed");
                failed++;
            }
        }

        foreach (WireCall call in reads)
        {
            StorageException? failure = await OutOfTimeAsync(context, store, call);
            ClauseContext.Require(failure is not null, $"while no answer comes, a {call.Name} succeeded");
            failed++;
        }

        foreach ((string text, WireFault fault) in s_brokenListings)
            failed += await store.AskAsync(calls.List, fault, text, context.Cancellation, r => r.Method.Method is "GET" or "PROPFIND") is null ? 0 : 1;

        ListPage page = await store.Data.ListAsync(calls.List.Key, null, 2, context.Cancellation);
        foreach ((string text, WireFault fault) in page.After is null ? [] : s_outages)
        {
            store.Wire.Meet(fault);
            StorageErrorKind? kind = await KindAsync(() => store.Data.ListAsync(calls.List.Key, page.After, 2, context.Cancellation));
            store.Wire.Heal();
            ClauseContext.Require(kind is not null, $"{text}, the second page of a listing was taken for the last one");
            failed++;
        }

        return Finding.Passed($"{failed} reads, heads and listings during {s_outages.Length + 1} kinds of outage, and of bodies that broke off, failed as failures");
    }

    // Deadlines are the gateway's own; whoever has several of them meets them one after the other.
    private static async Task<StorageException?> OutOfTimeAsync(ClauseContext context, WiredStore store, WireCall call)
    {
        store.Wire.Meet(WireFaults.Hold(new TaskCompletionSource()));
        Task<StorageException?> asking = call.AskAsync(store.Data, "out of time", context.Cancellation);
        long start = context.Time.GetTimestamp();
        while (!asking.IsCompleted)
        {
            ClauseContext.Require(
                context.Time.GetElapsedTime(start) < s_patience, $"a {call.Name} without an answer had not ended after {s_farAway.TotalHours:0} hours of its gateway's clock and more");
            store.Time.Skip(s_farAway);
            await Concurrently.AnyAsync(asking, Task.Delay(s_pause, context.Time, context.Cancellation));
        }

        store.Wire.Heal();
        return await asking;
    }

    private static async Task<StorageErrorKind?> KindAsync<T>(Func<ValueTask<T>> call)
    {
        try
        {
            _ = await call();
            return null;
        }
        catch (StorageException failure)
        {
            return failure.Kind;
        }
    }
}
