using System.Text.Json.Nodes;
using FireproofBench.Gateways.Cloud.Protocol;

namespace FireproofBench.Conformance.Clauses;

internal static partial class CloudProtocol
{
    // A token that is taken so long after its end is not looked at in this respect.
    private const int LongestGrace = 600;

    // Clocks may differ by so much in either direction.
    private const int LongestHaste = 60;

    private static async Task<Finding> SurvivesACrashAsync(CloudContext context)
    {
        if (context.Subject.Restart is not { } restart)
            return Finding.Inconclusive("the run cannot kill and start the endpoint: --restart-command does");
        CloudLedgerName ledger = context.Ledger();
        List<CloudCommit> commits = [];
        List<string> keys = [];
        CloudWire wire = await context.BoundAsync(ledger);
        JsonObject connection = wire.Connection!;
        for (int n = 0; n < 20; n++)
        {
            keys.Add(context.NewKey().Text);
            await using CloudWire author = await context.OpenAsync(ledger);
            commits.Add(await context.StoreAsync(author, keys[^1]));
        }

        await restart(context.Cancellation);
        await wire.DisposeAsync();
        await using CloudWire again = await ReturnAsync(context, ledger, connection);
        JsonObject all = await again.BindAsync();
        CloudContext.Require(ClauseContext.SetDifference(all.Heads(), commits.ConvertAll(static commit => commit.Name)) is null, $"after a crash, of {commits.Count} heads: {ClauseContext.SetDifference(all.Heads(), commits.ConvertAll(static commit => commit.Name))}");
        CloudContext.Require(keys.TrueForAll(all.Keys().Contains), $"after a crash {keys.Count(all.Keys().Contains)} of {keys.Count} keys were there");
        foreach (CloudCommit commit in commits)
            await context.ReadsAsync(again, commit, "after a crash");
        CloudCommit next = await context.StoreAsync(again, keys[0]);
        _ = await again.EventAsync(next, "a head after a crash");
        return Finding.Passed($"{commits.Count} heads, keys and files were there after a crash, and the same connection went on");
    }

    // Whoever restarts it says when it is done, and not when it answers.
    private static async Task<CloudWire> ReturnAsync(CloudContext context, CloudLedgerName ledger, JsonObject connection)
    {
        TimeSpan patience = TimeSpan.FromSeconds(30);
        long begin = context.Time.GetTimestamp();
        while (true)
        {
            try
            {
                return await context.OpenAsync(ledger, connection: connection);
            }
            catch (ClauseViolation) when (context.Time.GetElapsedTime(begin) < patience)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), context.Time, context.Cancellation);
            }
        }
    }

    private static async Task<Finding> KeepsIdleSocketsAsync(CloudContext context)
    {
        await context.RequireSocketAsync();
        TimeSpan idle = TimeSpan.FromSeconds(context.Budget switch { Budget.Quick => 5, Budget.Standard => 40, _ => 300 });
        CloudLedgerName ledger = context.Ledger();
        await using CloudWire quiet = await context.BoundAsync(ledger);
        CloudWire dying = await context.BoundAsync(ledger);
        JsonObject connection = dying.Connection!;
        CloudContext.Require(!await quiet.EndsAsync(idle), $"a socket on which nothing was said was ended within {idle.TotalSeconds:0} s");
        dying.Abort();
        await using CloudWire author = await context.OpenAsync(ledger);
        CloudCommit commit = await context.StoreAsync(author, context.NewKey().Text);
        _ = await quiet.EventAsync(commit, $"a head after {idle.TotalSeconds:0} s of silence");
        await using CloudWire back = await context.OpenAsync(ledger, connection: connection);
        CloudContext.Require((await back.BindAsync()).Heads().Contains(commit.Name), $"a head that was put while a socket was dead is not told to its connection when it comes back");
        return Finding.Passed($"a socket was open after {idle.TotalSeconds:0} s of silence, and one that had died was told all when it came back");
    }

    private static async Task<Finding> EndsWithTheTokenAsync(CloudContext context)
    {
        CloudLedgerName ledger = context.Ledger();

        // Endpoints let clocks differ: the token that is used here is about to leave that margin too.
        int taken = -LongestHaste;
        int refused = LongestGrace;
        CloudContext.Require(!await IsTakenAsync(refused), $"a token that ended {LongestGrace / 60} minutes ago is taken");
        while (refused - taken > 1)
        {
            int middle = (taken + refused) / 2;
            if (await IsTakenAsync(middle))
                taken = middle;
            else
                refused = middle;
        }

        TimeSpan last = TimeSpan.FromSeconds(3) + (context.SlowestAnswer * 10);
        string brief = context.Token(ledger, expires: context.Time.GetUtcNow() + last - TimeSpan.FromSeconds(taken));
        await using CloudWire reader = await context.OpenAsync(ledger, brief);
        _ = await reader.BindAsync();
        await Task.Delay(last + TimeSpan.FromSeconds(2), context.Time, context.Cancellation);
        await using CloudWire author = await context.OpenAsync(ledger);
        CloudCommit commit = await context.StoreAsync(author, context.NewKey().Text);
        await reader.NeverHearsAsync(commit, "a head was told to a connection whose token had ended");
        if (await reader.EndsAsync(TimeSpan.Zero))
            return Finding.Passed($"a token is taken until {taken} s after its end; then its socket was ended");
        JsonObject answer = await reader.AskAsync(reader.About("reqGetData", "GET", "car", commit.Key));
        CloudContext.Require(answer.Text("type") == "error", $"a message with a token that had ended was answered with {answer.Told()}");
        return Finding.Passed($"a token is taken until {taken} s after its end; then its messages were refused and its events stopped");

        async Task<bool> IsTakenAsync(int seconds) =>
            (await context.PutAsync(CloudContext.Gestalt(context.Token(ledger, expires: context.Time.GetUtcNow().AddSeconds(-seconds))))).Message.Text("type") == "resGestalt";
    }

    private static async Task<Finding> ThrowsForbiddenWritesAwayAsync(CloudContext context)
    {
        CloudLedgerName ledger = context.Ledger();
        await using CloudWire writer = await context.BoundAsync(ledger);
        string key = context.NewKey().Text;
        CloudCommit good = await context.StoreAsync(writer, key);
        _ = await writer.EventAsync(good, "its own head");
        await using CloudWire reader = await context.OpenAsync(ledger, context.Token(ledger, "read"));
        CloudContext.Require((await reader.BindAsync()).Heads().Contains(good.Name), $"a token that may read is told no heads");
        await context.ReadsAsync(reader, good, "with a token that may read");
        CloudCommit forbidden = context.Commit();
        string hidden = context.NewKey().Text;
        JsonObject address = await reader.AskAsync(reader.About("reqPutData", "PUT", "car", forbidden.Key));
        bool isDiscarded = address.Text("type") == "resPutData";
        if (isDiscarded)
            _ = await context.SendAsync(HttpMethod.Put, CloudWire.AddressIn(address), forbidden.Bytes);
        JsonObject over = await reader.AskAsync(reader.About("reqPutData", "PUT", "car", good.Key));
        if (over.Text("type") == "resPutData")
            _ = await context.SendAsync(HttpMethod.Put, CloudWire.AddressIn(over), forbidden.Bytes);
        await context.ReadsAsync(writer, good, "after a token that may only read had put another one in its place");
        JsonObject put = await reader.AskAsync(reader.PutMeta(CloudJson.OfMeta([forbidden.Head], [hidden])));
        isDiscarded &= put.Text("type") == "resPutMeta";
        if (!isDiscarded)
            context.Quirk("Writes of a token that may only read are refused: a Node process of the reference engine dies of it when it attaches.");
        await writer.NeverHearsAsync(forbidden, "a head of a token that may only read was told to others");
        JsonObject all = await context.ReadAsync(ledger);
        CloudContext.Require(!all.Heads().Contains(forbidden.Name) && !all.Keys().Contains(hidden), $"a head or key of a token that may only read is in the ledger");
        CloudAnswer file = await context.SendAsync(HttpMethod.Get, await writer.AddressAsync("GET", forbidden.Key));
        CloudContext.Require(file.Code == 404, $"a file of a token that may only read was answered with the status {file.Code}");
        JsonObject removal = await reader.AskAsync(reader.About("reqDelData", "DELETE", "car", good.Key));
        if (removal.Text("type") == "resDelData")
            _ = await context.SendAsync(HttpMethod.Delete, CloudWire.AddressIn(removal));
        await context.ReadsAsync(writer, good, "after a token that may only read had asked for its removal");
        return Finding.Passed($"a token that may only read was told heads and files; what it wrote was {(isDiscarded ? "acknowledged and thrown away" : "refused")}");
    }

    private static async Task<Finding> KeepsDatabasesApartAsync(CloudContext context)
    {
        CloudLedgerName[] ledgers = [context.Ledger("one"), context.Ledger("two")];
        await using CloudWire wire = await context.OpenAsync(ledgers[0], context.Token("write", null, ledgers));
        foreach (CloudLedgerName ledger in ledgers)
            CloudContext.Require((await wire.BindAsync(ledger)).Heads().Count == 0, $"a new ledger has heads");
        foreach (CloudLedgerName ledger in ledgers)
        {
            CloudLedgerName other = ledger == ledgers[0] ? ledgers[1] : ledgers[0];
            CloudCommit commit = context.Commit();
            await context.UploadAsync(wire, ledger, commit);
            await wire.PublishAsync(ledger, commit, context.NewKey().Text);
            JsonObject told = await wire.EventAsync(commit, "a head of one of two ledgers");
            CloudContext.Require(told.Heads().Count == 1 && told.Heads()[0] == commit.Name && told["tenant"].Text("ledger") == ledger.Ledger, $"the event of a head in one ledger is about {Printable.Key(told["tenant"].Text("ledger") ?? "none")}, with {told.Heads().Count} heads");
            CloudContext.Require(
                await wire.TakeAsync(message => message.Heads().Contains(commit.Name) && message["tenant"].Text("ledger") != ledger.Ledger, context.Silence) is null, $"a head of one ledger was also told for another one");
            CloudAnswer foreign = await context.SendAsync(HttpMethod.Get, await wire.AddressAsync("GET", commit.Key, ledger: other));
            CloudContext.Require(foreign.Code == 404, $"a file of one ledger was answered with the status {foreign.Code} in another one; clients take 404 alone for what comes later");
        }

        return Finding.Passed("heads and files of two ledgers on one connection stayed apart");
    }

    private static async Task<Finding> PassesOnWhatIsSaidAsync(CloudContext context)
    {
        await context.RequireSocketAsync();
        CloudLedgerName ledger = context.Ledger();
        await using CloudWire one = await context.BoundAsync(ledger);
        await using CloudWire two = await context.BoundAsync(ledger);
        await using CloudWire stranger = await context.BoundAsync(context.Ledger("other"));
        JsonObject message = one.About("reqChat", "PUT", "meta", "main");
        string words = "hello " + context.Dice.Hex(8);
        message["message"] = words;
        message["targets"] = new JsonArray();
        JsonObject answer = await one.AskAsync(message);
        CloudContext.Require(answer.Text("type") == "resChat" && answer.Text("message") == "ack: " + words && answer["targets"] is JsonArray, $"reqChat was answered with {answer.Told()} and {Printable.Key(answer.Text("message") ?? "nothing")}");
        JsonObject heard = await two.HearAsync(static said => said.Text("type") == "resChat", "what another connection said");
        CloudContext.Require(heard.Text("message") == words, $"what was said came as {Printable.Key(heard.Text("message") ?? "nothing")}");
        CloudContext.Require(heard["auth"] is not JsonObject auth || !auth.ToJsonString().Contains(one.Token, StringComparison.Ordinal), $"what one connection said came to another one with its token");
        CloudContext.Require(await stranger.TakeAsync(static said => said.Text("type") == "resChat", context.Silence) is null, $"what was said came to a connection of another ledger");
        return Finding.Passed("what one said was acknowledged, and came to the other connection of the ledger alone");
    }
}
