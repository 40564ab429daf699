using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using FireproofBench.Endpoint.Access;
using FireproofBench.Endpoint.Cloud;
using FireproofBench.Endpoint.Heads;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Storage;
using FireproofBench.Gateways.Filesystem;
using Xunit;

namespace FireproofBench.Properties.Endpoint.Cloud;

/// <summary>What the endpoint answers on the wire to clients of the cloud protocol, kind and unkind ones.</summary>
public sealed class CloudEndpointTests : IDisposable
{
    private const string Key = "zJkeDRZAHZFvJkD9DYLnY8k";
    private const string OtherKey = "zMr1nRtLjEaYdTRbRYfMvJu";

    private static readonly TimeSpan _aWhile = TimeSpan.FromMilliseconds(300);

    private readonly TokenSigner _signer = new("cloud");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _signer.Dispose();

    [Fact]
    public async Task It_says_what_it_is_and_offers_a_socket()
    {
        await using EndpointServer server = await StartAsync();
        (int status, JsonObject body, HttpResponseMessage answer) = await CloudWire.PutAsync(server.Address, CloudWire.Message("reqGestalt", Make()));
        Assert.Equal((200, "resGestalt", "t1"), (status, (string?)body["type"], (string?)body["tid"]));
        JsonNode gestalt = body["gestalt"]!;
        Assert.Equal("""["reqRes","stream"]""", gestalt["protocolCapabilities"]!.ToJsonString());
        Assert.Equal("""["/ws"]""", gestalt["wsEndpoints"]!.ToJsonString());
        Assert.Equal("""["/fp"]""", gestalt["httpEndpoints"]!.ToJsonString());
        Assert.Equal("*", Assert.Single(answer.Headers.GetValues("Access-Control-Allow-Origin")));

        await using EndpointServer without = await StartAsync(offersSocket: false);
        Assert.Equal("""["reqRes"]""", (await CloudWire.PutAsync(without.Address, CloudWire.Message("reqGestalt", Make()))).Body["gestalt"]!["protocolCapabilities"]!.ToJsonString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("a.b.c")]
    [InlineData("foreign")]
    [InlineData("expired")]
    [InlineData("no e-mail")]
    [InlineData("no selection")]
    [InlineData("another right")]
    public async Task A_token_that_is_not_good_is_refused_and_no_connection_is_in_the_error(string kind)
    {
        await using EndpointServer server = await StartAsync();
        using TokenSigner foreign = new("cloud");
        string token = kind switch
        {
            "foreign" => foreign.MakeCloud("acme", "notes"),
            "expired" => _signer.MakeCloud("acme", "notes", expires: DateTime.UtcNow.AddHours(-1)),
            "no e-mail" => _signer.MakeCloud("acme", "notes", change: static claims => claims.Remove("email")),
            "no selection" => _signer.MakeCloud("acme", "notes", change: static claims => claims.Remove("selected")),
            "another right" => _signer.MakeCloud("acme", "notes", "rule"),
            _ => kind,
        };
        (int status, JsonObject body, HttpResponseMessage answer) = await CloudWire.PutAsync(server.Address, CloudWire.Message("reqGestalt", token));
        Assert.Equal((500, "error", "t1"), (status, (string?)body["type"], (string?)body["tid"]));
        Assert.Equal("*", Assert.Single(answer.Headers.GetValues("Access-Control-Allow-Origin")));
        await using CloudWire wire = await CloudWire.OpenAsync(server.Address, Make());
        wire.Token = token;
        JsonObject refused = await wire.AskAsync(wire.About("reqPutData", "notes", "PUT", "car", CidOf(1)));
        Assert.Equal("error", (string?)refused["type"]);
        Assert.Null(refused["conn"]);
    }

    [Fact]
    public async Task A_key_in_the_form_of_the_reference_server_is_read()
    {
        byte[] jwk = Encoding.UTF8.GetBytes(_signer.Jwk);
        foreach (string text in (string[])[_signer.Jwk, TokenSigner.SetOf(_signer), "z" + Base58.Encode(jwk), Convert.ToBase64String(jwk)])
        {
            await using EndpointServer server = await StartAsync(keys: CloudKeys.Read(text));
            Assert.Equal(200, (await CloudWire.PutAsync(server.Address, CloudWire.Message("reqGestalt", Make()))).Status);
        }

        Assert.Throws<FormatException>(static () => CloudKeys.Read("no key"));
    }

    [Fact]
    public async Task A_connection_is_opened_again_by_the_name_that_it_had()
    {
        await using EndpointServer server = await StartAsync();
        await using CloudWire wire = await CloudWire.OpenAsync(server.Address, Make());
        Assert.NotNull(wire.Connection["resId"]);
        await using CloudWire again = await CloudWire.OpenAsync(server.Address, Make(), wire.Connection);
        Assert.Equal(wire.Connection.ToJsonString(), again.Connection.ToJsonString());
        JsonObject strange = new() { ["reqId"] = "zzz", ["resId"] = "of a server that is gone" };
        await using CloudWire forgotten = await CloudWire.OpenAsync(server.Address, Make(), strange);
        Assert.Equal(strange.ToJsonString(), forgotten.Connection.ToJsonString());
    }

    [Fact]
    public async Task What_nobody_opened_is_refused_on_a_socket_and_taken_as_a_request_of_its_own()
    {
        await using EndpointServer server = await StartAsync();
        await using CloudWire wire = await CloudWire.ConnectAsync(server.Address, Make());
        JsonObject question = CloudWire.About(wire.Message("bindGetMeta"), "acme", "notes", "GET", "meta", "main");
        question["conn"] = new JsonObject { ["reqId"] = "a", ["resId"] = "b" };
        JsonObject refused = await wire.AskAsync(question);
        Assert.Equal(("error", null), ((string?)refused["type"], refused["conn"]));
        Assert.Equal("eventGetMeta", (string?)(await CloudWire.PutAsync(server.Address, question)).Body["type"]);
    }

    [Fact]
    public async Task What_it_does_not_know_is_answered_with_an_error_and_the_next_message_is_served()
    {
        await using EndpointServer server = await StartAsync();
        await using CloudWire wire = await CloudWire.OpenAsync(server.Address, Make());
        await wire.BindAsync("notes");
        Assert.Equal("eventGetMeta", (string?)(await wire.HearAsync())["type"]);
        JsonObject answer = await wire.AskAsync(wire.Message("reqWonder"));
        Assert.Equal(("error", "unexpected message", "reqWonder", null), ((string?)answer["type"], (string?)answer["message"], (string?)answer["src"], answer["conn"]));
        await wire.SayAsync("not JSON"u8.ToArray());
        answer = await wire.HearAsync();
        Assert.Equal(("error", "internal", null), ((string?)answer["type"], (string?)answer["tid"], answer["conn"]));
        await wire.SayAsync("[1,2]"u8.ToArray(), WebSocketMessageType.Text);
        Assert.Equal("error", (string?)(await wire.HearAsync())["type"]);
        JsonObject text = wire.About("reqGetData", "notes", "GET", "car", CidOf(1));
        await wire.SayAsync(Encoding.UTF8.GetBytes(text.ToJsonString()), WebSocketMessageType.Text);
        Assert.Equal("resGetData", (string?)(await wire.HearAsync())["type"]);
        (int status, JsonObject body, _) = await CloudWire.PutAsync(server.Address, JsonValue.Create(7));
        Assert.Equal((400, "internal"), (status, (string?)body["tid"]));
    }

    [Fact]
    public async Task A_frame_that_is_too_long_ends_its_own_socket_and_no_other()
    {
        await using EndpointServer server = await StartAsync();
        await using CloudWire wire = await CloudWire.OpenAsync(server.Address, Make());
        await using CloudWire other = await CloudWire.OpenAsync(server.Address, Make());
        await wire.SayAsync(new byte[(1 << 20) + 10]);
        Assert.True(await wire.IsClosedAsync());
        _ = await other.AddressAsync("reqGetData", "notes", CidOf(1));
    }

    [Fact]
    public async Task An_address_is_for_one_method_on_one_file_for_a_while()
    {
        await using EndpointServer server = await StartAsync();
        await using CloudWire wire = await CloudWire.OpenAsync(server.Address, Make());
        string get = await wire.AddressAsync("reqGetData", "notes", CidOf(1));
        string put = await wire.AddressAsync("reqPutData", "notes", CidOf(1));
        string delete = await wire.AddressAsync("reqDelData", "notes", CidOf(1));
        HttpResponseMessage absent = await CloudWire.SendAsync(HttpMethod.Get, get);
        Assert.Equal((404, "*"), ((int)absent.StatusCode, absent.Headers.GetValues("Access-Control-Allow-Origin").Single()));
        Assert.Equal(204, (int)(await CloudWire.SendAsync(HttpMethod.Put, put, [1, 2, 3])).StatusCode);
        Assert.Equal([1, 2, 3], await (await CloudWire.SendAsync(HttpMethod.Get, get)).Content.ReadAsByteArrayAsync(Token));
        Assert.Equal(403, (int)(await CloudWire.SendAsync(HttpMethod.Put, get, [4])).StatusCode);
        Assert.Equal(403, (int)(await CloudWire.SendAsync(HttpMethod.Get, get.Replace("exp=", "exp=9", StringComparison.Ordinal))).StatusCode);
        Assert.Equal(403, (int)(await CloudWire.SendAsync(HttpMethod.Get, get.Replace(CidOf(1), CidOf(2), StringComparison.Ordinal))).StatusCode);
        Assert.Equal(403, (int)(await CloudWire.SendAsync(HttpMethod.Put, put + "&discard=1", [4])).StatusCode);
        Assert.Equal(400, (int)(await CloudWire.SendAsync(HttpMethod.Get, get.Replace(CidOf(1), "..%2F..%2Fetc", StringComparison.Ordinal))).StatusCode);
        Assert.Equal(204, (int)(await CloudWire.SendAsync(HttpMethod.Delete, delete)).StatusCode);
        Assert.Equal(404, (int)(await CloudWire.SendAsync(HttpMethod.Delete, delete)).StatusCode);
        Assert.Equal("error", (string?)(await wire.AskAsync(wire.About("reqGetData", "notes", "GET", "car", "../../etc/passwd")))["type"]);
        HttpResponseMessage preflight = await CloudWire.SendAsync(HttpMethod.Options, put);
        Assert.Equal((200, "GET,POST,OPTIONS,PUT,DELETE"), ((int)preflight.StatusCode, string.Join(',', preflight.Headers.GetValues("Access-Control-Allow-Methods"))));
        Assert.Equal(200, (int)(await CloudWire.SendAsync(HttpMethod.Options, new Uri(server.Address, "/fp").ToString())).StatusCode);
    }

    [Fact]
    public async Task Five_hundred_requests_for_files_on_one_socket_are_all_answered()
    {
        await using EndpointServer server = await StartAsync();
        await using CloudWire wire = await CloudWire.OpenAsync(server.Address, Make());
        HashSet<string> open = [];
        for (int i = 0; i < 500; i++)
        {
            JsonObject question = wire.About("reqPutData", "notes", "PUT", "car", CidOf(i));
            open.Add((string)question["tid"]!);
            await wire.SayAsync(question);
        }

        for (int i = 0; i < 500; i++)
            Assert.True(open.Remove((string)(await wire.HearAsync())["tid"]!));
    }

    [Fact]
    public async Task Heads_are_told_to_all_of_the_ledger_the_author_too_and_to_nobody_else()
    {
        await using EndpointServer server = await StartAsync();
        await using CloudWire author = await CloudWire.OpenAsync(server.Address, Make());
        await using CloudWire reader = await CloudWire.OpenAsync(server.Address, Make("notes", "read"));
        await using CloudWire elsewhere = await CloudWire.OpenAsync(server.Address, Make("other"));
        foreach ((CloudWire wire, string ledger) in ((CloudWire, string)[])[(author, "notes"), (reader, "notes"), (elsewhere, "other")])
        {
            await wire.BindAsync(ledger);
            JsonObject first = await wire.HearAsync();
            Assert.Equal(("eventGetMeta", """{"metas":[],"keys":[]}"""), ((string?)first["type"], first["meta"]!.ToJsonString()));
            Assert.Equal(wire.Connection.ToJsonString(), first["conn"]!.ToJsonString());
        }

        MetaEntry head = await StoreAsync(author, 1);
        await author.SayAsync(PutMeta(author, head));
        List<JsonObject> heard = [await author.HearAsync(), await author.HearAsync()];
        Assert.Equal(["eventGetMeta", "resPutMeta"], heard.Select(static message => (string?)message["type"]).Order(StringComparer.Ordinal));
        JsonObject told = await reader.HearAsync();
        Assert.Equal((head.Cid.ToString(), Key), ((string?)told["meta"]!["metas"]![0]!["cid"], (string?)told["meta"]!["keys"]![0]));
        Assert.True(await elsewhere.IsSilentAsync(_aWhile));

        // Whoever asks once more is told all once more.
        await reader.BindAsync("notes");
        Assert.Single((await reader.HearAsync())["meta"]!["metas"]!.AsArray());
    }

    [Fact]
    public async Task A_key_that_comes_with_a_head_that_is_known_is_told_with_it()
    {
        await using EndpointServer server = await StartAsync();
        await using CloudWire author = await CloudWire.OpenAsync(server.Address, Make());
        await using CloudWire reader = await CloudWire.OpenAsync(server.Address, Make());
        MetaEntry head = await StoreAsync(author, 1);
        _ = await author.AskAsync(PutMeta(author, head));
        await reader.BindAsync("notes");
        Assert.Equal($"""["{Key}"]""", (await reader.HearAsync())["meta"]!["keys"]!.ToJsonString());

        // All devices write the same first head, each with a file that its own key opens.
        JsonObject again = PutMeta(author, head);
        again["meta"]!["keys"] = new JsonArray(OtherKey);
        _ = await author.AskAsync(again);
        JsonObject told = await reader.HearAsync();
        Assert.Equal([Key, OtherKey], told["meta"]!["keys"]!.AsArray().Select(static key => (string)key!).Order(StringComparer.Ordinal));
        Assert.Equal(head.Cid.ToString(), (string?)Assert.Single(told["meta"]!["metas"]!.AsArray())!["cid"]);

        // What is known with all its keys is not told once more.
        _ = await author.AskAsync(PutMeta(author, head));
        Assert.True(await reader.IsSilentAsync(_aWhile));
    }

    [Fact]
    public async Task A_ledger_that_the_token_does_not_name_gives_nothing()
    {
        await using EndpointServer server = await StartAsync();
        await using CloudWire wire = await CloudWire.OpenAsync(server.Address, Make());
        foreach (JsonObject question in (JsonObject[])[
            wire.About("bindGetMeta", "other", "GET", "meta", "main"), wire.About("reqGetData", "other", "GET", "car", CidOf(1)), PutMeta(wire, HeadOf(1), "other")])
        {
            JsonObject refused = await wire.AskAsync(question);
            Assert.Equal(("error", null, null), ((string?)refused["type"], refused["signedUrl"], refused["meta"]));
        }

        // Without a ledger the one that the token selects is meant.
        JsonObject selected = wire.About("reqGetData", "notes", "GET", "car", CidOf(1));
        _ = selected.Remove("tenant");
        JsonObject answer = await wire.AskAsync(selected);
        Assert.Equal(("resGetData", """{"tenant":"acme","ledger":"notes"}"""), ((string?)answer["type"], answer["tenant"]!.ToJsonString()));
    }

    [Fact]
    public async Task A_head_is_held_back_until_its_file_is_there()
    {
        await using EndpointServer server = await StartAsync();
        await using CloudWire author = await CloudWire.OpenAsync(server.Address, Make());
        await using CloudWire reader = await CloudWire.OpenAsync(server.Address, Make());
        await reader.BindAsync("notes");
        _ = await reader.HearAsync();
        Assert.Equal("resPutMeta", (string?)(await author.AskAsync(PutMeta(author, HeadOf(1))))["type"]);
        Assert.True(await reader.IsSilentAsync(_aWhile));
        MetaEntry head = await StoreAsync(author, 1);
        Assert.Equal(head.Cid.ToString(), (string?)(await reader.HearAsync())["meta"]!["metas"]![0]!["cid"]);
    }

    [Theory]
    [InlineData("data of another id")]
    [InlineData("no files")]
    [InlineData("no key")]
    [InlineData("no meta")]
    public async Task Heads_that_cannot_be_read_are_refused_and_told_to_nobody(string kind)
    {
        await using EndpointServer server = await StartAsync();
        await using CloudWire author = await CloudWire.OpenAsync(server.Address, Make());
        await using CloudWire reader = await CloudWire.OpenAsync(server.Address, Make());
        await reader.BindAsync("notes");
        _ = await reader.HearAsync();
        JsonObject message = PutMeta(author, await StoreAsync(author, 1));
        JsonNode meta = message["meta"]!;
        switch (kind)
        {
            case "data of another id":
                meta["metas"]![0]!["cid"] = HeadOf(2).Cid.ToString();
                break;
            case "no files":
                byte[] block = [0xa1, 0x61, (byte)'a', 0x01];
                meta["metas"]![0]!["cid"] = Cid.Of(CidCodec.DagCbor, block).ToString();
                meta["metas"]![0]!["data"] = "M" + Convert.ToBase64String(block);
                break;
            case "no key":
                meta["keys"] = new JsonArray("z0OIl");
                break;
            default:
                _ = message.Remove("meta");
                break;
        }

        JsonObject refused = await author.AskAsync(message);
        Assert.Equal(("error", null), ((string?)refused["type"], refused["conn"]));
        Assert.True(await reader.IsSilentAsync(_aWhile));
    }

    [Fact]
    public async Task Writes_of_a_token_that_may_only_read_are_acknowledged_and_thrown_away()
    {
        await using EndpointServer server = await StartAsync();
        await using CloudWire reader = await CloudWire.OpenAsync(server.Address, Make("notes", "read"));
        await using CloudWire writer = await CloudWire.OpenAsync(server.Address, Make());
        await writer.BindAsync("notes");
        _ = await writer.HearAsync();
        MetaEntry head = await StoreAsync(reader, 1);
        Assert.Equal("resPutMeta", (string?)(await reader.AskAsync(PutMeta(reader, head)))["type"]);
        Assert.True(await writer.IsSilentAsync(_aWhile));
        Assert.Equal(404, (int)(await CloudWire.SendAsync(HttpMethod.Get, await writer.AddressAsync("reqGetData", "notes", CarOf(1).ToString()))).StatusCode);

        await using EndpointServer strict = await StartAsync(discards: false);
        await using CloudWire refused = await CloudWire.OpenAsync(strict.Address, Make("notes", "read"));
        Assert.Equal("error", (string?)(await refused.AskAsync(PutMeta(refused, head)))["type"]);
        Assert.Equal("error", (string?)(await refused.AskAsync(refused.About("reqPutData", "notes", "PUT", "car", CidOf(1))))["type"]);
    }

    [Fact]
    public async Task A_token_that_ends_meanwhile_ends_events_and_answers()
    {
        await using EndpointServer server = await StartAsync(skew: TimeSpan.Zero);
        string brief = _signer.MakeCloud("acme", "notes", expires: DateTime.UtcNow.AddSeconds(2));
        await using CloudWire reader = await CloudWire.OpenAsync(server.Address, brief);
        await reader.BindAsync("notes");
        _ = await reader.HearAsync();
        await Task.Delay(2500, Token);
        await using CloudWire author = await CloudWire.OpenAsync(server.Address, Make());
        _ = await author.AskAsync(PutMeta(author, await StoreAsync(author, 1)));
        JsonObject next = await reader.AskAsync(reader.About("reqGetData", "notes", "GET", "car", CidOf(1)));
        Assert.Equal("error", (string?)next["type"]);
        Assert.True(await reader.IsSilentAsync(_aWhile));
    }

    [Fact]
    public async Task All_that_was_acknowledged_is_there_after_a_restart_and_addresses_go_on()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("cloud-restart-");
        try
        {
            MetaEntry head;
            string address;
            JsonObject connection;
            await using (EndpointServer before = await StartAsync(folder: folder.FullName))
            {
                await using CloudWire author = await CloudWire.OpenAsync(before.Address, Make());
                head = await StoreAsync(author, 1);
                _ = await author.AskAsync(PutMeta(author, head));
                address = await author.AddressAsync("reqGetData", "notes", CarOf(1).ToString());
                connection = author.Connection;
            }

            await using EndpointServer after = await StartAsync(folder: folder.FullName);
            await using CloudWire again = await CloudWire.OpenAsync(after.Address, Make(), connection);
            await again.BindAsync("notes");
            JsonObject all = await again.HearAsync();
            Assert.Equal((head.Cid.ToString(), Key), ((string?)all["meta"]!["metas"]![0]!["cid"], (string?)all["meta"]!["keys"]![0]));
            Assert.Equal(200, (int)(await CloudWire.SendAsync(HttpMethod.Get, new UriBuilder(address) { Port = after.Address.Port }.Uri.ToString())).StatusCode);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task What_one_says_to_others_comes_to_those_of_the_same_ledger()
    {
        await using EndpointServer server = await StartAsync();
        await using CloudWire one = await CloudWire.OpenAsync(server.Address, Make());
        await using CloudWire other = await CloudWire.OpenAsync(server.Address, Make());
        await using CloudWire elsewhere = await CloudWire.OpenAsync(server.Address, Make("other"));
        foreach ((CloudWire wire, string ledger) in ((CloudWire, string)[])[(one, "notes"), (other, "notes"), (elsewhere, "other")])
        {
            await wire.BindAsync(ledger);
            _ = await wire.HearAsync();
        }

        JsonObject message = one.About("reqChat", "notes", "PUT", "meta", "main");
        message["message"] = "hello";
        JsonObject answer = await one.AskAsync(message);
        Assert.Equal(("ack: hello", other.Connection.ToJsonString()), ((string?)answer["message"], answer["targets"]![0]!.ToJsonString()));
        JsonObject said = await other.HearAsync();
        Assert.Equal(("resChat", "hello", null), ((string?)said["type"], (string?)said["message"], said["auth"]));
        Assert.True(await elsewhere.IsSilentAsync(_aWhile));
    }

    private static Cid CarOf(int n) => Cid.Of(CidCodec.Car, [(byte)n, (byte)(n >> 8)]);

    private static string CidOf(int n) => CarOf(n).ToString();

    private static MetaEntry HeadOf(int n) => MetaPayload.Write(new CarGroup([CarOf(n)]), []);

    // A file, and the head that names it.
    private static async Task<MetaEntry> StoreAsync(CloudWire wire, int n)
    {
        Assert.Equal(204, (int)(await CloudWire.SendAsync(HttpMethod.Put, await wire.AddressAsync("reqPutData", "notes", CarOf(n).ToString()), [(byte)n, (byte)(n >> 8)])).StatusCode);
        return HeadOf(n);
    }

    private static JsonObject PutMeta(CloudWire wire, MetaEntry head, string ledger = "notes")
    {
        JsonObject message = wire.About("reqPutMeta", ledger, "PUT", "meta", "main");
        message["meta"] = new JsonObject
        {
            ["metas"] = new JsonArray(new JsonObject { ["cid"] = head.Cid.ToString(), ["parents"] = new JsonArray(), ["data"] = "M" + Convert.ToBase64String(head.Data.Span) }),
            ["keys"] = new JsonArray(Key),
        };
        return message;
    }

    private string Make(string ledger = "notes", string right = "write") => _signer.MakeCloud("acme", ledger, right);

    private Task<EndpointServer> StartAsync(bool offersSocket = true, bool discards = true, KeySource? keys = null, TimeSpan? skew = null, string? folder = null) => EndpointServer.StartAsync(options =>
    {
        options.Cloud = new CloudOptions
        {
            Keys = keys ?? KeySource.FromJson(_signer.Jwk),
            OffersSocket = offersSocket,
            DiscardsForbiddenWrites = discards,
            ClockSkew = skew ?? TimeSpan.FromSeconds(60),
        };
        if (folder is not null)
        {
            string objects = Directory.CreateDirectory(Path.Combine(folder, "objects")).FullName;
            options.Data = _ => new FileDataGateway(objects, EndpointServer.Client);
            options.Heads = _ => new SqliteHeadStore(Path.Combine(folder, "heads.sqlite"), TimeProvider.System);
        }
    });
}
