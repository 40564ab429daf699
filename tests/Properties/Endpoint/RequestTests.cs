using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways;
using FireproofBench.Gateways.Memory;
using FireproofBench.Gateways.Wrapping;
using FireproofBench.Properties.Fixtures;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace FireproofBench.Properties.Endpoint;

/// <summary>Requests byte for byte, as no well-meaning client would send them: each is answered with the documented status, and nothing is stored.</summary>
public sealed class RequestTests : IAsyncLifetime
{
    private EndpointServer? _server;
    private MemoryDataGateway? _data;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _data = new MemoryDataGateway(TimeProvider.System);
        _server = await EndpointServer.StartAsync(options =>
        {
            options.Data = _ => _data;
            options.MaxObjectLength = 1000;
            options.MaxPublicationLength = 1000;
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _server!.DisposeAsync();
        await _data!.DisposeAsync();
    }

    [Theory]
    [InlineData("PUT /v1/notes/objects/../../etc/passwd", 405)]
    [InlineData("PUT /v1/notes/objects/a/../b", 400)]
    [InlineData("PUT /v1/notes/objects/a/./b", 400)]
    [InlineData("PUT /v1/notes/objects/%2e%2e/b", 405)]
    [InlineData("PUT /v1/notes/objects/a%2F..%2Fb", 400)]
    [InlineData("PUT /v1/notes/objects/a%5Cb", 400)]
    [InlineData("PUT /v1/notes/objects/a//b", 400)]
    [InlineData("PUT /v1/notes/objects/", 400)]
    [InlineData("PUT /v1/notes/objects/a/", 400)]
    [InlineData("PUT /v1/notes/objects/%FF", 400)]
    [InlineData("PUT /v1/notes/objects/%zz", 400)]
    [InlineData("PUT /v1/no%2Ftes/objects/a", 400)]
    [InlineData("PUT /v1/%2E%2E/objects/a", 404)]
    [InlineData("PUT /v1/.fireproofbench/objects/a", 400)]
    [InlineData("PUT /v1/no%0Ates/objects/a", 400)]
    public async Task Names_that_lead_elsewhere_are_refused(string line, int status)
    {
        Assert.Equal(status, await StatusAsync($"{line} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx"));
        Assert.Empty((await _data!.ListAsync("", null, 10, Token)).Objects);
    }

    [Theory]
    [InlineData("a%2Fb", "a/b")]
    [InlineData("a%252Fb", "a%2Fb")]
    [InlineData("a+b%20c", "a+b c")]
    [InlineData("%61%C3%A9", "aé")]
    [InlineData("a%3Fb%23c", "a?b#c")]
    [InlineData("a?b", "a")]
    public async Task Escapes_mean_the_same_everywhere(string path, string key)
    {
        Assert.Equal(204, await StatusAsync($"PUT /v1/n%20s/objects/{path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx"));
        Assert.Equal($"n s/{key}", Assert.Single((await _data!.ListAsync("", null, 10, Token)).Objects).Key);
    }

    [Theory]
    [InlineData("Content-Length: 1001", 413)]
    [InlineData("Content-Length: 99999999999", 413)]
    [InlineData("Transfer-Encoding: chunked", 411)]
    [InlineData("Content-Length: 1\r\nContent-Encoding: gzip", 415)]
    [InlineData("Content-Length: 1\r\nContent-Range: bytes 0-0/2", 400)]
    [InlineData("Content-Length: 1\r\nIf-None-Match: \"x\"", 400)]
    [InlineData("Content-Length: 1\r\nIf-Match: *", 400)]
    [InlineData("Content-Length: 1\r\nIf-Match: W/\"x\"", 400)]
    [InlineData("Content-Length: 1\r\nIf-Match: \"x\", \"y\"", 400)]
    [InlineData("Content-Length: 1\r\nIf-Match: \"x\"\r\nIf-None-Match: *", 400)]
    [InlineData("Content-Length: 1\r\nIf-Unmodified-Since: Mon, 23 Nov 2026 00:00:00 GMT", 400)]
    [InlineData("Content-Length: 1\r\nFireproof-Write-Id: a b", 400)]
    [InlineData("Content-Length: 1\r\nIf-Match: \"x\"", 412)]
    public async Task Headers_that_cannot_be_kept_are_refused_and_no_condition_is_left_out(string headers, int status)
    {
        Assert.Equal(status, await StatusAsync($"PUT /v1/notes/objects/a HTTP/1.1\r\nHost: localhost\r\n{headers}\r\nConnection: close\r\n\r\nx"));
        Assert.Empty((await _data!.ListAsync("", null, 10, Token)).Objects);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(900)]
    public async Task A_body_that_ends_early_stores_nothing_and_the_object_of_before_stays(int sent)
    {
        _ = await _data!.PutAsync("notes/a", "before"u8.ToArray(), PutCondition.None, Token);
        using (TcpClient client = new())
        {
            await client.ConnectAsync("127.0.0.1", _server!.Address.Port, Token);
            NetworkStream stream = client.GetStream();
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"PUT /v1/notes/objects/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{new string('x', sent)}"), Token);
            client.Client.Shutdown(SocketShutdown.Send);
            using StreamReader reader = new(stream);
            try
            {
                // Refused, or cut off: nobody waits for the answer to half of a request.
                Assert.StartsWith("HTTP/1.1 400", await reader.ReadLineAsync(Token) ?? "HTTP/1.1 400", StringComparison.Ordinal);
            }
            catch (IOException)
            {
            }
        }

        Assert.Equal("before", Encoding.UTF8.GetString((await _data.GetAsync("notes/a", null, Token))!.Bytes.Span));
    }

    [Theory]
    [InlineData("bytes=0-0", 206, "0")]
    [InlineData("bytes=2-4", 206, "234")]
    [InlineData("bytes=7-", 206, "789")]
    [InlineData("bytes=7-99", 206, "789")]
    [InlineData("bytes=-3", 206, "789")]
    [InlineData("bytes=-99", 206, "0123456789")]
    [InlineData("bytes=10-", 416, "")]
    [InlineData("bytes=-0", 416, "")]
    [InlineData("bytes=4-2", 200, "0123456789")]
    [InlineData("bytes=0-1,4-5", 200, "0123456789")]
    [InlineData("lines=0-1", 200, "0123456789")]
    [InlineData("bytes=99999999999999999999-", 200, "0123456789")]
    public async Task Ranges_are_served_as_HTTP_says(string range, int status, string body)
    {
        _ = await _data!.PutAsync("notes/a", "0123456789"u8.ToArray(), PutCondition.None, Token);
        using HttpResponseMessage answer = await SendAsync(HttpMethod.Get, "a", ("Range", range));
        Assert.Equal((status, body), ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(Token)));
        if (status == 416)
            Assert.Equal("bytes */10", answer.Content.Headers.ContentRange!.ToString());
    }

    [Fact]
    public async Task Files_named_by_their_content_may_be_kept_for_ever_and_heads_not_at_all()
    {
        const string Car = "data/baembeib46dgomg4cbvm2qg746bfzfficnykklgk72wofbimhp3hpuzzwze.car";
        foreach ((string key, string control) in ((string, string)[])
            [(Car, "public, max-age=31536000, immutable"), (Car[..^4], "public, max-age=31536000, immutable"), ("data/version", "no-cache"), ("other/" + Car, "no-cache")])
        {
            _ = await _data!.PutAsync("notes/" + key, new byte[1], PutCondition.None, Token);
            using HttpResponseMessage answer = await SendAsync(HttpMethod.Get, key);
            Assert.Equal(control, answer.Headers.GetValues("Cache-Control").Single(), ignoreCase: true);
        }

        using HttpClient client = new();
        using HttpResponseMessage heads = await client.GetAsync(new Uri(_server!.Address, "/v1/notes/heads"), Token);
        Assert.True(heads.Headers.CacheControl!.NoStore);
    }

    [Fact]
    public async Task A_version_that_is_known_is_not_sent_again()
    {
        _ = await _data!.PutAsync("notes/a", new byte[1], PutCondition.None, Token);
        using HttpResponseMessage first = await SendAsync(HttpMethod.Get, "a");
        string tag = first.Headers.ETag!.ToString();
        using HttpResponseMessage again = await SendAsync(HttpMethod.Get, "a", ("If-None-Match", tag));
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        using HttpResponseMessage piece = await SendAsync(HttpMethod.Get, "a", ("If-Match", "\"other\""));
        Assert.Equal(HttpStatusCode.PreconditionFailed, piece.StatusCode);
    }

    [Theory]
    [InlineData("", 415, "text/plain")]
    [InlineData("not json", 400)]
    [InlineData("[]", 400)]
    [InlineData("{}", 400)]
    [InlineData("""{"entry":{"cid":"bafyreigbtj4x7ip5legnfznufuopl4sg4knzc2cof6duas4b3q2fy6swua","parents":[],"data":"MAA=="}}""", 400)]
    [InlineData("""{"entry":{"cid":"zzz","parents":[],"data":"M"}}""", 400)]
    [InlineData("""{"entry":{"cid":"bafyreigbtj4x7ip5legnfznufuopl4sg4knzc2cof6duas4b3q2fy6swua","parents":["x"],"data":"M"}}""", 400)]
    [InlineData("""{"entry":{"cid":"bafyreigbtj4x7ip5legnfznufuopl4sg4knzc2cof6duas4b3q2fy6swua","parents":[],"data":"M"}}x""", 400)]
    [InlineData("""{"entry":{"cid":"bafyreigbtj4x7ip5legnfznufuopl4sg4knzc2cof6duas4b3q2fy6swua","parents":[],"data":"M"},"superseded":[1]}""", 400)]
    public async Task Publications_that_are_none_are_refused_and_publish_nothing(string body, int status, string type = "application/json")
    {
        using HttpClient client = new();
        using StringContent content = new(body, Encoding.UTF8, new MediaTypeHeaderValue(type));
        using HttpResponseMessage answer = await client.PostAsync(new Uri(_server!.Address, "/v1/notes/heads"), content, Token);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Contains("\"heads\":[]", await client.GetStringAsync(new Uri(_server.Address, "/v1/notes/heads"), Token), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/v1/notes/changes", 400)]
    [InlineData("/v1/notes/changes?since=12", 400)]
    [InlineData("/v1/notes/changes?since=other.12", 410)]
    [InlineData("/v1/notes/events?since=x", 400)]
    [InlineData("/v1/notes/socket", 426)]
    [InlineData("/v1/notes/objects?limit=0", 400)]
    [InlineData("/v1/notes/objects?limit=x", 400)]
    [InlineData("/v1/notes/objects?limit=999999", 200)]
    [InlineData("/v1/notes/objects?prefix=../", 200)]
    [InlineData("/v1/notes/objects?after=%5C..%2Fother", 200)]
    public async Task Questions_that_make_no_sense_are_told_so(string path, int status)
    {
        _ = await _data!.PutAsync("other/a", new byte[1], PutCondition.None, Token);
        using HttpClient client = new();
        using HttpResponseMessage answer = await client.GetAsync(new Uri(_server!.Address, path), Token);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("1", answer.Headers.GetValues("Fireproof-Endpoint").Single());
        if (status == 200)
            Assert.Contains("\"objects\":[]", await answer.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
        else
            Assert.True(answer.Headers.Contains("X-Request-Id") && answer.Headers.Contains("Fireproof-Error"));
    }

    [Theory]
    [InlineData(StorageErrorKind.NoSpace, 507)]
    [InlineData(StorageErrorKind.Transient, 503)]
    [InlineData(StorageErrorKind.Throttled, 503)]
    [InlineData(StorageErrorKind.MissingContainer, 502)]
    [InlineData(StorageErrorKind.NotAuthorized, 500)]
    [InlineData(StorageErrorKind.Ambiguous, 504)]
    [InlineData(StorageErrorKind.InUse, 423)]
    [InlineData(StorageErrorKind.Unsupported, 501)]
    public async Task A_store_that_fails_is_told_as_such_without_its_secrets(StorageErrorKind kind, int status)
    {
        await using EndpointServer server = await EndpointServer.StartAsync(options => options.Data = _ => new FailingStore(kind));
        using HttpClient client = new();
        using ByteArrayContent content = new([1]);
        using HttpResponseMessage answer = await client.PutAsync(new Uri(server.Address, "/v1/notes/objects/a"), content, Token);
        string body = await answer.Content.ReadAsStringAsync(Token);
        Assert.Equal(status, (int)answer.StatusCode);
        if (kind != StorageErrorKind.Unsupported)
            Assert.DoesNotContain("hunter2", body, StringComparison.Ordinal);
        Assert.Contains(answer.Headers.GetValues("X-Request-Id").Single(), body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Presigned_addresses_come_from_the_store_and_uploads_need_the_right_to_write()
    {
        await using EndpointServer server = await EndpointServer.StartAsync(static options => options.Data = static _ => new FailingStore(StorageErrorKind.Permanent));
        using HttpClient client = new();
        using StringContent wish = new("""{"method":"PUT","key":"data/x"}""", Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        using HttpResponseMessage answer = await client.PostAsync(new Uri(server.Address, "/v1/notes/presign"), wish, Token);
        Assert.Contains("https://store.example.org/notes/data/x?signature=", await answer.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
        using StringContent same = new("""{"method":"PUT","key":"data/x"}""", Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        using HttpResponseMessage none = await client.PostAsync(new Uri(_server!.Address, "/v1/notes/presign"), same, Token);
        Assert.Equal(HttpStatusCode.NotImplemented, none.StatusCode);
    }

    [Fact]
    public async Task The_stores_are_asked_once_a_second_however_often_somebody_wants_to_know()
    {
        SteppedTime time = new();
        await using MemoryDataGateway memory = new(TimeProvider.System);
        CallHistory history = new(time);
        await using EndpointServer server = await EndpointServer.StartAsync(
            options => options.Data = _ => new RecordingGateway(memory, history, "endpoint", leaveOpen: true), services: services => services.AddSingleton<TimeProvider>(time));
        using HttpClient client = new();
        foreach (int asked in (int[])[1, 2])
        {
            for (int i = 0; i < 5; i++)
                Assert.Contains("\"ready\"", await client.GetStringAsync(new Uri(server.Address, "/readyz"), Token), StringComparison.Ordinal);
            Assert.Equal(asked, history.Records.Length);
            time.Pass(TimeSpan.FromSeconds(1));
        }
    }

    [Fact]
    public async Task More_superseded_entries_than_there_can_be_heads_are_refused()
    {
        await using EndpointServer server = await EndpointServer.StartAsync(static options => options.MaxHeads = 3);
        await using FireproofBench.Gateways.Http.HttpMetadataGateway gateway = new(server.Address, "notes", EndpointServer.Client);
        StorageException refused = await Assert.ThrowsAsync<StorageException>(async () => await gateway.PublishAsync(
            PublisherProgram.Event(0, 0), [.. Enumerable.Range(1, 4).Select(static i => PublisherProgram.Event(i, 0).Cid)], Token));
        Assert.Contains("413", refused.Message, StringComparison.Ordinal);
        Assert.Empty((await gateway.ReadAsync(Token)).Entries);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_the_store_can_do_is_told_and_the_gateway_says_the_same(bool isStrong)
    {
        DataTraits traits = new() { Provider = "secret", ConditionalCreate = isStrong, ConditionalReplace = isStrong, StronglyConsistent = isStrong, MaxObjectLength = isStrong ? long.MaxValue : 10 };
        await using EndpointServer server = await EndpointServer.StartAsync(options =>
        {
            options.Data = _ => new FailingStore(StorageErrorKind.Unsupported) { Traits = traits };
            options.MaxObjectLength = 1000;
        });
        await using FireproofBench.Gateways.Http.HttpDataGateway gateway = new(server.Address, "notes", EndpointServer.Client);
        Assert.False(gateway.Traits.ConditionalCreate || gateway.Traits.ConditionalReplace || gateway.Traits.ConditionalDelete || gateway.Traits.StronglyConsistent);
        await gateway.ProbeAsync(Token);
        Assert.Equal((isStrong, isStrong, isStrong, false), (gateway.Traits.ConditionalCreate, gateway.Traits.ConditionalReplace, gateway.Traits.StronglyConsistent, gateway.Traits.ConditionalDelete));
        Assert.Equal((isStrong ? 1000 : 10, 1024 - "notes/".Length), (gateway.Traits.MaxObjectLength, gateway.Traits.MaxKeyLength));
        using HttpClient client = new();
        Assert.DoesNotContain("secret", await client.GetStringAsync(new Uri(server.Address, "/v1/notes/store"), Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_readiness_and_counts_are_told()
    {
        using HttpClient client = new();
        _ = await client.GetAsync(new Uri(_server!.Address, "/v1/notes/heads"), Token);
        Assert.Equal("{\"status\":\"ok\"}", await client.GetStringAsync(new Uri(_server.Address, "/healthz"), Token));
        Assert.Contains("\"ready\"", await client.GetStringAsync(new Uri(_server.Address, "/readyz"), Token), StringComparison.Ordinal);
        string counts = await client.GetStringAsync(new Uri(_server.Address, "/metrics"), Token);
        Assert.Contains("fireproof_requests_total{route=\"getHeads\",status=\"200\"} 1\n", counts, StringComparison.Ordinal);
        await using EndpointServer broken = await EndpointServer.StartAsync(static options => options.Data = static _ => new FailingStore(StorageErrorKind.MissingContainer));
        using HttpResponseMessage notReady = await client.GetAsync(new Uri(broken.Address, "/readyz"), Token);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, notReady.StatusCode);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string key, params (string Name, string Value)[] headers)
    {
        using HttpClient client = new();
        using HttpRequestMessage request = new(method, new Uri(_server!.Address, $"/v1/notes/objects/{key}"));
        foreach ((string name, string value) in headers)
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        return await client.SendAsync(request, Token);
    }

    private async Task<int> StatusAsync(string request)
    {
        using TcpClient client = new();
        await client.ConnectAsync("127.0.0.1", _server!.Address.Port, Token);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request), Token);
        using StreamReader reader = new(client.GetStream());
        return int.Parse((await reader.ReadLineAsync(Token))!.Split(' ')[1], CultureInfo.InvariantCulture);
    }

    /// <summary>A store whose writes fail, with a reason that nobody outside may read.</summary>
    private sealed class FailingStore(StorageErrorKind kind, IDataGateway? reads = null) : IDataGateway, IPresigner
    {
        public DataTraits Traits { get; init; } = new() { Provider = "failing" };

        public ValueTask<string> PutAsync(string key, ReadOnlyMemory<byte> content, PutCondition condition, CancellationToken cancellation) => throw Failure();

        public ValueTask<ObjectContent?> GetAsync(string key, ByteRange? range, CancellationToken cancellation) => reads?.GetAsync(key, range, cancellation) ?? throw Failure();

        public ValueTask<ObjectInfo?> HeadAsync(string key, CancellationToken cancellation) => reads?.HeadAsync(key, cancellation) ?? throw Failure();

        public ValueTask<bool> DeleteAsync(string key, string? version, CancellationToken cancellation) => throw Failure();

        public ValueTask<ListPage> ListAsync(string prefix, string? after, int limit, CancellationToken cancellation) => reads?.ListAsync(prefix, after, limit, cancellation) ?? throw Failure();

        public ValueTask<PresignedRequest> PresignAsync(PresignedMethod method, string key, TimeSpan lifetime, CancellationToken cancellation) => new(new PresignedRequest(
            method, new Uri($"https://store.example.org/{key}?signature=x"), System.Collections.Immutable.ImmutableDictionary<string, string>.Empty, DateTimeOffset.UtcNow + lifetime));

        public ValueTask DisposeAsync() => reads?.DisposeAsync() ?? ValueTask.CompletedTask;

        private StorageException Failure() => new(kind, "put", "a", "the store at hunter2 failed");
    }
}
