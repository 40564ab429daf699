using System.Net;
using FireproofBench.Endpoint.Access;
using FireproofBench.Properties.Fixtures;
using FireproofBench.Properties.Gateways.Http;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace FireproofBench.Properties.Endpoint;

/// <summary>Keys of issuers that sign with key pairs, from a text and from an address that is asked.</summary>
public sealed class KeySourceTests
{
    private const string Scope = "fireproof:notes:read";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("RS256")]
    [InlineData("PS256")]
    [InlineData("ES256")]
    [InlineData("ES384")]
    public async Task Tokens_that_a_key_pair_signed_are_accepted_and_those_of_another_pair_are_not(string algorithm)
    {
        using TokenSigner signer = new("k1", algorithm);
        using TokenSigner impostor = new("k1", algorithm);
        await using EndpointServer server = await EndpointServer.StartAsync(options => options.Tokens = new TokenOptions { Keys = KeySource.FromJson(TokenSigner.SetOf(signer)) });
        Assert.Equal(HttpStatusCode.OK, await AskAsync(server, signer.Make(Scope)));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(server, impostor.Make(Scope)));
    }

    [Fact]
    public async Task A_public_key_is_no_secret_that_signs()
    {
        // The text of the public key as the key of HS256: whoever takes the algorithm from the token accepts it.
        using TokenSigner signer = new("k1", "RS256");
        await using EndpointServer server = await EndpointServer.StartAsync(options => options.Tokens = new TokenOptions { Keys = KeySource.FromJson(TokenSigner.SetOf(signer)) });
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(server, Tokens.Make(Scope, secret: System.Text.Encoding.ASCII.GetBytes(signer.Jwk))));
    }

    [Fact]
    public void A_weak_pair_is_refused()
    {
        using TokenSigner weak = new("k1", "RS256", bits: 1024);
        Assert.Throws<FormatException>(() => KeySource.FromJson(TokenSigner.SetOf(weak)));
    }

    [Fact]
    public async Task Keys_are_fetched_when_the_first_token_comes_and_kept()
    {
        using TokenSigner signer = new("k1");
        await using FakeServer issuer = new($"200 OK\nContent-Type: application/json\n\n{TokenSigner.SetOf(signer)}");
        await using Trusting trusting = await Trusting.StartAsync(issuer.Address);
        Assert.Empty(issuer.Requests);
        for (int i = 0; i < 3; i++)
            Assert.Equal(HttpStatusCode.OK, await AskAsync(trusting.Server, signer.Make(Scope + $" x{i}")));
        Assert.Single(issuer.Requests);
    }

    [Fact]
    public async Task A_new_key_of_the_issuer_is_found_and_a_stranger_cannot_make_it_be_asked_all_the_time()
    {
        using TokenSigner first = new("k1");
        using TokenSigner second = new("k2");
        using TokenSigner stranger = new("k3");
        string published = TokenSigner.SetOf(first);
        await using FakeServer issuer = new(request => request.AnswerAsync($"200 OK\n\n{published}"));
        await using Trusting trusting = await Trusting.StartAsync(issuer.Address);
        Assert.Equal(HttpStatusCode.OK, await AskAsync(trusting.Server, first.Make(Scope)));
        published = TokenSigner.SetOf(first, second);
        for (int i = 0; i < 5; i++)
            Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(trusting.Server, stranger.Make(Scope + $" x{i}")));
        Assert.Single(issuer.Requests);
        trusting.Time.Pass(TimeSpan.FromSeconds(31));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(trusting.Server, second.Make(Scope)));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(trusting.Server, first.Make(Scope)));
        Assert.Equal(2, issuer.Requests.Count);
    }

    [Fact]
    public async Task A_key_that_the_issuer_took_back_is_no_longer_good_after_the_shelf_life()
    {
        using TokenSigner first = new("k1");
        using TokenSigner second = new("k2");
        string published = TokenSigner.SetOf(first);
        await using FakeServer issuer = new(request => request.AnswerAsync($"200 OK\n\n{published}"));
        await using Trusting trusting = await Trusting.StartAsync(issuer.Address);
        Assert.Equal(HttpStatusCode.OK, await AskAsync(trusting.Server, first.Make(Scope)));
        published = TokenSigner.SetOf(second);
        trusting.Time.Pass(TimeSpan.FromHours(7));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(trusting.Server, first.Make(Scope)));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(trusting.Server, second.Make(Scope)));
    }

    [Theory]
    [InlineData("503 Service Unavailable")]
    [InlineData("200 OK\n\n<html>a portal</html>")]
    [InlineData("200 OK\n\n{\"keys\":[]}")]
    [InlineData("302 Found\nLocation: http://127.0.0.1:1/")]
    [InlineData("200 OK\n\n{\"keys\":[{\"kty\":\"oct\",\"kid\":\"k1\",\"k\":\"dGVzdC1zZWNyZXQtb2YtYXQtbGVhc3QtMzItYnl0ZXMtbG9uZw\"}]}")]
    public async Task An_outage_of_the_issuer_lets_nobody_in_and_keeps_nobody_out_whose_key_is_known(string outage)
    {
        using TokenSigner signer = new("k1");
        string answer = outage;
        await using FakeServer issuer = new(request => request.AnswerAsync(answer));
        await using Trusting trusting = await Trusting.StartAsync(issuer.Address);
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(trusting.Server, signer.Make(Scope)));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(trusting.Server, Tokens.Make(Scope)));
        answer = $"200 OK\n\n{TokenSigner.SetOf(signer)}";
        trusting.Time.Pass(TimeSpan.FromSeconds(31));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(trusting.Server, signer.Make(Scope)));
        answer = outage;
        trusting.Time.Pass(TimeSpan.FromHours(7));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(trusting.Server, signer.Make(Scope + " later")));
        Assert.True(issuer.Requests.Count >= 3);
    }

    private static async Task<HttpStatusCode> AskAsync(EndpointServer server, string token)
    {
        using HttpClient client = new();
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri(server.Address, "/v1/notes/heads"));
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + token);
        using HttpResponseMessage answer = await client.SendAsync(request, Token);
        return answer.StatusCode;
    }

    /// <summary>An endpoint that trusts whoever an issuer's address names.</summary>
    private sealed class Trusting : IAsyncDisposable
    {
        private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false });

        public SteppedTime Time { get; } = new();

        public EndpointServer Server { get; private set; } = null!;

        public static async Task<Trusting> StartAsync(Uri issuer)
        {
            Trusting trusting = new();
            trusting.Server = await EndpointServer.StartAsync(
                options => options.Tokens = new TokenOptions { Keys = KeySource.FromAddress(new Uri(issuer, "keys"), trusting._client, trusting.Time) },
                services: services => services.AddSingleton<TimeProvider>(trusting.Time));
            return trusting;
        }

        public async ValueTask DisposeAsync()
        {
            await Server.DisposeAsync();
            _client.Dispose();
        }
    }
}
