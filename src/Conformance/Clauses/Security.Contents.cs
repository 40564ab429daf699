using System.Text;
using FireproofBench.Engine;
using FireproofBench.Engine.Crypto;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Conformance.Clauses;

internal static partial class Security
{
    private const string Local = "local";
    private const string Remote = "remote";

    private static async Task<Finding> HidesContentsAsync(ClauseContext context)
    {
        string word = "word-" + context.Dice.Hex(16);
        int commits = context.Plan.Count(30, 3, 12);
        await using (Database database = await context.Databases.OpenAsync(Local, context.Cancellation))
        {
            for (int i = 0; i < commits; i++)
                await database.PutAsync(Marked(word, i), context.Cancellation);
            byte[] attached = Encoding.UTF8.GetBytes($"file {word} {new string('.', 3000)} {word}");
            NewAttachment file = new($"{word}.txt", attached, "text/plain", DateTimeOffset.UnixEpoch);
            await database.PutAsync(Marked(word, commits), [file], context.Cancellation);
            await database.DeleteAsync($"{word}-0", context.Cancellation);
            await using (IDeviceStore remote = context.Databases.Device(Remote))
                await database.SyncAsync(remote, context.Cancellation);
            await database.CompactAsync(context.Cancellation);
            await database.PutAsync(Marked(word, commits + 1), context.Cancellation);
            await using (IDeviceStore remote = context.Databases.Device(Remote))
                await database.SyncAsync(remote, context.Cancellation);
        }

        SecretSearch search = new SecretSearch().Add("the word of the documents", word);
        await AddKeysAsync(context, search);
        (int objects, long bytes) = (0, 0L);
        foreach (string place in (string[])[Local, Remote])
        {
            await using IDeviceStore behind = context.Databases.Device(place);
            (int found, long read) = await SearchAsync(context, search, behind.Data, "", place);
            (objects, bytes) = (objects + found, bytes + read);
            MetaReading heads = await behind.Metadata.ReadAsync(context.Cancellation);
            foreach (MetaEntry head in heads.Entries)
                Clean(search.FindIn(head.Data.Span), $"a head of '{place}'");
            Clean(search.FindIn(heads.Version), $"the version of the heads of '{place}'");
            if (await behind.WriteAheadLog.ReadAsync(context.Cancellation) is { } log)
                Clean(search.FindIn(log.Span), $"the log of '{place}'");
        }

        ClauseContext.Require(objects > 2 * commits, $"two databases of {commits} commits left {objects} objects");

        // Where databases are objects of the store, everything else that lies beside them is seen from here.
        (int beside, long more) = await SearchAsync(context, search, context.Store, context.Prefix, "the store");
        return Finding.Passed($"{objects + beside} names and objects with {bytes + more} bytes, heads and logs hold neither the key nor a word of the documents");
    }

    private static Document Marked(string word, int i) => Document.Parse(
        $$"""{"_id":"{{word}}-{{i}}","{{word}}":"{{word}} {{i}} {{word}}","list":["{{word}}",{"{{word}}{{i}}":true}]}""");

    private static async Task AddKeysAsync(ClauseContext context, SecretSearch search)
    {
        ReadOnlyMemory<byte> item = await context.Databases.Bag.ReadAsync(StoreDatabases.KeyName, context.Cancellation)
            ?? throw new ClauseViolation("the key bag holds no key of the database");
        using KeyRing ring = KeyBagItem.Read(StoreDatabases.KeyName, item);
        foreach (FileKey key in ring.Keys)
            search.Add("a key of the database", key.ExportBytes());
    }

    private static async Task<(int Objects, long Bytes)> SearchAsync(ClauseContext context, SecretSearch search, IDataGateway data, string prefix, string where)
    {
        (int objects, long bytes) = (0, 0L);
        await foreach (ObjectInfo found in data.ListAllAsync(prefix, context.Cancellation))
        {
            Clean(search.FindIn(found.Key), $"the name of an object of {where}");
            Clean(search.FindIn(found.Version), $"the version of an object of {where}");
            if (await data.GetAsync(found.Key, null, context.Cancellation) is not { } content)
                continue;
            Clean(search.FindIn(content.Bytes.Span), $"{Printable.Key(found.Key)} of {where}");
            (objects, bytes) = (objects + 1, bytes + content.Bytes.Length);
        }

        return (objects, bytes);
    }

    private static void Clean(string? found, string where)
    {
        if (found is not null)
            throw new ClauseViolation($"{where} holds {found}");
    }

    private static async Task<Finding> KeepsSecretsAsync(ClauseContext context)
    {
        SecretSearch search = new();
        foreach (string secret in context.Target.Secrets.Select(static secret => secret.Reveal()))
        {
            // A password that is a word of every report is no secret of it.
            if (!$"fireproofbench conform {context.Target.Url} {context.Prefix}".Contains(secret, StringComparison.Ordinal))
                search.Add("a secret that the store was opened with", secret);
        }

        List<(string Where, string Text)> texts = [.. context.Said().Select(text => ("what the run said", text))];
        foreach (StoreAccess stranger in (StoreAccess[])[.. context.Target.Strangers, .. context.Target.OtherTenant is { } other ? [other] : (StoreAccess[])[]])
        {
            if (stranger.Secret is { } secret)
                search.Add($"the secret of {stranger.Who}", secret.Reveal());
            await ProvokeAsync(texts, async () =>
            {
                await using IDataGateway store = await stranger.OpenData(context.Cancellation);
                await CollectAsync(texts, store, context);
            });
        }

        await CollectAsync(texts, context.Store, context);
        if (context.Target.OpenDatabase is not null)
            await BreakDatabaseAsync(context, search, texts);
        foreach ((string where, string text) in texts)
            Clean(search.FindIn(text), where);
        return Finding.Passed(
            $"{texts.Count} texts, of failures and of this run, hold none of {context.Target.Secrets.Length} secrets of the store"
            + (context.Target.OpenDatabase is null ? "" : ", no key and no word of a document"));
    }

    // Calls that fail, most of them; what they say is kept.
    private static async Task CollectAsync(List<(string Where, string Text)> texts, IDataGateway store, ClauseContext context)
    {
        string key = context.Key("provoked");
        texts.Add(("what the gateway says of itself", store.Traits.ToString()));
        texts.AddRange(store.Traits.Quirks.Select(static quirk => ("a quirk of the gateway", quirk)));
        await ProvokeAsync(texts, () => store.PutAsync(key, new byte[9], PutCondition.None, context.Cancellation).AsTask());
        await ProvokeAsync(texts, () => store.PutAsync(key, new byte[9], PutCondition.IfAbsent, context.Cancellation).AsTask());
        await ProvokeAsync(texts, () => store.PutAsync(key, new byte[9], PutCondition.IfMatches("\"none\""), context.Cancellation).AsTask());
        await ProvokeAsync(texts, () => store.PutAsync("../" + key, new byte[9], PutCondition.None, context.Cancellation).AsTask());
        await ProvokeAsync(texts, () => store.PutAsync(
            key, new ContentSource(99, static _ => ValueTask.FromResult<Stream>(new MemoryStream(new byte[9]))), PutCondition.None, context.Cancellation).AsTask());
        await ProvokeAsync(texts, () => store.GetAsync("/" + key, null, context.Cancellation).AsTask());
        await ProvokeAsync(texts, () => store.GetAsync(key, null, context.Cancellation).AsTask());
        await ProvokeAsync(texts, () => store.HeadAsync(key + "/", context.Cancellation).AsTask());
        await ProvokeAsync(texts, () => store.HeadAsync(key, context.Cancellation).AsTask());
        await ProvokeAsync(texts, () => store.ListAsync(context.Prefix, "\u0001", 1, context.Cancellation).AsTask());
        await ProvokeAsync(texts, () => store.DeleteAsync(key, "\"none\"", context.Cancellation).AsTask());
        await ProvokeAsync(texts, () => store.DeleteAsync(key, null, context.Cancellation).AsTask());
    }

    // A database whose files are wrong in turn: the failures of the engine.
    private static async Task BreakDatabaseAsync(ClauseContext context, SecretSearch search, List<(string Where, string Text)> texts)
    {
        string word = "word-" + context.Dice.Hex(16);
        await using (Database database = await context.Databases.OpenAsync(Local, context.Cancellation))
        {
            // At least one document lies in a file that nobody opens before it is asked for: that failure could tell of it.
            int commits = context.Plan.Count(6, 2, 100);
            for (int i = 0; i < commits; i++)
                await database.PutAsync(Marked(word, i), context.Cancellation);
        }

        search.Add("a word of a document", word);
        await AddKeysAsync(context, search);
        await using IDeviceStore behind = context.Databases.Device(Local);
        foreach ((string key, byte[] bytes) in await CarsAsync(context, behind.Data))
        {
            byte[] broken = [.. bytes];
            broken[bytes.Length / 2] ^= 1;
            foreach (byte[] wrong in (byte[][])[broken, bytes[..^9], []])
            {
                await ProvokeAsync(texts, () => behind.Data.PutAsync(key, wrong, PutCondition.None, context.Cancellation).AsTask());
                await ProvokeAsync(texts, () => ReadAllAsync(context, Local));
            }

            await ProvokeAsync(texts, () => behind.Data.DeleteAsync(key, null, context.Cancellation).AsTask());
            await ProvokeAsync(texts, () => ReadAllAsync(context, Local));
            await ProvokeAsync(texts, () => behind.Data.PutAsync(key, bytes, PutCondition.None, context.Cancellation).AsTask());
        }
    }

    private static async Task<DatabaseState> ReadAllAsync(ClauseContext context, string place)
    {
        IDeviceStore device = context.Databases.Device(place);
        Database? cold = null;
        try
        {
            cold = await context.Databases.OpenAsync(device, context.Cancellation);
            return await DatabaseState.ReadAsync(cold, context.Cancellation);
        }
        finally
        {
            await (cold?.DisposeAsync() ?? device.DisposeAsync());
        }
    }

    // With all that caused it, as a log would show it.
    private static async Task ProvokeAsync(List<(string Where, string Text)> texts, Func<Task> call)
    {
        try
        {
            await call();
        }
#pragma warning disable CA1031 // Whatever is thrown, its text is what is looked at.
        catch (Exception failure) when (failure is not OperationCanceledException)
#pragma warning restore CA1031
        {
            texts.Add(($"the text of a {failure.GetType().Name}", failure.ToString()));
        }
    }

    private static async Task<Dictionary<string, byte[]>> CarsAsync(ClauseContext context, IDataGateway data)
    {
        Dictionary<string, byte[]> cars = new(StringComparer.Ordinal);
        await foreach (ObjectInfo car in data.ListAllAsync("data/", context.Cancellation))
        {
            if (car.Key.EndsWith(".car", StringComparison.Ordinal) && await data.GetAsync(car.Key, null, context.Cancellation) is { } content)
                cars[car.Key] = content.Bytes.ToArray();
        }

        return cars;
    }
}
