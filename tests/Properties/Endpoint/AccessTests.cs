using System.Net;
using System.Net.Http.Headers;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using FireproofBench.Endpoint;
using FireproofBench.Endpoint.Access;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Http;
using FireproofBench.Gateways.Memory;
using FireproofBench.Properties.Fixtures;
using Xunit;

namespace FireproofBench.Properties.Endpoint;

public sealed class AccessTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Every route on a database, as a request that would succeed.</summary>
    public static TheoryData<string> Routes => [.. OpenApi.Operations.Where(static o => o.Value.Path.StartsWith("/v1/", StringComparison.Ordinal)).Select(static o => o.Key)];

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task Two_tenants_with_swapped_tokens_get_403_on_every_route_and_change_nothing(string route)
    {
        await using EndpointServer server = await EndpointServer.StartAsync(Trusting);
        string alice = Tokens.Make("fireproof:alice:admin", "alice");
        string bob = Tokens.Make("fireproof:bob:admin", "bob");
        await using HttpDataGateway own = new(server.Address, "alice", EndpointServer.ClientWith(alice));
        _ = await own.PutAsync("data/x", "mine"u8.ToArray(), PutCondition.None, Token);
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(server, route, "alice", bob));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(server, route, "bob", alice));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(server, route, "alice", null));
        Assert.NotEqual(HttpStatusCode.Forbidden, await AskAsync(server, route, "bob", bob));
        Assert.Equal("mine", Encoding.UTF8.GetString((await own.GetAsync("data/x", null, Token))!.Bytes.Span));
        await using HttpMetadataGateway heads = new(server.Address, "alice", EndpointServer.ClientWith(alice));
        Assert.Empty((await heads.ReadAsync(Token)).Entries);
    }

    [Theory]
    [InlineData("fireproof:notes:read", "getObject", HttpStatusCode.OK)]
    [InlineData("fireproof:notes:read", "getHeads", HttpStatusCode.OK)]
    [InlineData("fireproof:notes:read", "putObject", HttpStatusCode.Forbidden)]
    [InlineData("fireproof:notes:read", "publishHead", HttpStatusCode.Forbidden)]
    [InlineData("fireproof:notes:write", "publishHead", HttpStatusCode.OK)]
    [InlineData("fireproof:notes:write", "clearHeads", HttpStatusCode.Forbidden)]
    [InlineData("fireproof:notes:admin", "clearHeads", HttpStatusCode.NoContent)]
    [InlineData("fireproof:*:write", "putObject", HttpStatusCode.NoContent)]
    [InlineData("fireproof:no*:write", "putObject", HttpStatusCode.NoContent)]
    [InlineData("fireproof:not:write", "putObject", HttpStatusCode.Forbidden)]
    [InlineData("openid fireproof:a:read fireproof:notes:write email", "putObject", HttpStatusCode.NoContent)]
    [InlineData("notes:write", "putObject", HttpStatusCode.Forbidden)]
    [InlineData("fireproof:notes:root", "getHeads", HttpStatusCode.Forbidden)]
    public async Task A_token_gives_what_its_scopes_say_and_no_more(string scope, string route, HttpStatusCode status)
    {
        await using EndpointServer server = await EndpointServer.StartAsync(Trusting);
        await using HttpDataGateway all = new(server.Address, "notes", EndpointServer.ClientWith(Tokens.Make("fireproof:*:admin")));
        _ = await all.PutAsync("data/x", new byte[1], PutCondition.None, Token);
        Assert.Equal(status, await AskAsync(server, route, "notes", Tokens.Make(scope)));
    }

    [Fact]
    public async Task Tokens_that_are_not_good_are_refused()
    {
        await using EndpointServer server = await EndpointServer.StartAsync(options => options.Tokens = new TokenOptions
        {
            Keys = KeySource.FromJson(Tokens.KeySet),
            Issuer = "https://id",
            Audience = "fireproof",
        });
        const string Scope = "fireproof:*:admin";
        string good = Tokens.Make(Scope, issuer: "https://id", audience: "fireproof");
        Assert.Equal(HttpStatusCode.OK, await AskAsync(server, "getHeads", "notes", good));
        foreach (string bad in (string[])
        [
            Tokens.Make(Scope, issuer: "https://id", audience: "fireproof", life: TimeSpan.FromMinutes(-5)),
            Tokens.Make(Scope, issuer: "https://other", audience: "fireproof"),
            Tokens.Make(Scope, issuer: "https://id", audience: "mail"),
            Tokens.Make(Scope, issuer: "https://id"),
            Tokens.Make(Scope, issuer: "https://id", audience: "fireproof", secret: new byte[32]),
            Tokens.Make(Scope, issuer: "https://id", audience: "fireproof", algorithm: "none"),
            Tokens.Make(Scope, issuer: "https://id", audience: "fireproof", algorithm: "RS256"),
            good[..^2],
            good + "x",
            "x.y.z",
            "..",
            "no-token",
            new string('x', 100_000 / 4),
        ])
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(server, "getHeads", "notes", bad));
        }
    }

    [Fact]
    public async Task Static_tokens_are_known_by_their_hash_and_give_their_grants()
    {
        string secret = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
        await using EndpointServer server = await EndpointServer.StartAsync(options => options.Tokens = new TokenOptions
        {
            Static = [new StaticToken("ci", StaticToken.HashOf(secret), [new Grant("notes", EndpointRight.Read)])],
        });
        Assert.Equal(HttpStatusCode.OK, await AskAsync(server, "getHeads", "notes", secret));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(server, "publishHead", "notes", secret));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(server, "getHeads", "other", secret));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(server, "getHeads", "notes", secret[..^1]));
    }

    [Fact]
    public async Task A_policy_file_says_who_may_what()
    {
        using TemporaryFolder folder = new();
        folder.Write("keys.json", Tokens.KeySet);
        string path = folder.Write(
            "policy.json",
            $$"""
            {
              "keysFile": "keys.json",
              "tokens": [{"name": "ci", "sha256": "{{Convert.ToHexString(StaticToken.HashOf("secret of ci"))}}", "grants": [{"database": "build-*", "right": "write"}]}],
              "grants": [{"subject": "carol", "database": "team", "right": "admin"}],
              "anonymous": [{"database": "public", "right": "read"}],
              "origins": ["https://app.example.org"]
            }
            """);
        using HttpClient client = new();
        PolicyFile policy = PolicyFile.Read(path, client, TimeProvider.System);
        Assert.Equal(["https://app.example.org"], policy.Origins);
        await using EndpointServer server = await EndpointServer.StartAsync(options => (options.Tokens, options.Policy) = (policy.Tokens, policy.Policy));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(server, "getHeads", "public", null));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(server, "publishHead", "public", null));
        Assert.Equal(HttpStatusCode.NoContent, await AskAsync(server, "clearHeads", "team", Tokens.Make("", "carol")));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(server, "clearHeads", "team", Tokens.Make("", "dave")));
    }

    [Theory]
    [InlineData("""{"grants":[{"database":"x","right":"write"}]}""", "subject")]
    [InlineData("""{"tokens":[{"name":"ci","sha256":"hunter2","grants":[]}]}""", "ci")]
    [InlineData("""{"anonymous":[{"database":"x","right":"own"}]}""", "'x'")]
    [InlineData("""{"keysFile":"a","keysUrl":"https://b"}""", "exclude")]
    [InlineData("""{"keysUrl":"http://example.org/keys"}""", "https")]
    [InlineData("""{"secret":"hunter2"}""", "line 1")]
    [InlineData("not json", "line 1")]
    public void A_policy_that_is_wrong_is_refused_with_the_place_and_without_secrets(string json, string place)
    {
        using TemporaryFolder folder = new();
        using HttpClient client = new();
        FormatException wrong = Assert.Throws<FormatException>(() => PolicyFile.Read(folder.Write("policy.json", json), client, TimeProvider.System));
        Assert.Contains(place, wrong.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", wrong.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"keys":[{"kty":"oct","k":"c2hvcnQ"}]}""")]
    [InlineData("""{"keys":[]}""")]
    [InlineData("""{"keys":[{"kty":"OKP","crv":"Ed25519","x":"AAAA"}]}""")]
    [InlineData("nothing")]
    public void Keys_that_must_not_be_trusted_are_refused(string json) => Assert.Throws<FormatException>(() => KeySource.FromJson(json));

    [Fact]
    public async Task A_hosts_own_policy_decides_and_sees_who_calls()
    {
        await using EndpointServer server = await EndpointServer.StartAsync(options =>
        {
            Trusting(options);
            options.Policy = new OnlyEve();
        });
        Assert.Equal(HttpStatusCode.OK, await AskAsync(server, "getHeads", "any", Tokens.Make("", "eve")));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(server, "getHeads", "any", Tokens.Make("fireproof:*:admin", "mallory")));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(server, "getHeads", "any", null));
    }

    [Fact]
    public async Task Without_credentials_a_name_that_only_points_here_is_not_served()
    {
        // A page reaches the loopback through a name of its own (DNS rebinding).
        await using EndpointServer server = await EndpointServer.StartAsync();
        using HttpClient client = new();
        foreach ((string host, HttpStatusCode status) in ((string, HttpStatusCode)[])
            [("evil.example.org", HttpStatusCode.Forbidden), ("localhost", HttpStatusCode.OK), ("127.0.0.1", HttpStatusCode.OK), ("127.0.0.1.evil.example.org", HttpStatusCode.Forbidden), ("[::1]", HttpStatusCode.OK)])
        {
            using HttpRequestMessage request = new(HttpMethod.Get, new Uri(server.Address, "/v1/notes/heads"));
            request.Headers.Host = $"{host}:{server.Address.Port}";
            using HttpResponseMessage answer = await client.SendAsync(request, Token);
            Assert.Equal(status, answer.StatusCode);
        }
    }

    [Fact]
    public async Task Pages_of_listed_origins_may_call_and_others_not()
    {
        await using EndpointServer server = await EndpointServer.StartAsync(options => options.AllowedOrigins.Add("https://app.example.org"));
        using HttpClient client = new();
        using HttpRequestMessage listed = new(HttpMethod.Get, new Uri(server.Address, "/v1/notes/heads"));
        listed.Headers.Add("Origin", "https://app.example.org");
        using HttpResponseMessage may = await client.SendAsync(listed, Token);
        Assert.Equal((HttpStatusCode.OK, "https://app.example.org"), (may.StatusCode, may.Headers.GetValues("Access-Control-Allow-Origin").Single()));
        using HttpRequestMessage other = new(HttpMethod.Get, new Uri(server.Address, "/v1/notes/heads"));
        other.Headers.Add("Origin", "https://evil.example.org");
        using HttpResponseMessage mayNot = await client.SendAsync(other, Token);
        Assert.Equal(HttpStatusCode.Forbidden, mayNot.StatusCode);
        Assert.False(mayNot.Headers.Contains("Access-Control-Allow-Origin"));
        using HttpRequestMessage preflight = new(HttpMethod.Options, new Uri(server.Address, "/v1/notes/objects/data/x"));
        preflight.Headers.Add("Origin", "https://app.example.org");
        preflight.Headers.Add("Access-Control-Request-Method", "PUT");
        using HttpResponseMessage asked = await client.SendAsync(preflight, Token);
        Assert.Contains("PUT", asked.Headers.GetValues("Access-Control-Allow-Methods").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_caller_that_is_too_fast_is_told_to_wait_and_others_are_not()
    {
        await using EndpointServer server = await EndpointServer.StartAsync(options =>
        {
            Trusting(options);
            (options.RatePerSecond, options.RateBurst) = (0.01, 3);
        });
        string alice = Tokens.Make("fireproof:*:read", "alice");
        for (int i = 0; i < 3; i++)
            Assert.Equal(HttpStatusCode.OK, await AskAsync(server, "getHeads", "notes", alice));
        await using HttpMetadataGateway gateway = new(server.Address, "notes", EndpointServer.ClientWith(alice));
        StorageException tooFast = await Assert.ThrowsAsync<StorageException>(async () => await gateway.ReadAsync(Token));
        Assert.Equal(StorageErrorKind.Throttled, tooFast.Kind);
        Assert.True(tooFast.RetryAfter >= TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(server, "getHeads", "notes", Tokens.Make("fireproof:*:read", "bob")));
    }

    [Theory]
    [InlineData(0.01)]
    [InlineData(0.5)]
    [InlineData(1.5)]
    [InlineData(2)]
    [InlineData(2.4)]
    [InlineData(1000.25)]
    public void The_rate_is_the_one_that_was_asked_for(double rate)
    {
        System.Threading.RateLimiting.TokenBucketRateLimiterOptions bucket = Gatekeeper.BucketOf(rate, 10);
        Assert.Equal(rate, bucket.TokensPerPeriod / bucket.ReplenishmentPeriod.TotalSeconds, rate / 1e6);
    }

    [Fact]
    public async Task An_address_for_an_upload_counts_as_one_request()
    {
        await using EndpointServer server = await EndpointServer.StartAsync(options =>
        {
            Trusting(options);
            (options.RatePerSecond, options.RateBurst) = (0.001, 2);
        });
        string alice = Tokens.Make("fireproof:*:write", "alice");
        Assert.Equal(HttpStatusCode.NotImplemented, await AskAsync(server, "presignObject", "notes", alice));
        Assert.Equal(HttpStatusCode.NotImplemented, await AskAsync(server, "presignObject", "notes", alice));
        Assert.Equal(HttpStatusCode.TooManyRequests, await AskAsync(server, "presignObject", "notes", alice));
    }

    [Fact]
    public async Task A_token_that_is_refused_appears_in_no_message()
    {
        await using EndpointServer server = await EndpointServer.StartAsync(Trusting);
        string token = Tokens.Make("fireproof:other:read");
        await using HttpDeviceStore device = new(server.Address, "notes", EndpointServer.ClientWith(token));
        StorageException refused = await Assert.ThrowsAsync<StorageException>(async () => await device.Metadata.ReadAsync(Token));
        Assert.Equal(StorageErrorKind.NotAuthorized, refused.Kind);
        Assert.DoesNotContain(token, refused.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(token, EndpointServer.ClientWith(token).ToString(), StringComparison.Ordinal);
        StorageException pushed = await Assert.ThrowsAsync<StorageException>(async () =>
        {
            await foreach (MetaReading _ in device.Metadata.SubscribeAsync(Token))
                break;
        });
        Assert.Equal(StorageErrorKind.NotAuthorized, pushed.Kind);
        Assert.DoesNotContain(token, pushed.ToString(), StringComparison.Ordinal);
    }

    private static void Trusting(EndpointOptions options)
    {
        options.Tokens = new TokenOptions { Keys = KeySource.FromJson(Tokens.KeySet) };
        options.Data = static _ => new MemoryDataGateway(TimeProvider.System);
    }

    private static async Task<HttpStatusCode> AskAsync(EndpointServer server, string route, string database, string? token)
    {
        (string path, string method, _) = OpenApi.Operations[route];
        string target = path.Replace("{database}", database, StringComparison.Ordinal).Replace("{key}", "data/x", StringComparison.Ordinal);
        if (route == "openSocket")
            return await OpenSocketAsync(server, target, token);
        if (route == "getChanges")
            target += "?since=x.0";
        using HttpRequestMessage request = new(new HttpMethod(method), new Uri(server.Address, target));
        if (token is not null)
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + token);
        if (route == "putObject")
            request.Content = new ByteArrayContent([1]);
        else if (route == "publishHead")
            request.Content = Json($$"""{"entry":{"cid":"{{Cid.Of(CidCodec.DagCbor, [])}}","parents":[],"data":"M"},"superseded":[]}""");
        else if (route == "presignObject")
            request.Content = Json("""{"method":"PUT","key":"data/x"}""");
        using HttpClient client = new();
        using HttpResponseMessage answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
        return answer.StatusCode;
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));

    // The token as browsers send it.
    private static async Task<HttpStatusCode> OpenSocketAsync(EndpointServer server, string target, string? token)
    {
        using ClientWebSocket socket = new();
        socket.Options.CollectHttpResponseDetails = true;
        socket.Options.AddSubProtocol("fireproof.v1");
        if (token is not null)
            socket.Options.AddSubProtocol("fireproof.token." + token);
        try
        {
            await socket.ConnectAsync(new Uri($"ws://{server.Address.Authority}{target}"), Token);
        }
        catch (WebSocketException)
        {
        }

        return socket.HttpStatusCode;
    }

    private sealed class OnlyEve : IEndpointPolicy
    {
        public ValueTask<AccessDecision> DecideAsync(EndpointCall wanted, CancellationToken cancellation) => new(
            wanted.Identity.Name switch
            {
                "eve" => AccessDecision.Allowed,
                "" => AccessDecision.Unauthenticated,
                _ => AccessDecision.Forbidden,
            });
    }
}
