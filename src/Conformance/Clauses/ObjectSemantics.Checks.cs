using FireproofBench.Engine.Ports;

namespace FireproofBench.Conformance.Clauses;

internal static partial class ObjectSemantics
{
    private static async Task<Finding> ReadsBackAtEverySizeAsync(ClauseContext context)
    {
        int largest = (int)Math.Min(context.Plan.LargestObject, context.Store.Traits.MaxObjectLength);
        SortedSet<int> sizes = [0, 1];
        for (int k = 1; 1 << k <= largest && k < 31; k++)
            sizes.UnionWith(new[] { (1 << k) - 1, 1 << k, (1 << k) + 1 }.Where(s => s <= largest));

        // Large bodies one after the other: memory is not what is tested.
        foreach (IGrouping<bool, int> group in sizes.GroupBy(s => s > 1 << 20))
        {
            await context.EachAsync(
                group,
                async size =>
                {
                    string key = context.Key($"size/{size}");
                    byte[] body = context.Body(key, size);
                    await context.PutAsync(key, body);
                    await context.ReadsAsync(key, body, $"after a put of {size} bytes");
                },
                degree: group.Key ? 1 : 8);
        }

        context.Limit("largestObjectTriedBytes", largest);
        return Finding.Passed($"{sizes.Count} sizes from 0 to {largest} bytes came back byte by byte");
    }

    private static async Task<Finding> KeepsEmptyObjectsAsync(ClauseContext context)
    {
        string key = context.Key("empty");
        await context.PutAsync(key, ReadOnlyMemory<byte>.Empty);
        await context.ReadsAsync(key, ReadOnlyMemory<byte>.Empty, "after a put of 0 bytes");
        await context.SettlesAsync(async () => await context.HeadAsync(key) is not { } info ? "head of an empty object found nothing"
            : info.Length != 0 ? $"head of an empty object told of {info.Length} bytes" : null);
        await context.SettlesAsync(async () => (await context.ListAsync(context.Prefix)).Find(o => o.Key == key) is not { } listed
            ? "an empty object is not listed"
            : listed.Length != 0 ? $"an empty object is listed with {listed.Length} bytes" : null);

        string filled = context.Key("emptied");
        await context.PutAsync(filled, context.Body(filled, 500));
        await context.PutAsync(filled, ReadOnlyMemory<byte>.Empty);
        await context.ReadsAsync(filled, ReadOnlyMemory<byte>.Empty, "after an overwrite with 0 bytes");
        return Finding.Passed("get, head and list tell of an object of 0 bytes, put anew and as an overwrite");
    }

    private static async Task<Finding> AnswersAbsenceAsync(ClauseContext context)
    {
        string existing = context.Key("there/leaf.car");
        await context.PutAsync(existing, context.Body(existing, 300));
        int random = context.Plan.Count(50, 8, 3);
        List<string> absent = [.. Enumerable.Range(0, random).Select(_ => context.Key($"never-{context.Dice.Hex(16)}"))];
        absent.AddRange(
        [
            context.Key("there"), context.Key("there/leaf"), context.Key("there/leaf.ca"), context.Key("there/leaf.car.tmp"),
            context.Key("there/leaf.car/below"),
            context.Key("there/leaf.car/below/deeper"), context.Key("no/such/folder/at/all"), context.Prefix.TrimEnd('/'),
        ]);
        foreach (string key in absent)
        {
            await context.AbsentAsync(key, "though it was never written");
            ClauseContext.Require(
                await context.Store.GetAsync(key, new ByteRange(0, 10), context.Cancellation) is null,
                $"a range get of {Printable.Key(key)} gave an object though it was never written");
        }

        return Finding.Passed(
            $"{absent.Count} keys that were never written, among them 8 beside, above and below an existing one, were not found by get, range get and head");
    }

    private static async Task<Finding> ReadsRangesAsync(ClauseContext context)
    {
        const int Length = 200_003;
        string key = context.Key("ranged.car");
        byte[] body = context.Body(key, Length);
        await context.PutAsync(key, body);
        List<ByteRange> ranges =
        [
            new(0, 1), new(0, Length), new(0, Length + 1000L), new(Length - 1, 1), new(Length - 1, 100), new(1, Length - 2), new(1, Length - 1), new(65_535, 2),
            new(65_536, 65_536), new(Length / 2, 1), new(Length - 10, 10), new(Length - 10, 5000), new(Length, 1), new(Length, 100), new(Length + 100_000L, 10),
        ];
        int random = context.Plan.Count(500, 10);
        for (int i = 0; i < random; i++)
        {
            int offset = context.Dice.Below(Length);
            ranges.Add(new ByteRange(offset, 1 + context.Dice.Below(Length - offset)));
        }

        await context.EachAsync(ranges, range => ReadsRangeAsync(context, key, body, range));
        string empty = context.Key("empty.car");
        await context.PutAsync(empty, ReadOnlyMemory<byte>.Empty);
        await ReadsRangeAsync(context, empty, [], new ByteRange(0, 1));
        return Finding.Passed($"{ranges.Count} ranges of an object of {Length} bytes and one of an empty object were exact");
    }

    private static Task ReadsRangeAsync(ClauseContext context, string key, byte[] body, ByteRange range) => context.SettlesAsync(async () =>
    {
        ObjectContent? part = await context.Store.GetAsync(key, range, context.Cancellation);
        if (part is null)
            return $"a get of {range.Length} bytes from {range.Offset} found no object";
        int from = (int)Math.Min(range.Offset, body.Length);
        ReadOnlySpan<byte> expected = body.AsSpan(from, (int)Math.Min(range.Length, body.Length - from));
        if (ClauseContext.Difference(part.Bytes.Span, expected) is { } difference)
            return $"a get of {range.Length} bytes from {range.Offset} of {body.Length} gave {difference}";
        return part.Info.Length == body.Length ? null : $"a range get told of an object of {part.Info.Length} bytes, which has {body.Length}";
    });

    private static async Task<Finding> TellsOneLengthAsync(ClauseContext context)
    {
        int n = context.Plan.Count(300, 12, 3);
        List<(string Key, int Length)> objects = [];
        for (int i = 0; i < n; i++)
            objects.Add((context.Key($"length-{i:d4}"), i == 0 ? 0 : context.Dice.Below(i % 10 == 0 ? 300_000 : 5000)));
        await context.EachAsync(objects, async o => await context.PutAsync(o.Key, context.Body(o.Key, o.Length)));
        await context.SettlesAsync(async () =>
        {
            Dictionary<string, long> listed = (await context.ListAsync(context.Prefix))
                .DistinctBy(o => o.Key).ToDictionary(o => o.Key, o => o.Length, StringComparer.Ordinal);
            foreach ((string key, int length) in objects)
            {
                ObjectContent? content = await context.GetAsync(key);
                long? got = content?.Bytes.Length;
                long? told = content?.Info.Length;
                long? headed = (await context.HeadAsync(key))?.Length;
                long? inList = listed.TryGetValue(key, out long l) ? l : null;
                if (got != length || told != length || headed != length || inList != length)
                    return $"{length} bytes were put; get gives {Told(got)} and tells {Told(told)}, head tells {Told(headed)}, the listing {Told(inList)}";
            }

            return null;
        });
        return Finding.Passed($"get, head and list agree on the lengths of {n} objects");

        static string Told(long? length) => length?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "nothing";
    }

    private static async Task<Finding> DeletesAsync(ClauseContext context)
    {
        int n = context.Plan.Count(200, 8, 9);
        bool tellsAbsence = true;
        await context.EachAsync(Enumerable.Range(0, n), async i =>
        {
            string key = context.Key($"d{i % 7}/key-{i}.car");
            byte[] body = context.Body(key, 100 + i);
            await context.PutAsync(key, body);
            await context.ReadsAsync(key, body, "before its delete");
            await context.DeleteAsync(key);
            await context.AbsentAsync(key, "after its delete");
            if (await context.DeleteAsync(key))
                tellsAbsence = false;
            byte[] again = context.Body(key, 200 + i, version: 2);
            await context.PutAsync(key, again);
            await context.ReadsAsync(key, again, "put anew after a delete");
        });
        if (await context.DeleteAsync(context.Key("never/was")))
            tellsAbsence = false;
        if (!tellsAbsence)
            context.Quirk("A delete does not tell whether there was something to delete.");
        return Finding.Passed($"{n} keys were deleted, were not found after that, were deleted again without harm, and could be written anew");
    }

    private static async Task<Finding> DeletesNothingElseAsync(ClauseContext context)
    {
        string victim = context.Key("db/a");
        string[] neighbours =
        [
            "db/ab", "db/a.car", "db/a-", "db/a b", "db/A", "db/aa/x", "db/b", "db/a~", "d", "dba", "db/a%2Fb", "db/a*", "db.a", "dc/a", "db/a.tmp", "db/-a",
        ];
        List<string> planted = [.. neighbours.Select(context.Key)];
        await context.PutAsync(victim, context.Body(victim, 400));
        await context.EachAsync(planted, async k => await context.PutAsync(k, context.Body(k, 400)));
        bool below = await TryPutAsync(context, context.Key("db/a/b"));
        if (below)
            planted.Add(context.Key("db/a/b"));
        else
            context.Quirk("A key and a key below it (a and a/b) cannot both exist.");

        await context.DeleteAsync(victim);
        await context.AbsentAsync(victim, "after its delete");
        foreach (string key in planted)
            await context.ReadsAsync(key, context.Body(key, 400), $"after the delete of {Printable.Key(victim)}");

        // Names that only prefix others name nothing, and deleting nothing removes nothing.
        foreach (string name in new[] { "db/aa", "db", "dc", "db/" })
            await DeleteNothingAsync(context, context.Key(name));
        foreach (string key in planted)
            await context.ReadsAsync(key, context.Body(key, 400), "after deletes of names that only prefix it");
        await context.ListsAsync(context.Prefix, planted, "after the deletes");
        return Finding.Passed(
            $"{planted.Count} neighbours outlived the delete of a key{(below ? ", one of them below it" : "")}, and 4 deletes of mere prefixes");
    }

    private static async Task<bool> TryPutAsync(ClauseContext context, string key)
    {
        try
        {
            await context.PutAsync(key, context.Body(key, 400));
            return true;
        }
        catch (StorageException refusal) when (refusal.Kind is StorageErrorKind.InvalidName or StorageErrorKind.Unsupported
            or StorageErrorKind.Permanent or StorageErrorKind.Conflict)
        {
            return false;
        }
    }

    private static async Task DeleteNothingAsync(ClauseContext context, string key)
    {
        try
        {
            await context.DeleteAsync(key);
        }
        catch (StorageException refusal) when (refusal.Kind == StorageErrorKind.InvalidName)
        {
            // A refused name is as good as an absent one.
        }
    }

    private static async Task<Finding> OverwritesWithoutTailAsync(ClauseContext context)
    {
        const int Long = 1 << 20;
        const int Short = 1 << 10;
        string key = context.Key("shrinks");
        await context.PutAsync(key, context.Body(key, Long));
        await context.ReadsAsync(key, context.Body(key, Long), "before the overwrite");
        byte[] body = context.Body(key, Short, version: 2);
        await context.PutAsync(key, body);
        await context.ReadsAsync(key, body, $"after {Long} bytes were overwritten with {Short}");
        await ReadsRangeAsync(context, key, body, new ByteRange(Short, 4096));
        await ReadsRangeAsync(context, key, body, new ByteRange(Short - 10, 4096));
        await context.SettlesAsync(
            async () => await context.HeadAsync(key) is { } info && info.Length != Short
                ? $"head tells of {info.Length} bytes after an overwrite with {Short}" : null);
        return Finding.Passed($"{Long} bytes overwritten with {Short} read back as {Short}, whole, by range and in the head");
    }
}
