using FireproofBench.Engine.Ports;

namespace FireproofBench.Conformance.Clauses;

internal static partial class Concurrency
{
    // An index that is updated behind the objects: what differs for longer stays so.
    private static readonly TimeSpan s_passing = TimeSpan.FromSeconds(2);

    private static async Task<Finding> OverwritesWholeAsync(ClauseContext context)
    {
        int[] sizes = [.. new[] { 1 << 10, 100_000, 1 << 20, 8 << 20, 64 << 20 }.Where(s => s <= context.Plan.LargestObject)];
        long reads = 0;
        int overwrites = 0;
        foreach (int size in sizes)
        {
            // Alternating lengths, so that a tail or a cut shows as well as a mix.
            string key = context.Key($"over-{size}");
            byte[][] bodies = [.. Enumerable.Range(1, 4).Select(v => context.Body(key, v % 2 == 0 ? size : size - (size / 3), v))];
            await context.PutAsync(key, bodies[0]);
            await context.ReadsAsync(key, bodies[0], "before the overwrites");
            int n = context.Plan.Count(400, 12, 12 + (size >> 14));
            bool writing = true;
            await context.RaceAsync(5, async racer =>
            {
                if (racer == 0)
                {
                    try
                    {
                        for (int i = 1; i <= n; i++)
                        {
                            await context.PutAsync(key, bodies[i % bodies.Length]);
                            await Task.Yield();
                        }
                    }
                    finally
                    {
                        Volatile.Write(ref writing, false);
                    }

                    return;
                }

                do
                {
                    await Task.Yield();
                    ObjectContent? content = await context.GetAsync(key);
                    Interlocked.Increment(ref reads);
                    ClauseContext.Require(content is not null, $"a key of {size} bytes was absent for a reader while it was overwritten");
                    PayloadReading reading = Payload.Read(content!.Bytes.Span);
                    ClauseContext.Require(reading.FaultFor(key) is null, $"a reader beside overwrites of {size} bytes got {reading.FaultFor(key)}");
                }
                while (Volatile.Read(ref writing) && !context.Cancellation.IsCancellationRequested);
            });
            await context.ReadsAsync(key, bodies[n % bodies.Length], "after the last overwrite");
            overwrites += n;
        }

        return Finding.Passed($"{reads} reads beside {overwrites} overwrites of {sizes[0]} to {sizes[^1]} bytes were whole");
    }

    private static async Task<Finding> AppearsWholeAsync(ClauseContext context)
    {
        int rounds = context.Plan.Count(300, 10, 30);
        long reads = 0;
        long early = 0;
        for (int round = 0; round < rounds; round++)
        {
            string key = context.Key($"new-{round}.car");
            byte[] body = context.Body(key, round % 3 == 0 ? Math.Min(1 << 20, context.Plan.LargestObject) : 1000 + context.Dice.Below(200_000));
            bool writing = true;
            await context.RaceAsync(4, async racer =>
            {
                if (racer == 0)
                {
                    try
                    {
                        await context.PutAsync(key, body);
                    }
                    finally
                    {
                        Volatile.Write(ref writing, false);
                    }

                    return;
                }

                do
                {
                    await Task.Yield();
                    ObjectInfo? info = racer == 1 ? await context.HeadAsync(key) : null;
                    ClauseContext.Require(
                        info is null || info.Length == body.Length,
                        $"head told of {info?.Length} of {body.Length} bytes while the object was written for the first time");
                    ObjectContent? content = await context.GetAsync(key);
                    Interlocked.Increment(ref reads);
                    ClauseContext.Require(
                        content is not null || info is null || context.Bound > TimeSpan.Zero,
                        $"head told of an object that get could not find, while it was written for the first time");
                    if (content is not null && ClauseContext.Difference(content.Bytes.Span, body) is { } difference)
                        throw new ClauseViolation($"get gave {difference} while the object was written for the first time");
                    if (content is null)
                        Interlocked.Increment(ref early);
                }
                while (Volatile.Read(ref writing) && !context.Cancellation.IsCancellationRequested);
            });
            await context.ReadsAsync(key, body, "after its first put");
        }

        return Finding.Passed($"{reads} reads beside {rounds} first puts: {early} too early and absent, all others whole");
    }

    private static async Task<Finding> SettlesRacingPutsAsync(ClauseContext context)
    {
        int rounds = context.Plan.Count(500, 12, 14);
        for (int round = 0; round < rounds; round++)
        {
            string key = context.Key($"dual-{round}");
            bool anew = round % 2 == 0;
            if (!anew)
                await context.PutAsync(key, context.Body(key, 800, version: 9));
            await context.RaceAsync(2, async racer => await context.PutAsync(key, context.Body(key, 1000 + (racer * 40_000), version: 1, writer: racer)));
            await context.SettlesAsync(async () =>
            {
                HashSet<(int Writer, string Version)> seen = [];
                for (int i = 0; i < 4; i++)
                {
                    if (await context.GetAsync(key) is not { } content)
                        return $"round {round + 1}: nothing was there after two racing puts";
                    PayloadReading reading = Payload.Read(content.Bytes.Span);
                    if (reading.FaultFor(key) is { } fault || reading.Version != 1)
                        return $"round {round + 1}: after two racing puts a get gave {reading.FaultFor(key) ?? "the content before both"}";
                    seen.Add((reading.Writer, content.Info.Version));
                    long length = 1000 + (reading.Writer * 40_000);
                    ObjectInfo? info = await context.HeadAsync(key);
                    if (info?.Length != length || (info.Version.Length > 0 && content.Info.Version.Length > 0 && info.Version != content.Info.Version))
                        return $"round {round + 1}: after two racing puts head tells of {info?.Length} bytes and another version than get, which"
                            + $" gives {length}";
                }

                ObjectInfo? listed = (await context.ListAsync(key)).Find(o => o.Key == key);
                return seen.Count > 1 ? $"round {round + 1}: readers disagree after two racing puts"
                    : listed?.Length != 1000 + (seen.Single().Writer * 40_000)
                        ? $"round {round + 1}: after two racing puts the listing tells of {listed?.Length} bytes" : null;
            });
        }

        return Finding.Passed($"{rounds} pairs of racing puts ended in one of the two contents, the same for 4 reads, head and listing");
    }

    private static async Task<Finding> LeavesNoZombiesAsync(ClauseContext context)
    {
        int rounds = context.Plan.Count(5000, 25, 6);
        int present = 0;
        string timed = context.Key("timed");
        long started = context.Time.GetTimestamp();
        for (int i = 0; i < 5; i++)
            await context.PutAsync(timed, context.Body(timed, 3000));
        double usualTicks = context.Time.GetElapsedTime(started).Ticks / 5.0;
        int unlisted = 0;
        for (int round = 0; round < rounds; round++)
        {
            bool isUnlisted = false;
            string key = context.Key($"z{round % 10}/dies-{round}");
            byte[] body = context.Body(key, 3000, version: 2);
            if (round % 2 == 0)
                await context.PutAsync(key, context.Body(key, 1000, version: 1));
            TimeSpan wait = TimeSpan.FromTicks((long)(usualTicks * context.Dice.Below(200) / 100));
            await context.RaceAsync(2, async racer =>
            {
                if (racer == 0)
                {
                    await context.PutAsync(key, body);
                    return;
                }

                // The delete meets the put at any moment of it, and sometimes comes right after it.
                long from = context.Time.GetTimestamp();
                while (context.Time.GetElapsedTime(from) < wait)
                    await Task.Yield();
                await context.DeleteAsync(key);
            });
            await context.SettlesAsync(async () =>
            {
                ObjectContent? content = await context.GetAsync(key);
                ObjectInfo? info = await context.HeadAsync(key);
                bool listed = (await context.ListAsync(key)).Exists(o => o.Key == key);
                isUnlisted = content is not null && !listed;
                if ((content is not null) != (info is not null) || (listed && content is null))
                    return $"round {round + 1}: after a put raced a delete, get finds {Found(content is not null)}, head {Found(info is not null)},"
                        + $" the listing {Found(listed)}";
                return null;
            },
            s_passing);
            await context.SettlesAsync(async () =>
                await context.GetAsync(key) is { } content && ClauseContext.Difference(content.Bytes.Span, body) is { } difference
                    ? $"round {round + 1}: after a put raced a delete, get gave {difference}" : null);
            unlisted += isUnlisted ? 1 : 0;
            present += await context.GetAsync(key) is null ? 0 : 1;
        }

        // Whole, so no harm to a reader who knows its name; but whoever cleans up by listing does not find it.
        if (unlisted > 0)
            context.Quirk(FormattableString.Invariant($"Of {rounds} objects whose put raced a delete {unlisted} can be read and are not listed: cleaning up by listing does not find them."));
        return Finding.Passed($"{rounds} puts that raced a delete: {present} ended whole, {rounds - present} absent, none between");

        static string Found(bool there) => there ? "an object" : "nothing";
    }

    private static async Task<Finding> KeepsParallelPutsAsync(ClauseContext context)
    {
        const int AtOnce = 128;
        int rounds = context.Plan.Count(10, 1, AtOnce * 2);
        List<string> keys = [];
        for (int round = 0; round < rounds; round++)
        {
            string[] now = [.. Enumerable.Range(0, AtOnce).Select(i => context.Key($"at-once/{round}-{i:d3}"))];
            await context.RaceAsync(AtOnce, async i => await context.PutAsync(now[i], context.Body(now[i], 300 + i)));
            await context.EachAsync(
                Enumerable.Range(0, AtOnce), i => context.ReadsAsync(now[i], context.Body(now[i], 300 + i), $"after {AtOnce} parallel puts"));
            keys.AddRange(now);
            await context.ListsAsync(context.Prefix, keys, $"after {AtOnce} parallel puts");
        }

        return Finding.Passed($"{rounds} rounds of {AtOnce} puts at the same moment: all {keys.Count} objects were whole and listed once");
    }

    private static async Task<Finding> ServesManyAtOnceAsync(ClauseContext context)
    {
        int tasks = context.Plan.Racers;
        int each = context.Plan.Count(200, 12, tasks);
        long calls = 0;
        long cancelled = 0;
        await context.RaceAsync(tasks, async task =>
        {
            string key = context.Key($"t{task:d2}/mine");
            HashSet<long> possible = [0];

            // What a cancelled call may still do later.
            HashSet<long> late = [];
            for (int i = 1; i <= each; i++)
            {
                using CancellationTokenSource cut = CancellationTokenSource.CreateLinkedTokenSource(context.Cancellation);
                int kind = context.Dice.Below(10);

                // On a store that shows late, what a cancelled write did could not be told from what is late: there only reads are cancelled.
                using ITimer? cutting = context.Dice.OneIn(8) && (context.Declared.IsStrong || kind > 4)
                    ? context.CancelAfter(cut, TimeSpan.FromMicroseconds(context.Dice.Below(1000)))
                    : null;
                try
                {
                    switch (kind)
                    {
                        case < 4:
                            possible.Add(i);
                            await context.Store.PutAsync(key, context.Body(key, LengthOf(i), i, task), PutCondition.None, cut.Token);
                            possible = [i];
                            break;
                        case 4:
                            possible.Add(0);
                            await context.Store.DeleteAsync(key, null, cut.Token);
                            possible = [0];
                            break;
                        case < 8:
                            possible = Confirm([.. possible, .. late], await context.Store.GetAsync(key, null, cut.Token), key, task, tasks);
                            break;
                        case 8:
                            Confirm([.. possible, .. late], (await context.Store.HeadAsync(key, cut.Token))?.Length, key, "head");
                            break;
                        default:
                            ListPage page = await context.Store.ListAsync(key, null, 10, cut.Token);
                            Confirm([.. possible, .. late], page.Objects.Count == 0 ? null : page.Objects[0].Length, key, "list");
                            break;
                    }

                    Interlocked.Increment(ref calls);
                }
                catch (OperationCanceledException) when (!context.Cancellation.IsCancellationRequested)
                {
                    Interlocked.Increment(ref cancelled);
                    if (kind <= 4)
                        late.Add(kind < 4 ? i : 0);
                }
            }
        });
        return Finding.Passed($"{calls} mixed calls by {tasks} tasks agreed with what each had done, beside {cancelled} cancelled ones");
    }

    private static int LengthOf(long version) => version == 0 ? 0 : 500 + (int)(version * 131 % 20_000);

    // After a cancelled put or delete either state is right, until a read settles it.
    private static HashSet<long> Confirm(HashSet<long> possible, ObjectContent? content, string key, int task, int tasks)
    {
        if (content is null)
        {
            ClauseContext.Require(possible.Contains(0), $"one of {tasks} tasks found its own key absent after it had put it");
            return [0];
        }

        PayloadReading reading = Payload.Read(content.Bytes.Span);
        ClauseContext.Require(
            reading.FaultFor(key) is null && reading.Writer == task,
            $"one of {tasks} tasks got {reading.FaultFor(key) ?? "another task's bytes"} under its own key");
        ClauseContext.Require(
            possible.Contains(reading.Version),
            $"one of {tasks} tasks read version {reading.Version} of its own key, which it had replaced");
        return [reading.Version];
    }

    private static void Confirm(HashSet<long> possible, long? length, string key, string call) => ClauseContext.Require(
        possible.Any(v => v == 0 ? length is null : length == LengthOf(v)),
        $"a {call} of {Printable.Key(key)} by its only writer told of {length?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "no"} bytes");
}
