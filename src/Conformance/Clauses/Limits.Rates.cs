using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Conformance.Clauses;

internal static partial class Limits
{
    private const int Crowd = 256;
    private static readonly int[] s_writers = [1, 4, 16];

    // Far longer than a slow store needs for one small request when it has nothing else to do.
    private static readonly TimeSpan s_stuck = TimeSpan.FromSeconds(15);

    private static async Task<Finding> TakesFastWritesAsync(ClauseContext context)
    {
        int each = context.Plan.Count(200, 15, 21);
        int refused = 0;
        int acknowledged = 0;
        double fastest = 0;
        foreach (int writers in s_writers)
        {
            string key = context.Key($"fast-{writers}");
            await context.PutAsync(key, context.Body(key, 300, version: 0));

            // Per writer: what was acknowledged last, and what may be done at any time.
            long[] last = new long[writers];
            HashSet<long>[] open = [.. Enumerable.Range(0, writers).Select(static _ => new HashSet<long>())];
            int done = 0;
            long start = context.Time.GetTimestamp();
            await context.RaceAsync(writers, async writer =>
            {
                for (int i = 1; i <= each; i++)
                {
                    long version = ((long)writer * 1_000_000) + i;
                    try
                    {
                        await context.Target.Data.PutAsync(key, context.Body(key, 300, version, writer), PutCondition.None, context.Cancellation);
                        last[writer] = version;
                        Interlocked.Increment(ref done);
                    }
                    catch (StorageException busy) when (busy.Kind is StorageErrorKind.Throttled or StorageErrorKind.Transient or StorageErrorKind.Conflict or StorageErrorKind.Ambiguous)
                    {
                        open[writer].Add(version);
                        Interlocked.Increment(ref refused);
                    }

                    await Task.Yield();
                }
            });
            fastest = Math.Max(fastest, done / Math.Max(context.Time.GetElapsedTime(start).TotalSeconds, 1e-6));
            acknowledged += done;
            HashSet<long> possible = [.. last.Where(static version => version > 0), .. open.SelectMany(static versions => versions)];
            if (done == 0)
                possible.Add(0);
            await context.SettlesAsync(async () =>
            {
                if (await context.GetAsync(key) is not { } content)
                    return $"after {done} fast writes by {writers} writers the key is absent";
                PayloadReading reading = Payload.Read(content.Bytes.Span);
                return reading.FaultFor(key) is { } fault ? $"after {done} fast writes by {writers} writers a get gave {fault}"
                    : !possible.Contains(reading.Version) ? $"after {done} fast writes by {writers} writers a get gave a version that a later acknowledged one had replaced"
                    : null;
            });
        }

        context.Limit("writesOfOneKeyPerSecond", (long)fastest);
        if (refused > 0)
            context.Quirk($"Of {acknowledged + refused} writes of one key in quick succession {refused} were refused for now.");
        return Finding.Passed(
            FormattableString.Invariant($"{acknowledged} writes of one key, at up to {fastest:0} a second, were taken and {refused} refused for now; the last of them stayed"));
    }

    private static async Task<Finding> AnswersCrowdsAsync(ClauseContext context)
    {
        string[] keys = [.. Enumerable.Range(0, Crowd / 2).Select(i => context.Key($"crowd-{i:d3}"))];
        await context.EachAsync(keys, async key =>
        {
            await context.PutAsync(key, context.Body(key, 400));
            await context.ReadsAsync(key, context.Body(key, 400), "before the crowd");
        });

        // The crowd asks the store itself: what may be late has to be there before.
        if (!context.Declared.IsStrong)
            await Task.Delay(context.Bound, context.Time, context.Cancellation);
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(context.Cancellation);
        int refused = 0;
        TaskCompletionSource start = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task[] crowd = [.. Enumerable.Range(0, Crowd).Select(i => Concurrently.Start(
            async () =>
            {
                await start.Task;
                if (!await AskAsync(context, keys[i / 2], isPut: i % 2 == 0, end.Token))
                    Interlocked.Increment(ref refused);
            }))];
        start.SetResult();
        Task all = Task.WhenAll(crowd);
        try
        {
            await QuietAsync(context, crowd);

            // The store has nothing else to do, and answers: what is open now was forgotten.
            for (int round = 0; round < 3 && !all.IsCompleted; round++)
                await context.EachAsync(keys.Take(8), key => context.ReadsAsync(key, context.Body(key, 400), "beside a crowd"), degree: 4);
            await Concurrently.AnyAsync(all, Task.Delay(s_stuck, context.Time, context.Cancellation));
            context.Cancellation.ThrowIfCancellationRequested();
            int stuck = crowd.Count(static request => !request.IsCompleted);
            ClauseContext.Require(
                stuck == 0, $"{stuck} of {Crowd} requests at once had no answer {s_stuck.TotalSeconds:0} s after all others had, and further ones were answered meanwhile");
            await all;
        }
        finally
        {
            Concurrently.Cancel(end);
        }

        context.Limit("requestsAtOnceAnswered", Crowd - refused);
        if (refused > 0)
            context.Quirk($"Of {Crowd} requests at once {refused} were refused for now.");
        return Finding.Passed($"of {Crowd} requests at once {Crowd - refused} were answered and {refused} refused for now; none was left without an answer");
    }

    // False when it was refused for now.
    private static async Task<bool> AskAsync(ClauseContext context, string key, bool isPut, CancellationToken end)
    {
        try
        {
            if (isPut)
            {
                await context.Target.Data.PutAsync(key, context.Body(key, 400), PutCondition.None, end);
                return true;
            }

            ObjectContent? content = await context.Target.Data.GetAsync(key, null, end);
            string? fault = content is null ? "nothing" : Payload.Read(content.Bytes.Span).FaultFor(key);
            ClauseContext.Require(fault is null, $"among {Crowd} requests at once a get of {Printable.Key(key)} gave {fault}");
            return true;
        }
        catch (StorageException busy) when (busy.Kind is StorageErrorKind.Throttled or StorageErrorKind.Transient or StorageErrorKind.Ambiguous or StorageErrorKind.Conflict)
        {
            return false;
        }
    }

    // Waits as long as requests still end, however slowly.
    private static async Task QuietAsync(ClauseContext context, Task[] crowd)
    {
        for (; ; )
        {
            Task[] open = [.. crowd.Where(static request => !request.IsCompleted)];
            if (open.Length == 0)
                return;
            using CancellationTokenSource waited = CancellationTokenSource.CreateLinkedTokenSource(context.Cancellation);
            Task pause = Task.Delay(s_stuck / 3, context.Time, waited.Token);
            await Concurrently.AnyAsync([.. open, pause]);
            bool moved = open.Any(static task => task.IsCompleted);
            Concurrently.Cancel(waited);
            context.Cancellation.ThrowIfCancellationRequested();
            if (!moved)
                return;
        }
    }

    private static async Task<Finding> TakesManyHeadsAsync(ClauseContext context)
    {
        const int Clients = 4;
        await using HeadsPlace place = await HeadsPlace.OpenAsync(context, "heads", Clients);
        await place.PaceAsync();
        Cid[] paced = [.. (await place.ReadAsync(0)).Entries.Select(static entry => entry.Cid)];
        int count = context.Plan.Count(1000, 70, 3);
        HeadEvent[] events = [.. Enumerable.Range(0, count).Select(_ => place.Events.Make([]))];
        await context.EachAsync(Enumerable.Range(0, count), i => place.PublishAsync(i, events[i], []), degree: Clients);
        Cid[] expected = [.. paced, .. events.Select(static made => made.Cid)];
        await place.HoldsAsync(place.ReadFreshAsync, expected, $"after {count} events without parents were published");
        HeadEvent one = place.Events.Make(expected);
        await place.PublishAsync(0, one, expected);
        await place.HoldsAsync(place.ReadFreshAsync, [one.Cid], $"after one event followed {expected.Length} heads");
        context.Limit("headsAtOnceTried", expected.Length);
        return Finding.Passed($"{expected.Length} heads stood side by side, and one event took their place");
    }
}
