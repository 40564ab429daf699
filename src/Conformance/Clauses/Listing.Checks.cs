using System.Text;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Conformance.Clauses;

internal static partial class Listing
{
    private static readonly int[] s_ladder = [0, 1, 999, 1000, 1001, 2000, 10_001];
    private static readonly int[] s_pageSizes = [1, 2, 7, 100, 1000];

    private static async Task<Finding> ListsEachKeyOnceAsync(ClauseContext context)
    {
        // Below a thousand keys the usual border between pages is never met.
        int affordable = context.Plan.Count(10_001, context.Plan.Budget == Budget.Quick ? 60 : 1001);
        int[] ladder = [.. s_ladder.Where(n => n <= affordable)];
        if (ladder[^1] < 900)
            ladder = [.. ladder, affordable];
        string prefix = context.Key("all/");
        List<string> keys = [];
        int walks = 0;
        foreach (int n in ladder)
        {
            string[] more = [.. Enumerable.Range(keys.Count, n - keys.Count).Select(i => $"{prefix}{context.Dice.Hex(4)}-{i}")];
            await context.EachAsync(more, async key => await context.PutAsync(key, context.Body(key, 90 + key.Length)));
            keys.AddRange(more);

            // Small pages cost a request a key or so: they walk small prefixes, and larger ones as the budget allows.
            foreach (int page in s_pageSizes.Where(page => n / page <= Math.Max(60, context.Plan.Count(2000, 60))))
            {
                await context.ListsAsync(prefix, keys, $"{n} keys", page);
                walks++;
            }
        }

        context.Limit("keysListedUnderOnePrefix", keys.Count);
        return Finding.Passed($"{walks} walks over {string.Join(", ", ladder)} keys in pages of 1 to 1000 gave each key once");
    }

    private static async Task<Finding> SurvivesChangesWhileWalkingAsync(ClauseContext context)
    {
        int rounds = context.Plan.Count(20, 2, 120);
        const int Stable = 40;
        int changes = 0;
        for (int round = 0; round < rounds; round++)
        {
            string prefix = context.Key($"walk{round}/");
            List<string> stable = [.. Enumerable.Range(0, Stable).Select(i => $"{prefix}{i * 10:d4}")];
            Queue<string> doomed = new(Enumerable.Range(0, Stable).Select(i => $"{prefix}{(i * 10) + 5:d4}"));
            await context.EachAsync(stable.Concat(doomed), async key => await context.PutAsync(key, context.Body(key, 150)));
            await context.ListsAsync(prefix, [.. stable, .. doomed], "before the walk");
            int pageSize = 1 + context.Dice.Below(9);
            int inserted = 0;
            List<string> seen = [];
            await context.WalkAsync(prefix, pageSize, async page =>
            {
                seen.AddRange(page.Objects.Select(o => o.Key));
                string cursor = page.Objects.Count > 0 ? page.Objects[^1].Key : prefix;
                if (inserted++ > Stable)
                    return;

                // The key at the cursor itself goes if it is a doomed one; then one before it or behind it, and new ones come on both sides.
                List<string> goes = [.. doomed.Where(k => k == cursor)];
                if (doomed.Count > 0)
                    goes.Add(doomed.Dequeue());
                foreach (string key in goes)
                    await context.DeleteAsync(key);
                string[] comes = [$"{prefix}0000-{inserted}", $"{cursor}-{inserted}", $"{prefix}9999-{inserted}"];
                foreach (string key in comes)
                    await context.PutAsync(key, context.Body(key, 150));
                changes += goes.Count + comes.Length;
            });
            string[] twice = [.. seen.GroupBy(k => k, StringComparer.Ordinal).Where(g => g.Count() > 1).Select(g => g.Key)];
            ClauseContext.Require(
                twice.Length == 0,
                $"{twice.Length} keys were listed twice in a walk in pages of {pageSize} beside writes and deletes, first {Printable.Key(twice.FirstOrDefault() ?? "")}");
            string[] missed = [.. stable.Except(seen, StringComparer.Ordinal)];
            ClauseContext.Require(
                missed.Length == 0,
                $"{missed.Length} of {Stable} keys that were there all the time were not listed in pages of {pageSize} beside writes and deletes, first {Printable.Key(missed.FirstOrDefault() ?? "")}");
        }

        return Finding.Passed($"{rounds} walks beside {changes} writes and deletes around the cursor missed and repeated nothing");
    }

    private static async Task<Finding> ListsThePrefixOnlyAsync(ClauseContext context)
    {
        string[] names =
        [
            "a/1", "a/2", "a/b/3", "ab/1", "a-/1", "A/1", "a", "a.car", "b/a/1", "a%/1", "a%2F1", "a+/1", "a /1", "a*/1", "a?/1", "a[b]/1", "a_/1",
            "b", "aé/1", "a#/1", "a&b=c/1",
        ];
        string root = context.Key("p-");
        List<string> keys = [];
        foreach (string name in names)
        {
            // On a folder one name cannot be both a file and a folder.
            string key = root + (name is "a" or "b" ? name + "@" : name);
            await context.PutAsync(key, context.Body(key, 120));
            keys.Add(key);
        }

        string[] prefixes =
        [
            "", "a", "a/", "a/b", "a/b/", "a/1", "ab", "a-", "A", "A/", "b", "b/", "a%", "a%2", "a%2F", "a+", "a ", "a*", "a?", "a[b]", "a[", "a_",
            "aé", "a#", "a&", "a.", "a/2x", "c", "*", "?", "%", "/",
        ];
        foreach (string prefix in prefixes)
        {
            string whole = root + prefix;
            await context.ListsAsync(whole, [.. keys.Where(k => k.StartsWith(whole, StringComparison.Ordinal))], $"the prefix {Printable.Key(prefix)}", 7);
        }

        return Finding.Passed($"{prefixes.Length} prefixes over {keys.Count} keys listed exactly the keys that start with them");
    }

    private static async Task<Finding> ListsInOrderAsync(ClauseContext context)
    {
        // '-' and '.' sort before '/'; U+FF5E comes before U+1F600 in UTF-8 and after it in UTF-16.
        string[] names =
        [
            "a", "B", "b-c", "b.c", "b/c", "b0", "b/-", "b/0", "b/~", "Z", "z", "\u007f", "é", "z\u0301", "～", "😀", "10", "9", "_", "~", "ä", "b c",
            "b!c", "data/x", "data-x", "data.x", "中", "\uFFFD",
        ];
        string prefix = context.Key("order/");
        List<string> keys = [];
        foreach (string name in names)
        {
            string key = prefix + name;
            try
            {
                await context.PutAsync(key, context.Body(key, 130));
                keys.Add(key);
            }
            catch (StorageException refusal) when (refusal.Kind == StorageErrorKind.InvalidName)
            {
                context.Quirk($"The name {Printable.Key(name)} is refused.");
            }
        }

        keys.Sort((x, y) => Encoding.UTF8.GetBytes(x).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(y)));
        await context.ListsAsync(prefix, keys, "before the order is looked at");
        int resumed = 0;
        List<string> cursors = [.. keys, .. keys.Select(k => k + "\u0001"), prefix + "!", prefix + "b", prefix + "data", prefix + "~~~~"];
        bool ordered = context.Store.Traits.OrderedListing;
        if (ordered)
        {
            foreach (int page in new[] { 1, 3, 1000 })
            {
                List<string> listed = (await context.ListAsync(prefix, page)).ConvertAll(o => o.Key);
                int at = listed.Zip(keys).TakeWhile(pair => pair.First == pair.Second).Count();
                ClauseContext.Require(
                    at == keys.Count,
                    $"in pages of {page}, key number {at + 1} is {Printable.Key(listed.ElementAtOrDefault(at) ?? "")} where the order of bytes has {Printable.Key(keys[Math.Min(at, keys.Count - 1)])}");
            }
        }

        foreach (string cursor in ordered ? cursors : keys)
        {
            ListPage page = await context.Store.ListAsync(prefix, cursor, 1000, context.Cancellation);
            string[] rest = [.. page.Objects.Select(o => o.Key)];
            ClauseContext.Require(
                !rest.Contains(cursor, StringComparer.Ordinal),
                $"a listing after {Printable.Key(cursor)} begins with that key again");
            if (ordered && page.After is null)
            {
                byte[] border = Encoding.UTF8.GetBytes(cursor);
                string[] behind = [.. keys.Where(k => Encoding.UTF8.GetBytes(k).AsSpan().SequenceCompareTo(border) > 0)];
                string? difference = ClauseContext.SetDifference(rest, behind);
                ClauseContext.Require(difference is null, $"a listing after {Printable.Key(cursor)}: {difference}");
            }

            resumed++;
        }

        return ordered
            ? Finding.Passed($"{keys.Count} keys came in the order of their bytes, and {resumed} resumptions began right behind their key")
            : Finding.Unsupported($"the store does not promise an order; {resumed} resumptions left their key out");
    }

    private static async Task<Finding> ListsNoPhantomsAsync(ClauseContext context)
    {
        int n = context.Plan.Count(500, 20, 3);
        string[] keys = [.. Enumerable.Range(0, n).Select(i => context.Key($"f{i % 5}/{i:d4}.car"))];
        await context.EachAsync(keys, async key => await context.PutAsync(key, context.Body(key, 160)));
        await context.ListsAsync(context.Prefix, keys, "before the deletes");
        string[] goes = [.. keys.Where((_, i) => i % 3 == 0)];
        string[] stays = [.. keys.Except(goes, StringComparer.Ordinal)];
        await context.EachAsync(goes, async key => await context.DeleteAsync(key));
        await context.ListsAsync(context.Prefix, stays, $"after {goes.Length} deletes", 100);
        await context.EachAsync(await context.ListAsync(context.Prefix), async listed =>
        {
            await context.SettlesAsync(
                async () => await context.HeadAsync(listed.Key) is null ? $"{Printable.Key(listed.Key)} is listed and has no head" : null);
            await context.SettlesAsync(
                async () => await context.GetAsync(listed.Key) is null ? $"{Printable.Key(listed.Key)} is listed and cannot be read" : null);
        });
        return Finding.Passed($"{stays.Length} listed keys could be read, and {goes.Length} deleted ones were listed no more");
    }

    private static async Task<Finding> NeverEndsShortAsync(ClauseContext context)
    {
        const int Keys = 150;
        string[] keys = [.. Enumerable.Range(0, Keys).Select(i => context.Key($"{i:d4}"))];
        await context.EachAsync(keys, async key => await context.PutAsync(key, context.Body(key, 140)));
        await context.ListsAsync(context.Prefix, keys, "before the interruptions");
        int n = context.Plan.Count(200, 12, 2);
        int interrupted = 0;
        for (int i = 0; i < n; i++)
        {
            using CancellationTokenSource cut = CancellationTokenSource.CreateLinkedTokenSource(context.Cancellation);
            if (i % 4 == 0)
                Concurrently.Cancel(cut);
            using ITimer? cutting = i % 4 == 0 ? null : context.CancelAfter(cut, TimeSpan.FromMicroseconds(context.Dice.Below(2000)));
            try
            {
                ListPage page = await context.Store.ListAsync(context.Prefix, null, 1000, cut.Token);
                ClauseContext.Require(
                    page.After is not null || page.Objects.Count == Keys,
                    $"a cancelled listing returned {page.Objects.Count} of {Keys} keys as if that were all");
            }
            catch (OperationCanceledException) when (!context.Cancellation.IsCancellationRequested)
            {
                interrupted++;
            }
        }

        return Finding.Inconclusive(
            $"{interrupted} of {n} listings were cut off and none looked complete; failures of the store itself cannot be provoked from here");
    }

    private static async Task<Finding> KeepsDatabasesApartAsync(ClauseContext context)
    {
        string[] databases = ["db", "db1", "db10", "db 1", "DB1", "db1-data", "db.1"];
        string[] names = ["meta/main.json", "data/one.car", "data/two.car", "wal/main.json"];
        await context.EachAsync(
            databases.SelectMany(d => names.Select(n => context.Key($"{d}/{n}"))), async key => await context.PutAsync(key, context.Body(key, 170)));
        foreach (string database in databases)
        {
            string prefix = context.Key(database + "/");
            await context.ListsAsync(prefix, [.. names.Select(n => prefix + n)], $"the database {Printable.Key(database)}", 3);
            await context.ListsAsync(prefix + "meta/", [prefix + "meta/main.json"], $"the heads of the database {Printable.Key(database)}");
        }

        return Finding.Passed($"{databases.Length} databases with like names listed their own {names.Length} keys each");
    }
}
