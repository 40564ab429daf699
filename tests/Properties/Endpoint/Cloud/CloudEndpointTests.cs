using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using FireproofBench.Endpoint.Access;
using FireproofBench.Endpoint.Cloud;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Storage;
using Xunit;

namespace FireproofBench.Properties.Endpoint.Cloud;

/// <summary>What this endpoint alone answers on the wire to clients of the cloud protocol. What every endpoint has to is in the clauses, which it keeps (<c>CloudClausesTests</c>).</summary>
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

    private static Cid CarOf(int n) => Cid.Of(CidCodec.Car, [(byte)n, (byte)(n >> 8)]);

    private static string CidOf(int n) => CarOf(n).ToString();

    private static MetaEntry HeadOf(int n) => MetaPayload.Write(new CarGroup([CarOf(n)]), []);

    // A file, and the head that names it.
    private static async Task<MetaEntry> StoreAsync(CloudWire wire, int n)
    {
        Assert.Equal(204, (int)(await CloudWire.SendAsync(HttpMethod.Put, await wire.AddressAsync("reqPutData", "notes", CarOf(n).ToString()), [(byte)n, (byte)(n >> 8)])).StatusCode);
        return HeadOf(n);
    }

    private static JsonObject PutMeta(CloudWire wire, MetaEntry head)
    {
        JsonObject message = wire.About("reqPutMeta", "notes", "PUT", "meta", "main");
        message["meta"] = new JsonObject
        {
            ["metas"] = new JsonArray(new JsonObject { ["cid"] = head.Cid.ToString(), ["parents"] = new JsonArray(), ["data"] = "M" + Convert.ToBase64String(head.Data.Span) }),
            ["keys"] = new JsonArray(Key),
        };
        return message;
    }

    private string Make(string ledger = "notes", string right = "write") => _signer.MakeCloud("acme", ledger, right);

    private Task<EndpointServer> StartAsync(bool offersSocket = true, bool discards = true, KeySource? keys = null) => EndpointServer.StartAsync(options => options.Cloud = new CloudOptions
    {
        Keys = keys ?? KeySource.FromJson(_signer.Jwk),
        OffersSocket = offersSocket,
        DiscardsForbiddenWrites = discards,
    });
}
