using System.Collections.Concurrent;
using System.Globalization;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Conformance.Clauses;

internal static partial class Consistency
{
    // How long an effect is waited for beyond the declared time, so that the report can tell when it came.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_quickTime = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_standardTime = TimeSpan.FromSeconds(15);

    private static async Task<Finding> ShowsCreatesAndDeletesAsync(ClauseContext context)
    {
        int rounds = await RoundsAsync(context, 1000, 6, 4 + (4 * context.Views.Length), async round =>
        {
            StoreView writer = WriterOf(context, round);
            string key = context.Key($"seen-{round}");
            byte[] body = context.Body(key, 500 + context.Dice.Below(3000));
            await writer.Gateway.PutAsync(key, body, PutCondition.None, context.Cancellation);
            await WatchAsync(context, VisibilityEffect.Create, writer, view => MissesAsync(context, view, key, body));
            await writer.Gateway.DeleteAsync(key, null, context.Cancellation);
            await WatchAsync(context, VisibilityEffect.Delete, writer, async view =>
                await view.Gateway.GetAsync(key, null, context.Cancellation) is { } content ? $"got {content.Bytes.Length} bytes of a deleted object"
                : await view.Gateway.HeadAsync(key, context.Cancellation) is not null ? "was told of a deleted object" : null);
        });
        return Finding.Passed($"{rounds} objects were seen by {Observers(context)} after their put, and gone after their delete{Declared(context)}");
    }

    private static async Task<Finding> ShowsWhatWasMissedAsync(ClauseContext context)
    {
        int rounds = await RoundsAsync(context, 500, 6, 2 + (5 * context.Views.Length), async round =>
        {
            StoreView writer = WriterOf(context, round);
            string prefix = context.Key($"missed-{round}/");
            string key = prefix + "late";
            byte[] body = context.Body(key, 500 + context.Dice.Below(3000));
            foreach (StoreView view in context.Views)
            {
                ClauseContext.Require(
                    await view.Gateway.GetAsync(key, null, context.Cancellation) is null && await view.Gateway.HeadAsync(key, context.Cancellation) is null,
                    $"{view.Name} found an object that had not been put");
                _ = await KeysAsync(context, view, prefix);
            }

            await writer.Gateway.PutAsync(key, body, PutCondition.None, context.Cancellation);
            await WatchAsync(context, VisibilityEffect.CreateAfterMiss, writer, view => MissesAsync(context, view, key, body));
        });
        return Finding.Passed($"{rounds} objects that {Observers(context)} had asked for too early were seen after their put{Declared(context)}");
    }

    private static async Task<Finding> ShowsOverwritesAsync(ClauseContext context)
    {
        const int Versions = 4;
        int rounds = await RoundsAsync(context, 300, 5, Versions * (1 + context.Views.Length), async round =>
        {
            string key = context.Key($"over-{round}");
            for (int version = 1; version <= Versions; version++)
            {
                StoreView writer = WriterOf(context, round + version);
                byte[] body = context.Body(key, 500 + context.Dice.Below(3000), version);
                await writer.Gateway.PutAsync(key, body, PutCondition.None, context.Cancellation);
                await WatchAsync(context, version == 1 ? VisibilityEffect.Create : VisibilityEffect.Overwrite, writer, async view =>
                    await view.Gateway.GetAsync(key, null, context.Cancellation) is not { } content ? $"found nothing after version {version}"
                    : Payload.Read(content.Bytes.Span) is var reading && reading.FaultFor(key) is { } fault ? $"got {fault}"
                    : reading.Version != version ? $"got version {reading.Version} after version {version}" : null);
            }
        });
        return Finding.Passed($"{rounds * (Versions - 1)} overwrites were seen by {Observers(context)}{Declared(context)}");
    }

    private static async Task<Finding> ShowsInListingsAsync(ClauseContext context)
    {
        int rounds = await RoundsAsync(context, 500, 5, 2 + (2 * context.Views.Length), async round =>
        {
            StoreView writer = WriterOf(context, round);
            string prefix = context.Key($"listed-{round}/");
            string key = prefix + "one";
            await writer.Gateway.PutAsync(prefix + "other", context.Body(prefix + "other", 300), PutCondition.None, context.Cancellation);
            await writer.Gateway.PutAsync(key, context.Body(key, 300), PutCondition.None, context.Cancellation);
            await WatchAsync(context, VisibilityEffect.ListAfterPut, writer, async view =>
                (await KeysAsync(context, view, prefix)).Contains(key) ? null : "listed without a new object");
            await writer.Gateway.DeleteAsync(key, null, context.Cancellation);
            await WatchAsync(context, VisibilityEffect.ListAfterDelete, writer, async view =>
                (await KeysAsync(context, view, prefix)).Contains(key) ? "listed a deleted object" : null);
        });
        RecordedClients clients = new(context);
        int changes = context.Plan.Count(200, 12, 8);
        string set = context.Key("set/");
        await context.RaceAsync(4, async racer =>
        {
            await using IDataGateway store = clients.Client(racer);
            for (int i = 0; i < changes; i++)
            {
                await Task.Yield();
                string key = $"{set}{racer}-{i:d4}";
                await store.PutAsync(key, clients.Body(key, 200, i, racer), PutCondition.None, context.Cancellation);
                if (i % 3 == 2)
                    await store.DeleteAsync($"{set}{racer}-{i - 1:d4}", null, context.Cancellation);
                await foreach (ObjectInfo _ in store.ListAllAsync(set, context.Cancellation))
                {
                    // Only the history is looked at.
                }
            }
        });
        HistoryJudgement judgement = SetMembership.Check(clients.Take(), context.Bound);
        return judgement.Violation is { } violation ? throw new ClauseViolation(Printable.Escape(violation.ToString()))
            : Finding.Passed($"{rounds} puts and deletes were seen in the listings of {Observers(context)}{Declared(context)}; {judgement.Checked} listings"
                + $" beside changes were right");
    }

    // Rounds side by side, at least as many as say anything, and then until their time is up: a store that shows things late makes few.
    private static async Task<int> RoundsAsync(ClauseContext context, int full, int floor, int requestsEach, Func<int, Task> round)
    {
        int rounds = context.Plan.Count(full, floor, requestsEach);
        TimeSpan time = context.Plan.Budget switch { Budget.Quick => s_quickTime, Budget.Standard => s_standardTime, _ => TimeSpan.MaxValue };
        long start = context.Time.GetTimestamp();
        int made = 0;
        await context.EachAsync(
            Enumerable.Range(0, rounds),
            async i =>
            {
                if (i >= floor && context.Time.GetElapsedTime(start) > time)
                    return;
                await round(i);
                Interlocked.Increment(ref made);
            },
            context.Plan.Parallel);
        return made;
    }

    // All observers look at once, each until it sees what was acknowledged. What counts is when a stale look began, not how long it took: slow is not stale.
    private static async Task WatchAsync(ClauseContext context, VisibilityEffect effect, StoreView writer, Func<StoreView, Task<string?>> stale)
    {
        long acknowledged = context.Time.GetTimestamp();
        ConcurrentBag<string> late = [];
        await Task.WhenAll(context.Views.Select(async view =>
        {
            ObserverKind observer = view.From(writer);
            (string Complaint, TimeSpan After)? last = null;
            TimeSpan pause = s_firstPause;
            bool seen = false;
            while (true)
            {
                TimeSpan after = context.Time.GetElapsedTime(acknowledged);
                if (last is not null && after > context.Bound + s_patience)
                    break;
                if (await stale(view) is not { } complaint)
                {
                    seen = true;
                    break;
                }

                last = (complaint, after > TimeSpan.Zero ? after : TimeSpan.FromTicks(1));
                await Task.Delay(pause, context.Time, context.Cancellation);
                pause = pause * 2 < s_longestPause ? pause * 2 : s_longestPause;
            }

            context.Saw(effect, observer, last?.After ?? TimeSpan.Zero, seen);
            if (last is { } stalest && stalest.After > context.Bound)
                late.Add($"{WordsOf(observer)}{PlaceOf(view)} {stalest.Complaint}, {Milliseconds(stalest.After)} after it was acknowledged"
                    + $"{(seen ? "" : ", and then was given up")} (declared {context.Declared})");
        }));
        if (!late.IsEmpty)
            throw new ClauseViolation(late.Min(StringComparer.Ordinal)!);
    }

    private static async Task<string?> MissesAsync(ClauseContext context, StoreView view, string key, byte[] body) =>
        await view.Gateway.GetAsync(key, null, context.Cancellation) is not { } content ? "found nothing after a put"
        : ClauseContext.Difference(content.Bytes.Span, body) is { } difference ? $"got {difference} after a put"
        : await view.Gateway.HeadAsync(key, context.Cancellation) is null ? "was told of nothing after a put" : null;

    private static async Task<HashSet<string>> KeysAsync(ClauseContext context, StoreView view, string prefix)
    {
        HashSet<string> keys = new(StringComparer.Ordinal);
        await foreach (ObjectInfo found in view.Gateway.ListAllAsync(prefix, context.Cancellation))
            keys.Add(found.Key);
        return keys;
    }

    private static StoreView WriterOf(ClauseContext context, int round) => context.Views[round % context.Views.Length];

    private static string Observers(ClauseContext context) =>
        context.Views.Length == 2 ? "the same and another client" : $"{context.Views.Length} clients at {context.Views.Length - 1} endpoints";

    private static string Declared(ClauseContext context) => context.Declared.IsStrong ? ", at once" : $", within {Milliseconds(context.Bound)}";

    private static string WordsOf(ObserverKind observer) => observer switch
    {
        ObserverKind.SameClient => "the same client",
        ObserverKind.OtherClient => "another client",
        _ => "a client of another endpoint",
    };

    private static string PlaceOf(StoreView view) => view.Endpoint.Length == 0 ? "" : $" at '{Printable.Escape(view.Endpoint)}'";

    private static string Milliseconds(TimeSpan span) => string.Create(CultureInfo.InvariantCulture, $"{span.TotalMilliseconds:0.###} ms");
}
