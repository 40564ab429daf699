using System.Collections.Concurrent;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Conformance.Clauses;

internal static partial class ConditionalWrites
{
    private static async Task<Finding> NeverIgnoresConditionsAsync(ClauseContext context)
    {
        IgnoredConditions ignored = context.Store.Traits.Ignored & (IgnoredConditions.Create | IgnoredConditions.Replace);
        ClauseContext.Require(
            ignored == IgnoredConditions.None,
            $"the store acknowledged a put whose condition did not hold ({ignored}); its gateway refuses such puts in its stead");
        int n = context.Plan.Count(100, 5, 6);
        int refusedAsUnsupported = 0;
        for (int i = 0; i < n; i++)
        {
            string key = context.Key($"honest-{i}");
            string first = await context.PutAsync(key, context.Body(key, 300));
            first = first.Length > 0 ? first : (await context.HeadAsync(key))?.Version is { Length: > 0 } headed ? headed : "no-such-version";
            byte[] current = context.Body(key, 300, version: 2);
            await context.PutAsync(key, current);
            (PutCondition, string)[] conditions = [(PutCondition.IfAbsent, "if absent"), (PutCondition.IfMatches(first), "if a stale version")];
            foreach ((PutCondition condition, string name) in conditions)
            {
                Answer answer = await TryAsync(context, key, context.Body(key, 300, version: 3, writer: i), condition);
                ClauseContext.Require(
                    answer != Answer.Stored,
                    $"a put '{name}' of an existing key was acknowledged, though its condition did not hold");
                await context.ReadsAsync(key, current, $"after a refused put '{name}'");
                if (answer == Answer.Unsupported)
                    refusedAsUnsupported++;
            }

            // What the condition allows must go through, else "enforced" would be a store that refuses everything.
            string absent = context.Key($"free-{i}");
            if (context.Store.Traits.ConditionalCreate)
                ClauseContext.Require(
                    await TryAsync(context, absent, context.Body(absent, 300), PutCondition.IfAbsent) == Answer.Stored,
                    $"a put 'if absent' of an absent key was refused");
        }

        if (refusedAsUnsupported > 0)
            context.Quirk($"Conditions on puts are refused as unsupported ({refusedAsUnsupported} of {2 * n}).");
        return Finding.Passed($"{2 * n} puts whose condition did not hold were refused ({refusedAsUnsupported} as unsupported) and changed nothing");
    }

    private static Task<Finding> CreatesOnceAsync(ClauseContext context) => RaceCreatorsAsync(context, [context.Store]);

    private static async Task<Finding> CreatesOnceAcrossEndpointsAsync(ClauseContext context)
    {
        IDataGateway[] endpoints = [.. context.Views.DistinctBy(v => v.Endpoint, StringComparer.Ordinal).Select(v => v.Gateway)];
        return endpoints.Length < 2 ? Finding.Inconclusive("one endpoint was given; the race needs several of the same store")
            : !Array.TrueForAll(endpoints, e => e.Traits.ConditionalCreate) ? Finding.Unsupported("the store says that it has no create-if-absent")
            : await RaceCreatorsAsync(context, endpoints);
    }

    private static async Task<Finding> RaceCreatorsAsync(ClauseContext context, IDataGateway[] stores)
    {
        int racers = context.Plan.Racers;
        int rounds = context.Plan.Count(200, 3, racers);
        int conflicts = 0;
        for (int round = 0; round < rounds; round++)
        {
            string key = context.Key($"once-{round}");
            ConcurrentBag<int> winners = [];
            await context.RaceAsync(racers, async racer =>
            {
                Answer answer;
                int attempts = 0;
                do
                {
                    answer = await TryAsync(context, stores[racer % stores.Length], key, context.Body(key, 400, version: 1, writer: racer), PutCondition.IfAbsent);
                    if (answer == Answer.Conflict)
                        Interlocked.Increment(ref conflicts);
                }
                while (answer == Answer.Conflict && ++attempts < 50);
                if (answer == Answer.Stored)
                    winners.Add(racer);
            });
            ClauseContext.Require(
                winners.Count == 1,
                $"round {round + 1}: {winners.Count} of {racers} creators of one absent key heard that they had won");
            await context.ReadsAsync(key, context.Body(key, 400, version: 1, writer: winners.Single()), "after the race, whose winner wrote other bytes");
        }

        if (conflicts > 0)
            context.Quirk("Racing creates are also answered as conflicts in flight, which have to be repeated.");
        return Finding.Passed(
            $"{rounds} rounds of {racers} racing creators had one winner each, whose bytes survived ({conflicts} conflicts in flight repeated)");
    }

    private static async Task<Finding> LosesNoIncreaseAsync(ClauseContext context)
    {
        const int Writers = 5;
        int increases = context.Plan.Count(50, 10, Writers * 6);
        string key = context.Key("counter");
        await context.PutAsync(key, context.Body(key, 300, version: 0));
        await context.ReadsAsync(key, context.Body(key, 300, version: 0), "before the race");
        int writing = Writers;
        int holding = 0;
        TaskCompletionSource allHold = new(TaskCreationOptions.RunContinuationsAsynchronously);
        long reads = 0;
        long lost = 0;
        await context.RaceAsync(Writers + 2, async racer =>
        {
            if (racer >= Writers)
            {
                long seen = 0;
                while (Volatile.Read(ref writing) > 0 && !context.Cancellation.IsCancellationRequested)
                {
                    (long value, _) = await ReadCounterAsync(context, key);
                    ClauseContext.Require(value >= seen, $"a reader saw the counter fall from {seen} to {value}");
                    seen = value;
                    Interlocked.Increment(ref reads);
                    await Task.Yield();
                }

                return;
            }

            try
            {
                for (int i = 0; i < increases;)
                {
                    (long value, string version) = await ReadCounterAsync(context, key);

                    // All of them begin with one version, so that the condition is decisive at least once; from then on they run free.
                    if (Interlocked.Increment(ref holding) == Writers)
                        allHold.TrySetResult();
                    await Concurrently.WaitAsync(allHold.Task, context.Cancellation);
                    await Task.Yield();
                    Answer answer = await TryAsync(context, key, context.Body(key, 300, value + 1, racer), PutCondition.IfMatches(version));
                    if (answer == Answer.Stored)
                        i++;
                    else
                        Interlocked.Increment(ref lost);
                }
            }
            finally
            {
                allHold.TrySetResult();
                Interlocked.Decrement(ref writing);
            }
        });
        (long end, _) = await ReadCounterAsync(context, key);
        ClauseContext.Require(
            end == Writers * increases,
            $"{Writers} writers of {increases} increases each left the counter at {end} instead of {Writers * increases}");
        return Finding.Passed(
            $"{Writers} writers of {increases} increases each left {end}; {lost} attempts were refused and repeated, {reads} reads never fell");
    }

    private static async Task<(long Value, string Version)> ReadCounterAsync(ClauseContext context, string key)
    {
        ObjectContent? content = await context.GetAsync(key);
        ClauseContext.Require(content is not null, $"the counter was absent for a reader");
        PayloadReading reading = Payload.Read(content!.Bytes.Span);
        ClauseContext.Require(reading.FaultFor(key) is null, $"a read of the counter gave {reading.FaultFor(key)}");
        return (reading.Version, content.Info.Version);
    }

    private static async Task<Finding> ReplacesNothingAbsentAsync(ClauseContext context)
    {
        int n = context.Plan.Count(50, 4, 8);
        for (int i = 0; i < n; i++)
        {
            string template = context.Key($"template-{i}");
            string version = await VersionAfterPutAsync(context, template, context.Body(template, 300));
            string never = context.Key($"never-{i}");
            ClauseContext.Require(
                await TryAsync(context, never, context.Body(never, 300), PutCondition.IfMatches(version)) != Answer.Stored,
                $"replace-if-version of a key that never was created it");
            await context.AbsentAsync(never, "after a refused replace-if-version");
            await context.DeleteAsync(template);
            ClauseContext.Require(
                await TryAsync(context, template, context.Body(template, 300, 2), PutCondition.IfMatches(version)) != Answer.Stored,
                $"replace-if-version brought a deleted key back");
            await context.AbsentAsync(template, "after a refused replace-if-version of a deleted key");
        }

        return Finding.Passed($"{2 * n} replacements by version of absent keys failed and created nothing");
    }

    private static async Task<Finding> TellsOneVersionAsync(ClauseContext context)
    {
        int n = context.Plan.Count(100, 8, 6);
        string key = context.Key("versioned");
        Dictionary<string, int> seen = new(StringComparer.Ordinal);
        int replaced = 0;
        for (int i = 0; i < n; i++)
        {
            byte[] body = context.Body(key, 300, version: i);
            string put = await context.PutAsync(key, body);
            await context.ReadsAsync(key, body, "before its version is asked for");
            string got = (await context.GetAsync(key))?.Info.Version ?? "";
            string headed = (await context.HeadAsync(key))?.Version ?? "";
            string listed = (await context.ListAsync(key)).Find(o => o.Key == key)?.Version ?? "";
            string[] told = [.. new[] { put, got, headed, listed }.Where(v => v.Length > 0)];
            if (got.Length == 0 && headed.Length == 0)
                return Finding.Unsupported("the store tells no version of an object");
            ClauseContext.Require(
                told.Distinct(StringComparer.Ordinal).Count() == 1,
                $"one content has several versions: put {Printable.Key(put)}, get {Printable.Key(got)}, head {Printable.Key(headed)}, list {Printable.Key(listed)}");
            ClauseContext.Require(
                !seen.TryGetValue(told[0], out int former),
                $"overwrite {i + 1} of equal length has the version of overwrite {former + 1}, {Printable.Key(told[0])}");
            seen[told[0]] = i;
            if (context.Store.Traits.ConditionalReplace && i % 2 == 1)
            {
                byte[] next = context.Body(key, 300, version: n + i);
                ClauseContext.Require(
                    await TryAsync(context, key, next, PutCondition.IfMatches(told[0])) == Answer.Stored,
                    $"replace-if-version refused the version that the store had told, {Printable.Key(told[0])}");
                await context.ReadsAsync(key, next, "after a replace-if-version");
                replaced++;
            }
        }

        string twice = context.Key("aba");
        string first = await VersionAfterPutAsync(context, twice, context.Body(twice, 300));
        await context.PutAsync(twice, context.Body(twice, 300, version: 2));
        if (first == await VersionAfterPutAsync(context, twice, context.Body(twice, 300)))
            context.Quirk("A version is the same again when the content is: a head in one object needs a nonce in every write.");
        return Finding.Passed(
            $"{n} quick overwrites of equal length had a version of their own each, the same from put, get, head and list; {replaced} replacements took it");
    }

    private static async Task<Finding> RefusesStaleDeletesAsync(ClauseContext context)
    {
        int n = context.Plan.Count(50, 4, 8);
        for (int i = 0; i < n; i++)
        {
            string key = context.Key($"stale-{i}");
            string stale = await VersionAfterPutAsync(context, key, context.Body(key, 300));
            byte[] body = context.Body(key, 300, version: 2);
            string current = await VersionAfterPutAsync(context, key, body);
            ClauseContext.Require(!await DeletedAsync(context, key, stale), $"a delete with a stale version was acknowledged");
            await context.ReadsAsync(key, body, "after a delete with a stale version");
            ClauseContext.Require(await DeletedAsync(context, key, current), $"a delete with the right version was refused");
            await context.AbsentAsync(key, "after a delete with the right version");
        }

        return Finding.Passed($"{n} deletes with a stale version kept the object, {n} with the right one removed it");
    }

    private static async Task<bool> DeletedAsync(ClauseContext context, string key, string version)
    {
        try
        {
            return await context.Store.DeleteAsync(key, version, context.Cancellation);
        }
        catch (StorageException refusal) when (refusal.Kind is StorageErrorKind.PreconditionFailed or StorageErrorKind.Conflict)
        {
            return false;
        }
    }

    private static async Task<string> VersionAfterPutAsync(ClauseContext context, string key, byte[] body)
    {
        string version = await context.PutAsync(key, body);
        return version.Length > 0 ? version : (await context.HeadAsync(key))?.Version ?? "";
    }

    private static Task<Answer> TryAsync(ClauseContext context, string key, byte[] body, PutCondition condition) =>
        TryAsync(context, context.Store, key, body, condition);

    private static async Task<Answer> TryAsync(ClauseContext context, IDataGateway store, string key, byte[] body, PutCondition condition)
    {
        try
        {
            await store.PutAsync(key, body, condition, context.Cancellation);
            return Answer.Stored;
        }
        catch (StorageException refusal) when (refusal.Kind == StorageErrorKind.PreconditionFailed)
        {
            return Answer.Refused;
        }
        catch (StorageException refusal) when (refusal.Kind == StorageErrorKind.Conflict)
        {
            return Answer.Conflict;
        }
        catch (StorageException refusal) when (refusal.Kind == StorageErrorKind.Unsupported)
        {
            return Answer.Unsupported;
        }
        catch (StorageException lost) when (lost.Kind == StorageErrorKind.Ambiguous)
        {
            // The body carries writer and version, so reading it back says who won.
            ObjectContent? now = await context.GetAsync(key);
            return now is not null && now.Bytes.Span.SequenceEqual(body) ? Answer.Stored : Answer.Refused;
        }
    }

    private enum Answer
    {
        Stored,
        Refused,
        Conflict,
        Unsupported,
    }
}
