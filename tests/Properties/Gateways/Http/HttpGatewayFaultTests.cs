using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Http;
using FireproofBench.Properties.Endpoint;
using Xunit;

namespace FireproofBench.Properties.Gateways.Http;

/// <summary>What the gateway to an endpoint makes of answers that are wrong, cut off, or somebody else's.</summary>
public sealed class HttpGatewayFaultTests
{
    private const string Mark = "Fireproof-Endpoint: 1";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("200 OK\nContent-Type: text/html\n\n<html>Sign in</html>", StorageErrorKind.Permanent)]
    [InlineData("404 Not Found\nContent-Type: text/html\n\n<html>nginx</html>", StorageErrorKind.MissingContainer)]
    [InlineData("302 Found\nLocation: https://portal.example.org/?token=hunter2", StorageErrorKind.Permanent)]
    [InlineData("401 Unauthorized\n" + Mark, StorageErrorKind.NotAuthorized)]
    [InlineData("403 Forbidden", StorageErrorKind.NotAuthorized)]
    [InlineData("503 Service Unavailable\nRetry-After: 7", StorageErrorKind.Throttled)]
    [InlineData("502 Bad Gateway", StorageErrorKind.Transient)]
    [InlineData("502 Bad Gateway\nFireproof-Error: MissingContainer\n" + Mark, StorageErrorKind.MissingContainer)]
    [InlineData("507 Insufficient Storage\nFireproof-Error: NoSpace\n" + Mark, StorageErrorKind.NoSpace)]
    [InlineData("500 Internal Server Error\nFireproof-Error: Corrupt\n" + Mark, StorageErrorKind.Corrupt)]
    [InlineData("400 Bad Request\nFireproof-Error: InvalidName\n" + Mark, StorageErrorKind.InvalidName)]
    [InlineData("404 Not Found\n" + Mark, StorageErrorKind.MissingContainer)]
    public async Task An_answer_that_is_no_answer_is_never_an_absence_nor_data(string answer, StorageErrorKind kind)
    {
        await using FakeServer server = new(answer);
        await using HttpDeviceStore device = new(server.Address, "notes", EndpointServer.Client);
        StorageException[] failures =
        [
            await Assert.ThrowsAsync<StorageException>(async () => await device.Data.GetAsync("k", null, Token)),
            await Assert.ThrowsAsync<StorageException>(async () => await device.Data.HeadAsync("k", Token)),
            await Assert.ThrowsAsync<StorageException>(async () => await device.Data.ListAsync("", null, 5, Token)),
            await Assert.ThrowsAsync<StorageException>(async () => await device.Data.PutAsync("k", new byte[1], PutCondition.None, Token)),
            await Assert.ThrowsAsync<StorageException>(async () => await device.Data.DeleteAsync("k", null, Token)),
            await Assert.ThrowsAsync<StorageException>(async () => await device.Metadata.ReadAsync(Token)),
            await Assert.ThrowsAsync<StorageException>(async () => await device.Metadata.PublishAsync(Entry(), [], Token)),
        ];
        foreach (StorageException failure in failures)
        {
            Assert.Equal(kind, failure.Kind);
            Assert.Contains(answer.Split(' ')[0], failure.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("hunter2", failure.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_the_endpoint_says_of_a_refusal_reaches_the_caller_with_the_requests_id()
    {
        await using FakeServer server = new(
            $"507 Insufficient Storage\nFireproof-Error: NoSpace\nX-Request-Id: R7\nContent-Type: application/problem+json\n{Mark}\n\n" + """{"detail":"no room is left in the endpoint's store"}""");
        await using HttpDataGateway gateway = new(server.Address, "notes", EndpointServer.Client);
        StorageException failure = await Assert.ThrowsAsync<StorageException>(async () => await gateway.PutAsync("k", new byte[1], PutCondition.None, Token));
        Assert.Contains("507", failure.Message, StringComparison.Ordinal);
        Assert.Contains("R7", failure.Message, StringComparison.Ordinal);
        Assert.Contains("no room is left", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("200 OK\nContent-Length: 10\n" + Mark + "\n\nsho", StorageErrorKind.Transient)]
    [InlineData("206 Partial Content\nContent-Range: bytes 5-9/20\n" + Mark + "\n\n56789", StorageErrorKind.Corrupt)]
    [InlineData("206 Partial Content\n" + Mark + "\n\n01234", StorageErrorKind.Corrupt)]
    [InlineData("206 Partial Content\nContent-Range: bytes 0-4/20\n" + Mark + "\n\n0123456", StorageErrorKind.Corrupt)]
    [InlineData("200 OK\nContent-Encoding: gzip\n" + Mark + "\n\nzzzzz", StorageErrorKind.Permanent)]
    public async Task A_body_that_is_not_what_was_announced_is_never_given_out(string answer, StorageErrorKind kind)
    {
        await using FakeServer server = new(async request =>
        {
            await request.AnswerAsync(answer);
            request.Close();
        });
        await using HttpDataGateway gateway = new(server.Address, "notes", EndpointServer.Client);
        StorageException failure = await Assert.ThrowsAsync<StorageException>(async () => await gateway.GetAsync("k", new ByteRange(0, 5), Token));
        Assert.Equal(kind, failure.Kind);
    }

    [Fact]
    public async Task A_server_that_ignores_ranges_gives_the_right_bytes_all_the_same()
    {
        await using FakeServer server = new($"200 OK\nETag: \"v\"\n{Mark}\n\n0123456789");
        await using HttpDataGateway gateway = new(server.Address, "notes", EndpointServer.Client);
        ObjectContent? part = await gateway.GetAsync("k", new ByteRange(2, 3), Token);
        Assert.Equal("234"u8.ToArray(), part!.Bytes.ToArray());
        Assert.Equal((10, "v"), (part.Info.Length, part.Info.Version));
    }

    [Theory]
    [InlineData("""{"objects":[]}""")]
    [InlineData("""{"objects":[{"key":"a"}],"after":null}""")]
    [InlineData("""{"objects":[{"key":"a","length":-1,"version":"v"}],"after":null}""")]
    [InlineData("")]
    [InlineData("<html>")]
    public async Task A_listing_that_may_be_cut_off_is_an_error(string body)
    {
        await using FakeServer server = new($"200 OK\n{Mark}\n\n{body}");
        await using HttpDataGateway gateway = new(server.Address, "notes", EndpointServer.Client);
        Assert.Equal(StorageErrorKind.Permanent, (await Assert.ThrowsAsync<StorageException>(async () => await gateway.ListAsync("", null, 5, Token))).Kind);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("""{"conditionalCreate":true}""")]
    [InlineData("""{"conditionalCreate":1,"conditionalReplace":true,"conditionalDelete":true,"stronglyConsistent":true,"maxObjectLength":1,"maxKeyLength":1}""")]
    [InlineData("""{"conditionalCreate":true,"conditionalReplace":true,"conditionalDelete":true,"stronglyConsistent":true,"maxObjectLength":-1,"maxKeyLength":1}""")]
    public async Task What_a_store_can_do_is_believed_only_when_all_of_it_is_told(string body)
    {
        await using FakeServer server = new($"200 OK\n{Mark}\n\n{body}");
        await using HttpDataGateway gateway = new(server.Address, "notes", EndpointServer.Client);
        Assert.Equal(StorageErrorKind.Permanent, (await Assert.ThrowsAsync<StorageException>(async () => await gateway.ProbeAsync(Token))).Kind);
        Assert.False(gateway.Traits.ConditionalCreate || gateway.Traits.StronglyConsistent);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{"type":"snapshot","cursor":"a.1","heads":[{"cid":"bafyreigbtj4x7ip5legnfznufuopl4sg4knzc2cof6duas4b3q2fy6swua","parents":[],"data":"MAA=="}]}""")]
    public async Task Heads_that_cannot_be_read_are_never_an_empty_database(string body)
    {
        await using FakeServer server = new($"200 OK\n{Mark}\n\n{body}");
        await using HttpMetadataGateway gateway = new(server.Address, "notes", EndpointServer.Client);
        Assert.Equal(StorageErrorKind.Corrupt, (await Assert.ThrowsAsync<StorageException>(async () => await gateway.ReadAsync(Token))).Kind);
    }

    [Fact]
    public async Task A_lost_answer_to_a_conditional_put_is_settled_by_asking_whose_write_is_there()
    {
        string writeId = "";
        await using FakeServer server = new(async request =>
        {
            if (request.Method == "PUT")
            {
                writeId = request.Headers["Fireproof-Write-Id"].Single();
                _ = await request.ReadBodyAsync();
                request.Reset();
                return;
            }

            await request.AnswerAsync($"200 OK\nContent-Length: 1\nETag: \"v9\"\nFireproof-Write-Id: {writeId}\n{Mark}");
        });
        await using HttpDataGateway gateway = new(server.Address, "notes", EndpointServer.Client);
        Assert.Equal("v9", await gateway.PutAsync("k", new byte[1], PutCondition.IfAbsent, Token));
        Assert.Equal(["PUT", "HEAD"], server.Requests.Select(static r => r.Method));
    }

    [Theory]
    [InlineData("200 OK\nContent-Length: 1\nETag: \"v9\"\nFireproof-Write-Id: another\n" + Mark)]
    [InlineData("200 OK\nContent-Length: 1\nETag: \"v9\"\n" + Mark)]
    [InlineData("404 Not Found\nFireproof-Error: Absent\n" + Mark)]
    [InlineData("503 Service Unavailable")]
    public async Task What_cannot_be_settled_stays_ambiguous_and_is_not_sent_again(string head)
    {
        await using FakeServer server = new(async request =>
        {
            if (request.Method == "PUT")
            {
                _ = await request.ReadBodyAsync();
                request.Reset();
                return;
            }

            await request.AnswerAsync(head);
        });
        await using HttpDataGateway gateway = new(server.Address, "notes", EndpointServer.Client);
        StorageException lost = await Assert.ThrowsAsync<StorageException>(async () => await gateway.PutAsync("k", new byte[1], PutCondition.IfMatches("v1"), Token));
        Assert.Equal(StorageErrorKind.Ambiguous, lost.Kind);
        Assert.Single(server.Requests, static r => r.Method == "PUT");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_conditional_put_that_something_on_the_way_asked_to_send_later_is_settled_before_it_is_sent_again(bool wasStored)
    {
        string writeId = "";
        await using FakeServer server = new(async request =>
        {
            if (request.Method == "PUT")
            {
                writeId = request.Headers["Fireproof-Write-Id"].Single();
                await request.AnswerAsync("503 Service Unavailable\nRetry-After: 7");
                return;
            }

            await request.AnswerAsync(wasStored ? $"200 OK\nContent-Length: 1\nETag: \"v9\"\nFireproof-Write-Id: {writeId}\n{Mark}" : $"404 Not Found\nFireproof-Error: Absent\n{Mark}");
        });
        await using HttpDataGateway gateway = new(server.Address, "notes", EndpointServer.Client);
        Task<string> put = gateway.PutAsync("k", new byte[1], PutCondition.IfAbsent, Token).AsTask();
        if (wasStored)
        {
            Assert.Equal("v9", await put);
            return;
        }

        StorageException refusal = await Assert.ThrowsAsync<StorageException>(() => put);
        Assert.Equal((StorageErrorKind.Throttled, TimeSpan.FromSeconds(7)), (refusal.Kind, refusal.RetryAfter));
    }

    [Fact]
    public async Task A_real_endpoint_knows_whose_write_is_there()
    {
        await using EndpointServer server = await EndpointServer.StartAsync();
        await using HttpDataGateway gateway = new(server.Address, "notes", EndpointServer.Client);
        _ = await gateway.PutAsync("k", new byte[1], PutCondition.IfAbsent, Token);
        using HttpClient client = new();
        using HttpResponseMessage head = await client.GetAsync(new Uri(server.Address, "/v1/notes/objects/k"), Token);
        Assert.Equal(32, head.Headers.GetValues("Fireproof-Write-Id").Single().Length);
        _ = await gateway.PutAsync("k", new byte[2], PutCondition.None, Token);
        using HttpResponseMessage later = await client.GetAsync(new Uri(server.Address, "/v1/notes/objects/k"), Token);
        Assert.False(later.Headers.Contains("Fireproof-Write-Id"));
    }

    [Fact]
    public async Task Where_sockets_do_not_get_through_events_do()
    {
        await using EndpointServer server = await EndpointServer.StartAsync();
        await using FakeServer proxy = new(request => ForwardAsync(request, server.Address, "/socket"));
        await FollowsAsync(server, proxy.Address);
        Assert.Contains(proxy.Requests, static r => r.Target.Contains("/events", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Where_neither_gets_through_heads_are_asked_for()
    {
        await using EndpointServer server = await EndpointServer.StartAsync();
        await using FakeServer proxy = new(request => ForwardAsync(request, server.Address, "/socket", "/events"));
        await FollowsAsync(server, proxy.Address);
        Assert.Contains(proxy.Requests, static r => r.Target.EndsWith("/heads", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_subscription_survives_a_restart_of_the_endpoint_and_misses_nothing()
    {
        string file = Path.Combine(Path.GetTempPath(), $"heads-{Guid.NewGuid():n}.sqlite");
        try
        {
            EndpointServer first = await EndpointServer.StartAsync(options => options.Heads = _ => new FireproofBench.Endpoint.Heads.SqliteHeadStore(file, TimeProvider.System));
            int port = first.Address.Port;
            await using HttpMetadataGateway subscriber = new(first.Address, "notes", EndpointServer.Client);
            await using HttpMetadataGateway writer = new(first.Address, "notes", EndpointServer.Client);
            await writer.PublishAsync(Entry(1), [], Token);
            await using IAsyncEnumerator<MetaReading> readings = subscriber.SubscribeAsync(Token).GetAsyncEnumerator(Token);
            Assert.True(await readings.MoveNextAsync());
            await first.StopAsync();
            await first.DisposeAsync();
            await using EndpointServer second = await EndpointServer.RestartAsync(
                port, options => options.Heads = _ => new FireproofBench.Endpoint.Heads.SqliteHeadStore(file, TimeProvider.System));
            await writer.PublishAsync(Entry(2), [Entry(1).Cid], Token);
            Assert.True(await readings.MoveNextAsync());
            Assert.Equal(Entry(2).Cid, Assert.Single(readings.Current.Entries).Cid);
        }
        finally
        {
            foreach (string left in Directory.GetFiles(Path.GetTempPath(), Path.GetFileName(file) + "*"))
                File.Delete(left);
        }
    }

    private static async Task FollowsAsync(EndpointServer server, Uri way)
    {
        await using HttpMetadataGateway subscriber = new(way, "notes", EndpointServer.Client);
        await using HttpMetadataGateway writer = new(server.Address, "notes", EndpointServer.Client);
        await writer.PublishAsync(Entry(1), [], Token);
        await using IAsyncEnumerator<MetaReading> readings = subscriber.SubscribeAsync(Token).GetAsyncEnumerator(Token);
        Assert.True(await readings.MoveNextAsync());
        await writer.PublishAsync(Entry(2), [Entry(1).Cid], Token);
        Assert.True(await readings.MoveNextAsync());
        Assert.Equal(Entry(2).Cid, Assert.Single(readings.Current.Entries).Cid);
    }

    // A proxy that lets some things through.
    private static async Task ForwardAsync(FakeRequest request, Uri to, params string[] blocked)
    {
        if (blocked.Any(b => request.Target.Contains(b, StringComparison.Ordinal)))
        {
            await request.AnswerAsync("400 Bad Request\nContent-Type: text/html\n\nblocked");
            return;
        }

        using HttpClient client = new();
        using HttpRequestMessage forwarded = new(HttpMethod.Get, new Uri(to, request.Target));
        foreach (string tag in request.Headers["If-None-Match"])
            forwarded.Headers.TryAddWithoutValidation("If-None-Match", tag);
        using HttpResponseMessage answer = await client.SendAsync(forwarded, HttpCompletionOption.ResponseHeadersRead, Token);
        if (answer.Content.Headers.ContentType?.MediaType != "text/event-stream")
        {
            string tags = answer.Headers.ETag is { } tag ? $"ETag: {tag}\n" : "";
            await request.AnswerAsync($"{(int)answer.StatusCode} X\n{tags}{Mark}\n\n{await answer.Content.ReadAsStringAsync(Token)}");
            return;
        }

        await request.WriteAsync($"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n{Mark}\r\nTransfer-Encoding: chunked\r\n\r\n");
        using StreamReader lines = new(await answer.Content.ReadAsStreamAsync(Token));
        while (await lines.ReadLineAsync(Token) is { } line)
            await request.WriteAsync($"{line.Length + 1:x}\r\n{line}\n\r\n");
    }

    private static MetaEntry Entry(int number = 0)
    {
        byte[] data = BitConverter.GetBytes(number);
        return new MetaEntry(Cid.Of(CidCodec.DagCbor, data), [], data);
    }
}
