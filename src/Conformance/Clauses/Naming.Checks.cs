using System.Text;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Conformance.Clauses;

internal static partial class Naming
{
    private static async Task<Finding> KeepsEngineKeysAsync(ClauseContext context)
    {
        int n = context.Plan.Count(10_000, 60, 3);
        List<string> keys = [context.Key("db/meta/main.json"), context.Key("db/wal/main.json"), context.Key("db/data/version"),
            context.Key("db/idx-data/version")];
        for (int i = 0; keys.Count < n; i++)
        {
            byte[] content = context.Dice.Bytes(32);
            string base32 = Cid.Of(i % 2 == 0 ? CidCodec.Car : CidCodec.DagCbor, content).ToString();
            keys.Add((i % 6) switch
            {
                0 => context.Key($"db/data/{base32}.car"),
                1 => context.Key($"db/data/{base32}"),
                2 => context.Key($"db/meta/{base32}"),
                3 => context.Key($"v0.19/db-name/data/z{Base58.Encode([0x12, 0x20, .. content])}.car"),
                4 => context.Key($"db@idx/idx-data/{base32}.car"),
                _ => context.Key($"db/meta/z{Base58.Encode(content)}.json"),
            });
        }

        await context.EachAsync(keys, async key => await context.PutAsync(key, context.Body(key, 200)));
        await context.EachAsync(keys, key => context.ReadsAsync(key, context.Body(key, 200), "under the name that was put"));
        await context.ListsAsync(context.Prefix, keys, "names that the engine makes");
        return Finding.Passed($"{keys.Count} names that the engine makes went through put, get and list unchanged");
    }

    private static async Task<Finding> TellsCaseApartAsync(ClauseContext context)
    {
        int random = context.Plan.Count(100, 5, 8);
        List<(string One, string Other)> twins = [("db/File.car", "db/file.car"), ("db/x.car", "db/x.CAR"), ("Db2/x", "db2/x"), ("é", "É")];
        for (int i = 0; i < random; i++)
        {
            string name = "z" + Base58.Encode([0x12, 0x20, .. context.Dice.Bytes(32)]);
            char[] swapped = name.ToCharArray();
            int at = 1 + Array.FindIndex(swapped, 1, char.IsAsciiLetter) - 1;
            swapped[at] = char.IsAsciiLetterUpper(swapped[at]) ? char.ToLowerInvariant(swapped[at]) : char.ToUpperInvariant(swapped[at]);
            twins.Add(($"data/{name}.car", $"data/{new string(swapped)}.car"));
        }

        await context.EachAsync(twins, async twin =>
        {
            (string one, string other) = (context.Key(twin.One), context.Key(twin.Other));
            await context.PutAsync(one, context.Body(one, 200));
            await context.AbsentAsync(other, $"though only its case twin {Printable.Key(twin.One)} was put");
            await context.PutAsync(other, context.Body(other, 220));
            await context.ReadsAsync(one, context.Body(one, 200), "after its case twin was put");
            await context.ReadsAsync(other, context.Body(other, 220), "beside its case twin");
        });
        await context.ListsAsync(context.Prefix, [.. twins.SelectMany(t => new[] { context.Key(t.One), context.Key(t.Other) })], "case twins");
        await context.EachAsync(twins, async twin => await context.DeleteAsync(context.Key(twin.One)));
        await context.EachAsync(
            twins, twin => context.ReadsAsync(context.Key(twin.Other), context.Body(context.Key(twin.Other), 220), "after its case twin was deleted"));
        return Finding.Passed($"{twins.Count} pairs of names that differ in case only were two objects each");
    }

    private static async Task<Finding> DoesNotNormaliseAsync(ClauseContext context)
    {
        (string Composed, string Decomposed)[] twins =
        [
            ("caf\u00e9", "cafe\u0301"), ("\uac00", "\u1100\u1161"), ("\u00c5", "A\u030a"), ("\u212b", "\u00c5ngstrom"), ("\u1e69", "s\u0323\u0307"),
            ("\ufb01le", "file"), ("\u2126", "\u03a9"),
        ];
        List<string> keys = [];
        int refused = 0;
        foreach ((string composed, string decomposed) in twins)
        {
            foreach (string key in new[] { context.Key(composed + "-n/x.car"), context.Key(decomposed + "-n/x.car") })
            {
                if (await StoresAsync(context, key, 200))
                    keys.Add(key);
                else
                    refused++;
            }
        }

        await context.EachAsync(keys, key => context.ReadsAsync(key, context.Body(key, 200), "beside its other spelling"));
        await context.ListsAsync(context.Prefix, keys, "composed and decomposed spellings");
        if (refused > 0)
            context.Quirk($"{refused} of {2 * twins.Length} names in composed and decomposed spelling are refused.");
        return Finding.Passed($"{keys.Count} composed and decomposed spellings were objects of their own, {refused} were refused");
    }

    private static async Task<Finding> KeepsWeirdNamesAsync(ClauseContext context)
    {
        // Next to each other stand names that one decoding or trimming too many would make one.
        string[] names =
        [
            "a b", "a+b", "a%20b", "a%2520b", "a%2Bb", "a%", "a%2", "a%zz", "x%2Fy", "x/y", "x%5Cy", " lead", "lead", "trail ", "trail", "dot.", "dot",
            ".hidden", "..two", "t~", "~t",
            "q?v=1", "q", "q#f", "q&r", "q=r", "q;r", "q:r", "q,r", "q@r", "q!r", "q$r", "q^r", "q|r", "q<r>", "q*r", "q\"r", "q'r", "q`r", "q(r)",
            "q[r]", "q{r}", "%41", "A",
            "😀", "𝒳/y", "日本語", "żółć", "a\u00a0b", "a\u200bb", "ab", "&amp;", "&", "$(id)", "-rf", "--", "CON", "nul.car", "index.html", "q//r", "?",
            "#", "+", "%",
        ];
        List<string> keys = [];
        List<string> refused = [];
        foreach (string key in names.Where(n => !n.Contains("//", StringComparison.Ordinal)).Select(n => context.Key($"w/{n}")))
        {
            if (await StoresAsync(context, key, 180))
                keys.Add(key);
            else
                refused.Add(key);
        }

        await context.EachAsync(keys, key => context.ReadsAsync(key, context.Body(key, 180), "beside names that look like it"));
        await context.ListsAsync(context.Prefix, keys, "names with special characters");
        foreach (string key in refused)
            ClauseContext.Require(await AbsentOrRefusedAsync(context, key), $"{Printable.Key(key)} was refused and is there all the same");
        foreach (string key in keys.Where((_, i) => i % 2 == 0))
            await context.DeleteAsync(key);
        await context.ListsAsync(context.Prefix, [.. keys.Where((_, i) => i % 2 == 1)], "after every other name was deleted");
        if (refused.Count > 0)
            context.Quirk($"Names such as {Printable.Key(refused[0])} are refused ({refused.Count} of {names.Length}).");
        return Finding.Passed($"{keys.Count} names with special characters were stored under one key each, {refused.Count} were refused");
    }

    private static async Task<Finding> NeverEscapesAsync(ClauseContext context)
    {
        string mark = "conform-stray-" + context.Dice.Hex(12);
        string[] canaries = [context.Key("canary"), context.Key("dir/canary"), context.Key("dir/sub/canary"), context.Key(mark + "/canary")];
        foreach (string key in canaries)
            await context.PutAsync(key, context.Body(key, 210));
        string[] names =
        [
            "dir/../canary", "dir/./canary", "dir//canary", "./canary", "dir/sub/../canary", "dir/sub/../../canary", "dir\\..\\canary", "dir\\canary",
            "dir/canary/", "dir/canary/.", "/canary", "//canary",
            "dir/sub//canary", "dir/..", "dir/.", "..", ".", "../canary", $"../{mark}", $"../../{mark}", $"../../../{mark}", $"../../../../{mark}",
            $"dir/../../../{mark}", $"..\\..\\{mark}", $"..%2F{mark}", $"%2e%2e/{mark}",
            "dir/%2e%2e/canary", "dir/..%2fcanary", "dir/.. /canary", "dir/... /canary", "dir/...", "~/canary", "dir/\0/canary", "canary\0.car",
        ];
        List<string> tried = [.. names.Select(context.Key), $"/{mark}", $"../{mark}", $"{mark}/../../{mark}", $"//{mark}", $"C:\\{mark}", ""];
        List<string> stored = [];
        int refused = 0;
        foreach (string key in tried)
        {
            if (await StoresAsync(context, key, 190))
                stored.Add(key);
            else
                refused++;
        }

        foreach (string canary in canaries)
            await context.ReadsAsync(canary, context.Body(canary, 210), "after puts under names that would reach it if a path were resolved");
        foreach (string key in stored)
            await context.ReadsAsync(key, context.Body(key, 190), "which the store had taken");
        foreach (string key in tried.Except(stored, StringComparer.Ordinal))
            ClauseContext.Require(await AbsentOrRefusedAsync(context, key), $"{Printable.Key(key)} was refused and yet leads to an object");
        await context.ListsAsync(
            context.Prefix, [.. canaries, .. stored.Where(k => k.StartsWith(context.Prefix, StringComparison.Ordinal))], "after names with dots and slashes");
        string[] strays = [.. (await context.ListAsync(mark)).Select(o => o.Key).Except(stored, StringComparer.Ordinal), .. context.StraysOutside(mark)];
        ClauseContext.Require(
            strays.Length == 0,
            $"a key led out of its place: {Printable.Key(strays.FirstOrDefault() ?? "")} appeared, which nobody put");
        foreach (string key in tried)
            await DeleteOrRefusedAsync(context, key);
        foreach (string canary in canaries)
            await context.ReadsAsync(canary, context.Body(canary, 210), "after deletes of names that would reach it if a path were resolved");
        if (stored.Count > 0)
            context.Quirk($"Names such as {Printable.Key(stored[0])} are taken as they are.");
        return Finding.Passed(
            $"{tried.Count} names with dots, slashes and backslashes: {refused} refused, {stored.Count} stored exactly; {canaries.Length} canaries untouched");
    }

    private static async Task<Finding> KeepsLongNamesAsync(ClauseContext context)
    {
        int longest = await LongestAsync(context, length => Segmented(context.Key("long/"), length, 100), Encoding.UTF8.GetByteCount(context.Key("long/")) + 1);
        int segment = await LongestAsync(context, length => context.Key("one/") + new string('s', length), 1);
        context.Limit("keyBytes", longest);
        context.Limit("keySegmentBytes", segment);
        await StoresUnicodeAsync(context);
        return Finding.Passed(
            $"the longest key taken and given back has {(longest >= 1024 ? "at least " : "")}{longest} bytes, the longest segment"
            + $" {(segment >= 1024 ? "at least " : "")}{segment}; longer ones were refused clearly");
    }

    // The limit counts bytes, not characters: names of three bytes a character must be told apart or refused as well.
    private static async Task StoresUnicodeAsync(ClauseContext context)
    {
        string stem = context.Key("wide/") + new string('語', 70);
        List<string> keys = [];
        foreach (string key in new[] { stem + "a", stem + "b", stem + new string('語', 40) + "a", stem + new string('語', 40) + "b" })
        {
            if (await StoresAsync(context, key, 500))
                keys.Add(key);
        }

        foreach (string key in keys)
            await context.ReadsAsync(key, context.Body(key, 500), "beside another long name");
    }

    private static async Task<int> LongestAsync(ClauseContext context, Func<int, string> keyOf, int shortest)
    {
        int good = 0;
        int bad = 1025;
        int next = 1024;
        List<string> stored = [];
        while (bad - good > 1 && next >= shortest)
        {
            string key = keyOf(next);
            if (await StoresAsync(context, key, 1500))
            {
                await context.ReadsAsync(key, context.Body(key, 1500), $"with a name of {Encoding.UTF8.GetByteCount(key)} bytes");
                stored.Add(key);
                good = next;
            }
            else
            {
                bad = next;
            }

            next = Math.Max(shortest, (good + bad) / 2);
            if (next == good || next == bad)
                break;
        }

        foreach (string key in stored)
            await context.ReadsAsync(key, context.Body(key, 1500), "beside other long names");
        await context.ListsAsync(keyOf(shortest)[..^1], stored, "long names");
        return good;
    }

    private static string Segmented(string prefix, int length, int segment)
    {
        StringBuilder key = new(prefix);
        while (Encoding.UTF8.GetByteCount(key.ToString()) < length)
            key.Append((key.Length - prefix.Length) % (segment + 1) == segment && key.Length + 1 < length ? '/' : 'k');
        return key.ToString();
    }

    private static async Task<Finding> KeepsOrRefusesControlCharactersAsync(ClauseContext context)
    {
        char[] characters = [.. Enumerable.Range(0, 0x20).Select(c => (char)c), '\u007f'];
        bool everywhere = context.Plan.Count(100, 30, 3) > 60;
        string[] names = [.. characters.SelectMany(c => everywhere ? new[] { $"{c}right", $"mid{c}dle", $"left{c}" } : [$"mid{c}dle"]), "right",
            "middle", "left"];
        List<string> keys = [];
        List<string> refused = [];
        foreach (string key in names.Select(context.Key))
        {
            if (await StoresAsync(context, key, 200))
                keys.Add(key);
            else
                refused.Add(key);
        }

        await context.EachAsync(keys, key => context.ReadsAsync(key, context.Body(key, 200), "beside names with other control characters"));
        await context.ListsAsync(context.Prefix, keys, "names with control characters");
        foreach (string key in refused)
            ClauseContext.Require(await AbsentOrRefusedAsync(context, key), $"{Printable.Key(key)} was refused and is there all the same");
        if (refused.Count > 0)
            context.Quirk($"{refused.Count} of {names.Length} names with control characters are refused.");
        return Finding.Passed($"{keys.Count} names with control characters came back as they were, {refused.Count} were refused");
    }

    // A refusal must say that it is one: an outage or a lost answer is no way to refuse a name.
    private static async Task<bool> StoresAsync(ClauseContext context, string key, int length)
    {
        try
        {
            await context.PutAsync(key, context.Body(key, length));
            return true;
        }
        catch (StorageException refusal) when (refusal.Kind is StorageErrorKind.InvalidName or StorageErrorKind.Unsupported
            or StorageErrorKind.Permanent or StorageErrorKind.NotAuthorized)
        {
            return false;
        }
    }

    private static async Task<bool> AbsentOrRefusedAsync(ClauseContext context, string key)
    {
        try
        {
            return await context.GetAsync(key) is null && await context.HeadAsync(key) is null;
        }
        catch (StorageException refusal) when (refusal.Kind is StorageErrorKind.InvalidName or StorageErrorKind.Unsupported
            or StorageErrorKind.Permanent or StorageErrorKind.NotAuthorized)
        {
            return true;
        }
    }

    private static async Task DeleteOrRefusedAsync(ClauseContext context, string key)
    {
        try
        {
            await context.DeleteAsync(key);
        }
        catch (StorageException refusal) when (refusal.Kind is StorageErrorKind.InvalidName or StorageErrorKind.Unsupported
            or StorageErrorKind.Permanent or StorageErrorKind.NotAuthorized)
        {
            // As good as done: there is nothing under a refused name.
        }
    }
}
