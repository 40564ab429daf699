using System.Collections.Immutable;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Conformance.Clauses;

internal static partial class Consistency
{
    private static async Task<Finding> DoesNotFlapAsync(ClauseContext context)
    {
        // All keys go through the stages together, so that the declared time is waited for once a stage and not once a key.
        int count = context.Plan.Count(40, 5, 30);
        int looks = context.Plan.Count(500, 30, count * context.Views.Length);
        string prefix = context.Key("steady/");
        string[] keys = [.. Enumerable.Range(0, count).Select(i => $"{prefix}{i:d3}")];
        long made = 0;
        foreach (int version in new[] { 1, 2, 0 })
        {
            await context.EachAsync(keys.Index(), async entry =>
            {
                IDataGateway store = WriterOf(context, entry.Index).Gateway;
                if (version > 0)
                    await store.PutAsync(entry.Item, context.Body(entry.Item, 400 + version, version), PutCondition.None, context.Cancellation);
                else
                    await store.DeleteAsync(entry.Item, null, context.Cancellation);
            });
            if (!await SettleAsync(context, keys, version))
                return Finding.Inconclusive("not all observers came to see what was written, so nothing can be said of what they see after that");
            await Task.WhenAll(context.Views.Select(async view =>
            {
                for (int look = 0; look < looks; look++)
                {
                    await Task.Yield();
                    string key = keys[context.Dice.Below(keys.Length)];
                    if (await OtherThanAsync(context, view, key, version) is { } complaint)
                        throw new ClauseViolation($"{complaint}, after everybody had seen {StageOf(version)} and nothing was written any more");
                    if (look % 10 == 0 && (await KeysAsync(context, view, prefix)).Contains(key) != version > 0)
                        throw new ClauseViolation($"a listing {(version > 0 ? "lacked" : "had")} an object after everybody had seen {StageOf(version)} and nothing was written any more");
                    Interlocked.Increment(ref made);
                }
            }));
        }

        return Finding.Passed($"{made} looks at {count} objects by {Observers(context)} saw nothing older than all had seen before");
    }

    // Waits until every observer has seen every key as it is, and the declared time has passed.
    private static async Task<bool> SettleAsync(ClauseContext context, string[] keys, int version)
    {
        long start = context.Time.GetTimestamp();
        bool settled = true;
        await context.EachAsync(context.Views.SelectMany(view => keys.Select(key => (view, key))), async pair =>
        {
            while (await OtherThanAsync(context, pair.view, pair.key, version) is not null)
            {
                if (context.Time.GetElapsedTime(start) > context.Bound + s_patience)
                {
                    Volatile.Write(ref settled, false);
                    return;
                }

                await Task.Delay(s_longestPause, context.Time, context.Cancellation);
            }
        });
        TimeSpan left = context.Bound - context.Time.GetElapsedTime(start);
        if (left > TimeSpan.Zero)
            await Task.Delay(left, context.Time, context.Cancellation);
        return settled;
    }

    private static async Task<string?> OtherThanAsync(ClauseContext context, StoreView view, string key, int version)
    {
        ObjectContent? content = await view.Gateway.GetAsync(key, null, context.Cancellation);
        ObjectInfo? info = await view.Gateway.HeadAsync(key, context.Cancellation);
        if (version == 0)
            return content is not null ? $"{view.Name} got a deleted object" : info is not null ? $"{view.Name} was told of a deleted object" : null;
        if (content is null || info is null)
            return $"{view.Name} found nothing";
        PayloadReading reading = Payload.Read(content.Bytes.Span);
        return reading.FaultFor(key) is { } fault ? $"{view.Name} got {fault}"
            : reading.Version != version ? $"{view.Name} got version {reading.Version}"
            : info.Length != 400 + version ? $"{view.Name} was told of {info.Length} bytes" : null;
    }

    private static string StageOf(int version) => version switch { 0 => "the delete", 1 => "the put", _ => "the overwrite" };

    private static async Task<Finding> ConvergesAsync(ClauseContext context)
    {
        const int Keys = 4;
        const int Writers = 4;
        int rounds = context.Plan.Count(200, 6, Keys * ((Writers * 2) + (2 * context.Views.Length)));
        TimeSpan longest = TimeSpan.Zero;
        for (int round = 0; round < rounds; round++)
        {
            string prefix = context.Key($"race-{round}/");
            string[] keys = [.. Enumerable.Range(0, Keys).Select(i => $"{prefix}{i}")];
            await context.RaceAsync(Writers, async racer =>
            {
                for (int i = 0; i < Keys; i++)
                {
                    string key = keys[i];
                    IDataGateway store = WriterOf(context, racer).Gateway;
                    if (racer == 0 && i == 0)
                        await store.DeleteAsync(key, null, context.Cancellation);
                    else
                        await store.PutAsync(key, context.Body(key, 300 + (racer * 50), i + 1, racer), PutCondition.None, context.Cancellation);
                }
            });
            TimeSpan took = await AgreeAsync(context, keys, prefix, round);
            longest = took > longest ? took : longest;
        }

        return Finding.Passed($"after {rounds} races of {Writers} writers {Observers(context)} agreed, the last after {Milliseconds(longest)}");
    }

    private static async Task<TimeSpan> AgreeAsync(ClauseContext context, string[] keys, string prefix, int round)
    {
        long stopped = context.Time.GetTimestamp();
        TimeSpan last = TimeSpan.Zero;
        while (true)
        {
            TimeSpan began = context.Time.GetElapsedTime(stopped);
            ImmutableArray<string>[] seen = await Task.WhenAll(context.Views.Concat(context.Views).Select(view => SnapshotAsync(context, view, keys, prefix)));
            int different = Array.FindIndex(seen, s => !s.SequenceEqual(seen[0]));
            bool agree = different < 0;
            last = agree ? last : began > TimeSpan.Zero ? began : TimeSpan.FromTicks(1);
            bool over = last > context.Bound;
            if (agree || began > context.Bound + s_patience)
            {
                foreach (StoreView view in context.Views)
                    context.Saw(VisibilityEffect.Convergence, view.From(context.Views[0]), last, agree);
                string state = agree ? $"they agreed only {Milliseconds(last)}" : $"they still did not agree {Milliseconds(last)}";
                return over ? throw new ClauseViolation($"round {round + 1}: observers differed after racing writes; {state} after the last acknowledgement"
                    + $" (declared {context.Declared})") : last;
            }

            await Task.Delay(s_longestPause, context.Time, context.Cancellation);
        }
    }

    // What each key holds, and whether it is listed.
    private static async Task<ImmutableArray<string>> SnapshotAsync(ClauseContext context, StoreView view, string[] keys, string prefix)
    {
        HashSet<string> listed = await KeysAsync(context, view, prefix);
        List<string> seen = [];
        foreach (string key in keys)
        {
            ObjectContent? content = await view.Gateway.GetAsync(key, null, context.Cancellation);
            PayloadReading? reading = content is null ? null : Payload.Read(content.Bytes.Span);
            seen.Add($"{listed.Contains(key)} {reading?.State} {reading?.Writer} {reading?.Version}");
        }

        return [.. seen];
    }
}
