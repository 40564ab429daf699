using FireproofBench.Engine.Blocks;

namespace FireproofBench.Conformance.Clauses;

internal static partial class MetadataHeads
{
    private static async Task<Finding> KeepsAllConcurrentAsync(ClauseContext context)
    {
        int most = context.Plan.Racers;
        int rounds = context.Plan.Count(200, 4, 6 * most);
        await using HeadsPlace place = await HeadsPlace.OpenAsync(context, "add", most);
        HeadEvent common = place.Events.Make([]);
        await place.PublishAsync(0, common, []);
        int published = 0;
        for (int round = 1; round <= rounds; round++)
        {
            int racers = round == 1 ? most : 2 + context.Dice.Below(most - 1);
            HeadEvent[] made = [.. Enumerable.Range(0, racers).Select(_ => place.Events.Make([common.Cid]))];
            await context.RaceAsync(racers, i => place.PublishAsync(i, made[i], [common.Cid]));
            await place.LeadsToAsync(
                place.ReadFreshAsync, [.. made.Select(static one => one.Cid)], $"round {round}: after {racers} clients published at once with the same parent");
            published += racers;
            Cid[] all = [.. made.Select(static one => one.Cid)];
            common = place.Events.Make(all);
            await place.PublishAsync(context.Dice.Below(most), common, all);
        }

        return Finding.Passed($"{published} events in {rounds} rounds of up to {most} clients at once: each was a head until all were superseded");
    }

    private static async Task<Finding> RemovesExactlyAsync(ClauseContext context)
    {
        const int Wide = 6;
        int steps = context.Plan.Count(400, 16, 6);
        await using HeadsPlace place = await HeadsPlace.OpenAsync(context, "exact", 3);
        List<Cid> live = [];
        for (int step = 1; step <= steps; step++)
        {
            int removed = Math.Min(live.Count, context.Dice.Below(live.Count > Wide ? live.Count : 4));
            Cid[] superseded = [.. live.OrderBy(_ => context.Dice.Next()).Take(removed)];

            // What an engine knows to be superseded can be more than what the event names as parents, and can be gone already.
            HeadEvent made = place.Events.Make(context.Dice.OneIn(3) ? superseded.Take(1) : superseded);
            await place.PublishAsync(context.Dice.Below(2), made, context.Dice.OneIn(4) ? [.. superseded, place.Events.AnyFile()] : superseded);
            live = [.. live.Except(superseded), made.Cid];
            await place.HoldsAsync(() => place.ReadAsync(2), live, $"step {step}: after an event superseded {removed} of the heads");
        }

        (int broken, int rounds) = await BreakOffAsync(context);
        return Finding.Passed(
            $"{steps} publications removed what they named and nothing else; {broken} of {rounds} were broken off at a random moment, and a head was there each time");
    }

    private static async Task<(int Broken, int Rounds)> BreakOffAsync(ClauseContext context)
    {
        int rounds = context.Plan.Count(500, 10, 8);
        await using HeadsPlace place = await HeadsPlace.OpenAsync(context, "broken", 2);
        long started = context.Time.GetTimestamp();
        HeadEvent head = await place.CommitAsync(0);
        for (int i = 0; i < 4; i++)
            head = await place.CommitAsync(0);
        double usualTicks = context.Time.GetElapsedTime(started).Ticks / 5.0;
        int broken = 0;
        for (int round = 1; round <= rounds; round++)
        {
            HeadEvent next = place.Events.Make([head.Cid]);
            using CancellationTokenSource cut = new(TimeSpan.FromTicks((long)(usualTicks * context.Dice.Below(150) / 100)), context.Time);
            using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cut.Token, context.Cancellation);
            try
            {
                await place.Heads(0).PublishAsync(next.Entry, [head.Cid], either.Token);
            }
            catch (OperationCanceledException) when (!context.Cancellation.IsCancellationRequested)
            {
                broken++;
            }

            await place.CoversAsync(1, head.Reach, $"round {round}: after a publication was broken off");
            await place.PublishAsync(0, next, [head.Cid]);
            await place.LeadsToAsync(() => place.ReadAsync(1), [next.Cid], $"round {round}: after a publication was broken off and repeated");
            head = next;
        }

        return (broken, rounds);
    }

    private static async Task<Finding> TakesLateRetriesAsync(ClauseContext context)
    {
        const int Length = 4;
        int rounds = context.Plan.Count(100, 2, 60);
        await using HeadsPlace place = await HeadsPlace.OpenAsync(context, "late", 3);
        Cid[] before = [];
        for (int round = 1; round <= rounds; round++)
        {
            List<(HeadEvent Made, Cid[] Superseded)> published = [];
            for (int i = 0; i < Length; i++)
            {
                HeadEvent made = place.Events.Make(before);
                await place.PublishAsync(context.Dice.Below(2), made, before);
                published.Add((made, before));
                before = [made.Cid];
            }

            HeadEvent beside = place.Events.Make([published[0].Made.Cid]);
            await place.PublishAsync(1, beside, []);
            Cid[] newest = [published[^1].Made.Cid, beside.Cid];
            foreach ((HeadEvent made, Cid[] superseded) in published.SkipLast(1).OrderBy(_ => context.Dice.Next()))
            {
                await place.PublishAsync(context.Dice.Below(2), made, superseded);
                await place.LeadsToAsync(() => place.ReadAsync(2), newest, $"round {round}: after a superseded event was published again");
            }

            before = [await EndAsync(place, newest, Length, $"round {round}")];
            await place.PublishAsync(0, published[1].Made, published[1].Superseded);
            before = [await EndAsync(place, before, Length, $"round {round}, long after")];
        }

        return Finding.Passed($"{rounds * Length} late publications of superseded events removed no head, and were gone after the next publications");
    }

    // As clients that come new do: what one reads, it supersedes. A reading may hide a late event behind another one, so it can take one publication for each.
    private static async Task<Cid> EndAsync(HeadsPlace place, Cid[] heads, int publications, string when)
    {
        await place.LeadsToAsync(place.ReadFreshAsync, heads, $"{when}: before a publication that follows late ones");
        for (int i = 1; ; i++)
        {
            Cid[] read = [.. (await place.ReadFreshAsync()).Entries.Select(static entry => entry.Cid)];
            HeadEvent made = place.Events.Make(read);
            await place.PublishAsync(2, made, read);
            await place.LeadsToAsync(place.ReadFreshAsync, [made.Cid], $"{when}: after a publication that followed late ones");
            if (i >= publications)
                await place.HoldsAsync(place.ReadFreshAsync, [made.Cid], $"{when}: after {i} publications that each superseded all that could be read");
            if (i >= publications || (await place.ReadFreshAsync()).Entries.Length == 1)
                return made.Cid;
        }
    }

    private static async Task<Finding> IsFreeOfOrderAsync(ClauseContext context)
    {
        const int Permutations = 120;
        int rounds = context.Plan.Count(1000 + Permutations, 6, 12);
        await using HeadsPlace place = await HeadsPlace.OpenAsync(context, "order", 3);
        HashSet<int> orders = [];
        Cid[] closing = [];
        for (int round = 0; round < rounds; round++)
        {
            bool isFixed = round < Permutations;
            List<HeadEvent> made = MakeHistory(context, place.Events, isFixed ? 5 : 5 + context.Dice.Below(8), isFixed);
            int number = rounds >= Permutations ? round : context.Dice.Below(Permutations);
            HeadEvent[] order = isFixed ? Permuted(made, number) : [.. made.OrderBy(_ => context.Dice.Next())];
            if (isFixed)
                orders.Add(number);
            foreach (HeadEvent one in order)
                await place.PublishAsync(context.Dice.Below(2), one, one.Entry.Parents);
            Cid[] heads = [.. made.Where(one => !made.Exists(other => other.Number != one.Number && other.Reach.Contains(one.Number))).Select(static one => one.Cid)];
            await place.LeadsToAsync(
                () => place.ReadAsync(2), [.. heads, .. closing],
                $"history {round + 1}: of {made.Count} events that arrived in the order {string.Join(' ', order.Select(one => made.IndexOf(one)))}");
            HeadEvent end = await place.CommitAsync(2);
            closing = [end.Cid];
        }

        return Finding.Passed(
            $"{rounds} histories, {orders.Count} of the {Permutations} orders of 5 events among them, led to the heads that follow from their events");
    }

    // A fork, a merge of its branches and one branch that goes on; else at random.
    private static List<HeadEvent> MakeHistory(ClauseContext context, EventGraph events, int length, bool isFixed)
    {
        int[][] shape = [[], [0], [0], [1], [1, 2]];
        List<HeadEvent> made = [];
        for (int i = 0; i < length; i++)
        {
            IEnumerable<int> parents = isFixed ? shape[i] : Enumerable.Range(0, i).Where(_ => context.Dice.OneIn(3)).Take(3);
            made.Add(events.Make(parents.Select(p => made[p].Cid)));
        }

        return made;
    }

    private static HeadEvent[] Permuted(List<HeadEvent> made, int number)
    {
        List<HeadEvent> left = [.. made];
        List<HeadEvent> order = [];
        for (int n = left.Count; n > 0; n--)
        {
            order.Add(left[number % n]);
            left.RemoveAt(number % n);
            number /= n;
        }

        return [.. order];
    }

    private static async Task<Finding> SwapsOrMergesAsync(ClauseContext context)
    {
        int writers = Math.Max(4, context.Plan.Racers / 4);
        int each = context.Plan.Count(200, 8, 8 * writers);
        await using HeadsPlace place = await HeadsPlace.OpenAsync(context, "swap", writers);
        if (!place.Traits.SingleObject)
            return Finding.Unsupported("the heads are not in one object: each is an object of its own, or the store merges them");
        HeadEvent?[] last = new HeadEvent?[writers];
        await context.RaceAsync(writers, async w =>
        {
            for (int i = 0; i < each; i++)
            {
                Cid[] former = last[w] is { } head ? [head.Cid] : [];
                HeadEvent made = place.Events.Make(former);
                await place.PublishAsync(w, made, former);
                last[w] = made;
                await Task.Yield();
            }
        });
        await place.HoldsAsync(
            place.ReadFreshAsync, [.. last.Select(static one => one!.Cid)],
            $"after {writers} writers published a chain of {each} events each into one object");
        return Finding.Passed($"{writers} chains of {each} events each, published into one object at once, all ended in it");
    }
}
