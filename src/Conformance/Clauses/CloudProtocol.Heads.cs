using System.Text.Json.Nodes;
using FireproofBench.Engine.Blocks;
using FireproofBench.Gateways.Cloud.Protocol;

namespace FireproofBench.Conformance.Clauses;

internal static partial class CloudProtocol
{
    private const int Authors = 3;

    private static async Task<Finding> TellsAllAtOnceAsync(CloudContext context)
    {
        CloudLedgerName ledger = context.Ledger();
        await using CloudWire wire = await context.OpenAsync(ledger);
        JsonObject question = wire.About("bindGetMeta", "GET", "meta", "main");
        JsonObject empty = await wire.AskAsync(question);
        CloudContext.Require(empty.Text("type") == "eventGetMeta", $"bindGetMeta on an empty ledger was answered with {empty.Told()}");
        CloudContext.Require(JsonNode.DeepEquals(empty["conn"], wire.Connection), $"the first event is for the connection {Printable.Key(empty["conn"]?.ToJsonString() ?? "none")}, and not for that of its receiver");
        CloudContext.Require(empty["meta"] is JsonObject && empty.Heads().Count == 0 && empty.Keys().Count == 0, $"of an empty ledger {empty.Heads().Count} heads and {empty.Keys().Count} keys were told");
        List<string> heads = [];
        List<string> keys = [];
        CloudLedgerName other = context.Ledger("other");
        await using CloudWire stranger = await context.OpenAsync(other);
        _ = await context.StoreAsync(stranger, context.NewKey().Text);
        for (int author = 0; author < Authors; author++)
        {
            await using CloudWire writer = await context.OpenAsync(ledger);
            keys.Add(context.NewKey().Text);
            heads.Add((await context.StoreAsync(writer, keys[^1])).Name);
        }

        IsAll(await context.ReadAsync(ledger), "to a new connection");

        // As clients do when they come back: the same question under the same number. Events that were under way may have it too.
        await wire.SayAsync(question);
        bool IsWhole(JsonObject told) => told.Text("tid") == question.Text("tid") && heads.TrueForAll(told.Heads().Contains);
        IsAll(await wire.HearAsync(IsWhole, "an event with all heads to one that binds again"), "to one that binds again");
        return Finding.Passed($"an empty ledger was told as empty; {heads.Count} heads and keys of {Authors} authors, and no others, were told to a new connection and again to an old one");

        void IsAll(JsonObject told, string whom)
        {
            CloudContext.Require(ClauseContext.SetDifference(told.Heads(), heads) is null, $"of {heads.Count} heads, {ClauseContext.SetDifference(told.Heads(), heads)} {whom}");
            CloudContext.Require(ClauseContext.SetDifference(told.Keys(), keys) is null, $"of the keys of {Authors} authors, not all and no others were told {whom}: {told.Keys().Count}");
        }
    }

    private static async Task<Finding> KeepsHeadsAndKeysAsync(CloudContext context)
    {
        CloudLedgerName ledger = context.Ledger();
        await using CloudWire first = await context.OpenAsync(ledger);
        await using CloudWire second = await context.OpenAsync(ledger);
        await using CloudWire reader = await context.BoundAsync(ledger);
        string[] keys = [context.NewKey().Text, context.NewKey().Text, context.NewKey().Text];
        CloudCommit one = context.Commit();
        await context.UploadAsync(first, one);
        await first.PublishAsync(one, keys[0]);
        await first.PublishAsync(one, keys[0], keys[1]);
        CloudCommit two = await context.StoreAsync(second, keys[2]);
        await IsStoredAsync("after three puts");

        // Its file is there: nothing but the refusal keeps such a head from being shown.
        CloudCommit wrong = context.Commit();
        await context.UploadAsync(first, wrong);
        int refused = 0;
        foreach ((string what, JsonObject meta) in WrongMetas(context, wrong))
        {
            JsonObject answer = await first.AskAsync(first.PutMeta(meta));
            CloudContext.Require(answer.Text("type") == "error", $"a head with {what} was answered with {answer.Told()}");
            refused++;
        }

        await IsStoredAsync($"after {refused} wrong ones were refused");
        string[] sound = [one.Name, two.Name];
        CloudContext.Require(
            await reader.TakeAsync(told => told.Text("type") == "eventGetMeta" && !told.Heads().All(sound.Contains), context.Silence) is null, $"a head that was refused was told");

        return Finding.Passed($"2 heads, one of them put twice, and 3 keys were there; {refused} wrong heads were refused and told to nobody");

        async Task IsStoredAsync(string when)
        {
            JsonObject all = await context.ReadAsync(ledger);
            CloudContext.Require(ClauseContext.SetDifference(all.Heads(), [one.Name, two.Name]) is null, $"{when}: {ClauseContext.SetDifference(all.Heads(), [one.Name, two.Name])}");
            CloudContext.Require(ClauseContext.SetDifference(all.Keys(), keys) is null, $"{when} {all.Keys().Distinct().Count(keys.Contains)} of 3 keys were there, and {all.Keys().Count} in all");
        }
    }

    private static IEnumerable<(string What, JsonObject Meta)> WrongMetas(CloudContext context, CloudCommit commit)
    {
        JsonObject Head(Action<JsonObject> change)
        {
            JsonObject head = CloudJson.OfHead(commit.Head);
            change(head);
            return new JsonObject { ["metas"] = new JsonArray(head), ["keys"] = new JsonArray() };
        }

        byte[] nothing = [0xa1, 0x61, (byte)'a', 0x01];
        yield return ("the name of another one", Head(head => head["cid"] = context.Commit().Name));
        yield return ("data that is no base64", Head(static head => head["data"] = "M***"));
        yield return ("data of another encoding", Head(head => head["data"] = "z" + Base58.Encode(commit.Head.Data.Span)));
        yield return ("data that names no files", Head(head =>
        {
            head["cid"] = Cid.Of(CidCodec.DagCbor, nothing).ToString();
            head["data"] = "M" + Convert.ToBase64String(nothing);
        }));
        yield return ("data that is cut", Head(head =>
        {
            byte[] cut = commit.Head.Data[..^5].ToArray();
            head["cid"] = Cid.Of(CidCodec.DagCbor, cut).ToString();
            head["data"] = "M" + Convert.ToBase64String(cut);
        }));
        yield return ("parents that are no names", Head(static head => head["parents"] = new JsonArray("nobody")));
        yield return ("no name", Head(static head => _ = head.Remove("cid")));
    }

    private static async Task<Finding> TellsEverybodyAsync(CloudContext context)
    {
        CloudLedgerName ledger = context.Ledger();
        CloudLedgerName other = context.Ledger("other");
        await using CloudWire author = await context.BoundAsync(ledger);
        await using CloudWire reader = await context.BoundAsync(ledger);
        await using CloudWire visitor = await context.BoundAsync(ledger, context.Token(ledger, "read"));
        await using CloudWire stranger = await context.BoundAsync(other);
        CloudWire[] told = [author, reader, visitor];
        CloudCommit? former = null;
        string key = context.NewKey().Text;
        string otherKey = context.NewKey().Text;
        _ = await context.StoreAsync(reader, otherKey);
        for (int round = 1; round <= 3; round++)
        {
            CloudCommit commit = former is null ? await context.StoreAsync(author, key) : await context.StoreAsync(author, key, former);
            foreach (CloudWire wire in told)
            {
                string who = wire == author ? "the author" : wire == reader ? "another device" : "a device that may only read";
                JsonObject heard = await wire.EventAsync(commit, $"head {round} at {who}");
                CloudContext.Require(heard.Keys().Contains(key) && heard.Keys().Contains(otherKey), $"the event at {who} has not all keys of the ledger: {heard.Keys().Count} of 2");
                CloudContext.Require(JsonNode.DeepEquals(heard["conn"], wire.Connection), $"the event at {who} is for another connection, and so a client drops it");
            }

            former = commit;
        }

        CloudCommit elsewhere = await context.StoreAsync(stranger, context.NewKey().Text);
        JsonObject own = await stranger.HearAsync(static message => message.Text("type") == "eventGetMeta", "a head of the other ledger");
        CloudContext.Require(own.Heads().Count == 1 && own.Heads()[0] == elsewhere.Name, $"a connection of another ledger was told of {own.Heads().Count} heads, where one is its own");
        await Task.WhenAll(told.Select(wire => wire.NeverHearsAsync(elsewhere, "a head was told to a connection of another ledger")));

        return Finding.Passed("3 heads came to the author, to another device and to one that may only read; a device of another ledger heard of its own alone");
    }

    private static async Task<Finding> ReplacesOnlyItsOwnAsync(CloudContext context)
    {
        CloudLedgerName ledger = context.Ledger();
        await using CloudWire one = await context.BoundAsync(ledger);
        await using CloudWire other = await context.BoundAsync(ledger);
        string key = context.NewKey().Text;
        CloudCommit first = await context.StoreAsync(one, key);
        CloudCommit second = await context.StoreAsync(other, key, first);
        await HasAsync("after another connection put a head that names it as its parent", first, second);
        CloudCommit third = await context.StoreAsync(one, key, first, second);
        await HasAsync("after its author's other put a head that names it as its parent", second, third);
        CloudCommit fourth = await context.StoreAsync(other, key, second);
        await HasAsync("after both put two heads each", third, fourth);
        return Finding.Passed("4 heads of 2 connections that name each other's: each connection's newest was told to a new device each time");

        async Task HasAsync(string when, params CloudCommit[] heads)
        {
            IReadOnlyList<string> told = (await context.ReadAsync(ledger)).Heads();
            foreach (CloudCommit head in heads)
                CloudContext.Require(told.Contains(head.Name), $"the newest head of a connection is not told {when}");
        }
    }

    private static async Task<Finding> HoldsHeadsBackAsync(CloudContext context)
    {
        CloudLedgerName ledger = context.Ledger();
        await using CloudWire author = await context.OpenAsync(ledger);
        await using CloudWire reader = await context.BoundAsync(ledger);
        CloudCommit commit = context.Commit();
        string key = context.NewKey().Text;
        await author.PublishAsync(commit, key);
        await reader.NeverHearsAsync(commit, "a head was told while its file was not there");
        CloudContext.Require(!(await context.ReadAsync(ledger)).Heads().Contains(commit.Name), $"a new device was told of a head whose file is not there");
        await context.UploadAsync(author, commit);
        JsonObject told = await reader.EventAsync(commit, "a head whose file has come");
        CloudContext.Require(told.Keys().Contains(key), $"the event of a head that was held back lacks its key");
        return Finding.Passed("a head was told when its file came, and not before");
    }

    private static async Task<Finding> RemovesNothingAsync(CloudContext context)
    {
        CloudLedgerName ledger = context.Ledger();
        List<CloudCommit> commits = [];
        string[] keys = [context.NewKey().Text, context.NewKey().Text];
        await using (CloudWire polite = await context.BoundAsync(ledger))
        {
            commits.Add(await context.StoreAsync(polite, keys[0]));
            JsonObject closing = polite.Message("reqClose");
            await polite.SayAsync(closing);
            if (await polite.TakeAsync(message => message.Text("tid") == closing.Text("tid"), context.Subject.AnswerWithin) is not { } closed || closed.Text("type") != "resClose")
                context.Quirk("reqClose, which clients never send, is not answered with resClose.");
        }

        await using (CloudWire abrupt = await context.BoundAsync(ledger))
        {
            commits.Add(await context.StoreAsync(abrupt, keys[1]));
            abrupt.Abort();
        }

        await using CloudWire compacting = await context.BoundAsync(ledger);
        CloudCommit compacted = await context.StoreAsync(compacting, keys[1], [.. commits]);
        await using CloudWire reader = await context.OpenAsync(ledger);
        JsonObject all = await reader.BindAsync();
        foreach (CloudCommit commit in (CloudCommit[])[.. commits, compacted])
        {
            CloudContext.Require(all.Heads().Contains(commit.Name), $"a head is gone after its connection was closed");
            await context.ReadsAsync(reader, commit, "after its author was gone and another one had compacted");
        }

        CloudContext.Require(keys.All(all.Keys().Contains), $"a key is gone after its connection was closed");
        return Finding.Passed("3 heads with their files and keys were there after their authors were gone");
    }
}
