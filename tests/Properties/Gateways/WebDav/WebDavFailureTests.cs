using FireproofBench.Engine.Ports;
using FireproofBench.Gateways;
using FireproofBench.Gateways.WebDav;
using FireproofBench.Properties.Gateways.Http;
using Xunit;

namespace FireproofBench.Properties.Gateways.WebDav;

/// <summary>Servers that answer what no WebDAV server should, on a raw socket.</summary>
public sealed class WebDavFailureTests
{
    private const string Folder = "<D:multistatus xmlns:D=\"DAV:\"><D:response><D:href>/</D:href><D:propstat><D:prop><D:resourcetype><D:collection/></D:resourcetype></D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("200 OK\nContent-Type: text/html\n\n<html>a portal</html>", StorageErrorKind.Permanent)]
    [InlineData("207 Multi-Status\nContent-Type: text/html\n\n<html>a portal</html>", StorageErrorKind.Permanent)]
    [InlineData("207 Multi-Status\n\n<other/>", StorageErrorKind.Permanent)]
    [InlineData("207 Multi-Status\n\n", StorageErrorKind.Permanent)]
    [InlineData("207 Multi-Status\n\nnothing like XML", StorageErrorKind.Permanent)]
    [InlineData("207 Multi-Status\n\n<!DOCTYPE x [<!ENTITY a \"b\">]><D:multistatus xmlns:D=\"DAV:\">&a;</D:multistatus>", StorageErrorKind.Permanent)]
    [InlineData("207 Multi-Status\n\n" + Folder + "<D:respon", StorageErrorKind.Transient)]
    [InlineData("207 Multi-Status\n\n" + Folder + "Internal Server Error", StorageErrorKind.Transient)]
    [InlineData("405 Method Not Allowed", StorageErrorKind.Permanent)]
    [InlineData("302 Found\nLocation: https://login.example/?secret", StorageErrorKind.Permanent)]
    [InlineData("503 Service Unavailable\nRetry-After: 3", StorageErrorKind.Throttled)]
    [InlineData("403 Forbidden", StorageErrorKind.NotAuthorized)]
    [InlineData("404 Not Found", StorageErrorKind.MissingContainer)]
    public async Task What_is_no_listing_is_no_empty_store(string answer, StorageErrorKind kind)
    {
        await using FakeServer server = new(answer);
        await using WebDavDataGateway gateway = Open(server);
        StorageException failure = await Assert.ThrowsAsync<StorageException>(() => gateway.ListAsync("", null, 10, Token).AsTask());
        Assert.Equal(kind, failure.Kind);
        Assert.DoesNotContain("secret", failure.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("200 OK\nContent-Type: text/html\n\n<html>a portal</html>", StorageErrorKind.Permanent)]
    [InlineData("206 Partial Content\nContent-Range: bytes 1-3/10\n\nabc", StorageErrorKind.Corrupt)]
    [InlineData("206 Partial Content\nContent-Range: bytes 0-1/10\n\nab", StorageErrorKind.Corrupt)]
    [InlineData("206 Partial Content\nContent-Range: bytes 0-2/10\n\nab", StorageErrorKind.Corrupt)]
    [InlineData("206 Partial Content\n\nabc", StorageErrorKind.Corrupt)]
    [InlineData("500 Internal Server Error", StorageErrorKind.Transient)]
    [InlineData("401 Unauthorized", StorageErrorKind.NotAuthorized)]
    public async Task What_is_no_object_is_no_content_and_no_absence(string answer, StorageErrorKind kind)
    {
        await using FakeServer server = new(r => r.AnswerAsync(r.Method == "PROPFIND" ? "404 Not Found" : answer));
        await using WebDavDataGateway gateway = Open(server);
        StorageException failure = await Assert.ThrowsAsync<StorageException>(() => gateway.GetAsync("k", new ByteRange(0, 3), Token).AsTask());
        Assert.Equal(kind, failure.Kind);
    }

    [Fact]
    public async Task A_server_that_refuses_everything_is_no_empty_store()
    {
        await using FakeServer server = new("400 Bad Request");
        await using WebDavDataGateway gateway = Open(server);
        Assert.Equal(StorageErrorKind.MissingContainer, (await Assert.ThrowsAsync<StorageException>(() => gateway.GetAsync("k", null, Token).AsTask())).Kind);
        Assert.Equal(StorageErrorKind.MissingContainer, (await Assert.ThrowsAsync<StorageException>(() => gateway.HeadAsync("k", Token).AsTask())).Kind);
    }

    [Theory]
    [InlineData(9, false)]
    [InlineData(10, true)]
    public async Task An_answer_without_tag_and_time_is_the_object_when_its_listing_tells_of_that_length(int listed, bool isObject)
    {
        string entry = $"<D:multistatus xmlns:D=\"DAV:\"><D:response><D:href>/k</D:href><D:propstat><D:prop><D:resourcetype/><D:getcontentlength>{listed}</D:getcontentlength></D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response></D:multistatus>";
        await using FakeServer server = new(r => r.AnswerAsync(r.Method == "PROPFIND" ? $"207 Multi-Status\n\n{entry}" : "200 OK\nContent-Type: application/xml\n\n<Error>!!!"));
        await using WebDavDataGateway gateway = Open(server);
        Task<ObjectContent?> get = gateway.GetAsync("k", null, Token).AsTask();
        if (isObject)
            Assert.Equal(10, (await get)!.Bytes.Length);
        else
            Assert.Equal(StorageErrorKind.Permanent, (await Assert.ThrowsAsync<StorageException>(() => get)).Kind);
    }

    [Fact]
    public async Task A_page_in_place_of_an_acknowledgement_does_not_say_that_an_object_is_there()
    {
        bool isPortal = false;
        await using FakeServer server = new(r => r.Method switch
        {
            "PUT" or "MOVE" when isPortal => r.AnswerAsync("200 OK\nContent-Type: text/html\n\n<html>a portal</html>"),
            "PROPFIND" when isPortal => r.AnswerAsync("404 Not Found"),
            "PROPFIND" => r.AnswerAsync($"207 Multi-Status\n\n{Folder}</D:multistatus>"),
            "GET" or "HEAD" => r.AnswerAsync("200 OK\nETag: \"v\"\nContent-Length: 1\n\nx"),
            _ => r.AnswerAsync("201 Created"),
        });
        await using WebDavDataGateway gateway = Open(server);
        await gateway.ProbeAsync(Token);
        isPortal = true;
        StorageException failure = await Assert.ThrowsAsync<StorageException>(() => gateway.PutAsync("k", new byte[1], PutCondition.None, Token).AsTask());
        Assert.Equal(StorageErrorKind.Transient, failure.Kind);
    }

    [Fact]
    public async Task A_server_that_knows_no_ranges_is_met_by_cutting()
    {
        await using FakeServer server = new("200 OK\nETag: \"v\"\n\n0123456789");
        await using WebDavDataGateway gateway = Open(server);
        ObjectContent got = (await gateway.GetAsync("k", new ByteRange(3, 4), Token))!;
        Assert.Equal("3456"u8.ToArray(), got.Bytes.ToArray());
        Assert.Equal((10, "v"), (got.Info.Length, got.Info.Version));
        Assert.Empty((await gateway.GetAsync("k", new ByteRange(10, 4), Token))!.Bytes.ToArray());
    }

    [Fact]
    public async Task Keys_go_out_encoded_by_segment_and_absence_is_believed_when_the_folder_is_there()
    {
        await using FakeServer server = new(r => r.AnswerAsync(
            r.Method == "PROPFIND" ? $"207 Multi-Status\n\n{Folder}</D:multistatus>" : "404 Not Found"));
        await using WebDavDataGateway gateway = Open(server);
        Assert.Null(await gateway.GetAsync("a b/%2e%2e/?#;+é", null, Token));
        Assert.Equal("/a%20b/%252e%252e/%3F%23%3B%2B%C3%A9", server.Requests[0].Target);
        Assert.StartsWith("Basic ", Assert.Single(server.Requests[0].Headers["Authorization"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_busy_server_that_writes_in_place_is_found_out()
    {
        int looks = 0;
        await using FakeServer server = new(async request =>
        {
            switch (request.Method)
            {
                case "PUT" when request.Target.EndsWith("/whole", StringComparison.Ordinal) && !request.Headers["Expect"].Any():
                    _ = await request.ReadBodyAsync();
                    await Task.Delay(100, Token);
                    await request.AnswerAsync("201 Created");
                    break;
                case "HEAD" when request.Target.EndsWith("/whole", StringComparison.Ordinal):
                    // It opens the file long after the first half of the new content came.
                    await request.AnswerAsync($"200 OK\nContent-Length: {(++looks < 20 ? 100 : 0)}");
                    break;
                case "PROPFIND":
                    await request.AnswerAsync($"207 Multi-Status\n\n{Folder}</D:multistatus>");
                    break;
                default:
                    await request.AnswerAsync(request.Method is "GET" or "HEAD" ? "200 OK\nETag: \"v\"\nContent-Length: 1\n\nx" : "201 Created");
                    break;
            }
        });
        await using WebDavDataGateway gateway = Open(server);
        await gateway.ProbeAsync(Token);
        Assert.True(gateway.Capabilities!.WritesInPlace);
    }

    [Theory]
    [InlineData("dav+http://user:secret@host/x")]
    [InlineData("dav+http://host/x?password=secret")]
    [InlineData("dav+http://host/x#secret")]
    [InlineData("dav+http:///secret")]
    public void A_url_with_credentials_or_without_a_host_is_refused_and_not_repeated(string text)
    {
        StorageException failure = Assert.Throws<StorageException>(() => GatewayUrl.Parse(text));
        Assert.Equal(StorageErrorKind.InvalidName, failure.Kind);
        Assert.DoesNotContain("secret", failure.ToString(), StringComparison.Ordinal);
    }

    private static WebDavDataGateway Open(FakeServer server) =>
        new(new WebDavOptions { Address = server.Address, User = "u", Password = "top-secret" }, TestOptions.Of());
}
