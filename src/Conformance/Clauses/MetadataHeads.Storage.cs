using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Conformance.Clauses;

internal static partial class MetadataHeads
{
    // Beginnings of each other, as prefixes of keys are.
    private static readonly string[] s_alike = ["mix", "mix1", "mix10", "mi", "mix2"];

    private static async Task<Finding> KeepsDatabasesApartAsync(ClauseContext context)
    {
        int rounds = context.Plan.Count(100, 4, 30);
        EventGraph events = new(context.Dice);
        List<HeadsPlace> places = [];
        try
        {
            foreach (string name in s_alike)
                places.Add(await HeadsPlace.OpenAsync(context, name, 2, events));
            HashSet<Cid>[] expected = [.. places.Select(static _ => new HashSet<Cid>())];
            for (int round = 1; round <= rounds; round++)
            {
                HeadEvent common = events.Make([]);
                await context.EachAsync(Enumerable.Range(0, places.Count), async i =>
                {
                    HeadEvent own = events.Make([]);
                    await places[i].PublishAsync(0, own, [.. expected[i]]);
                    await places[i].PublishAsync(0, common, []);
                    expected[i] = [own.Cid, common.Cid];
                });
                int chosen = context.Dice.Below(places.Count);
                HeadEvent next = events.Make([common.Cid]);
                await places[chosen].PublishAsync(1, next, [common.Cid]);
                expected[chosen].Remove(common.Cid);
                expected[chosen].Add(next.Cid);
                for (int i = 0; i < places.Count; i++)
                    await places[i].HoldsAsync(() => places[i].ReadAsync(1), expected[i], $"round {round}: the database '{s_alike[i]}' beside {places.Count - 1} others");
            }

            string removal = await RemoveOneAsync(context, places, expected);
            return Finding.Passed($"{places.Count} databases with names that begin alike kept their heads to themselves for {rounds} rounds{removal}");
        }
        finally
        {
            foreach (HeadsPlace place in places)
                await place.DisposeAsync();
        }
    }

    private static async Task<string> RemoveOneAsync(ClauseContext context, List<HeadsPlace> places, HashSet<Cid>[] expected)
    {
        try
        {
            await places[0].Device(0).DestroyAsync(context.Cancellation);
        }
        catch (StorageException failure) when (failure.Kind is StorageErrorKind.NotAuthorized or StorageErrorKind.Unsupported)
        {
            return "; none could be removed with these credentials";
        }

        for (int i = 1; i < places.Count; i++)
            await places[i].HoldsAsync(places[i].ReadFreshAsync, expected[i], $"the database '{s_alike[i]}', after '{s_alike[0]}' was removed");
        return ", and when one was removed the others stayed";
    }

    private static async Task<Finding> KeepsDuplicatesOnceAsync(ClauseContext context)
    {
        const int Clients = 3;

        // What a store removes late is still counted.
        const int Late = 4;
        int count = context.Plan.Count(1000, 30, 3);
        await using HeadsPlace place = await HeadsPlace.OpenAsync(context, "twice", Clients + 1);
        HeadEvent first = await place.CommitAsync(0);
        HeadEvent beside = place.Events.Make([]);
        await place.PublishAsync(1, beside, []);
        await place.HoldsAsync(() => place.ReadAsync(Clients), [first.Cid, beside.Cid], "before anything was published twice");
        int before = await CountObjectsAsync(context, place);
        for (int i = 0; i < count; i++)
            await place.PublishAsync(context.Dice.Below(Clients), context.Dice.OneIn(2) ? first : beside, []);
        await context.RaceAsync(Clients, client => place.PublishAsync(client, first, []));
        await place.HoldsAsync(() => place.ReadAsync(Clients), [first.Cid, beside.Cid], $"after {count} publications of two events that were there");
        int after = await CountObjectsAsync(context, place);
        ClauseContext.Require(after <= before + Late, $"{count} publications of events that were there made {after - before} objects more");

        HeadEvent next = await place.CommitAsync(0);
        for (int i = 0; i < count / 4; i++)
            await place.PublishAsync(context.Dice.Below(Clients), first, []);
        await place.LeadsToAsync(
            () => place.ReadAsync(Clients), [next.Cid], $"after {count / 4} publications of an event that was superseded");
        int atEnd = await CountObjectsAsync(context, place);
        ClauseContext.Require(atEnd <= before + Late, $"{count / 4} publications of a superseded event made {atEnd - before} objects more");
        return Finding.Passed($"{count + (count / 4)} repeated publications added no entry" + (before > 0 ? $" and no object ({before} before, {atEnd} after)" : ""));
    }

    // Where heads are objects they are counted here; else only the readings tell.
    private static async Task<int> CountObjectsAsync(ClauseContext context, HeadsPlace place)
    {
        int count = 0;
        await foreach (ObjectInfo _ in place.Device(0).Data.ListAllAsync("meta/", context.Cancellation))
            count++;
        return count;
    }
}
