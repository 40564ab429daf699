using System.Net;
using System.Text;
using System.Text.Json;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Http;
using FireproofBench.Gateways.S3;
using FireproofBench.Properties.Gateways.S3;
using Xunit;

namespace FireproofBench.Properties.Endpoint;

/// <summary>An endpoint whose objects are in a bucket.</summary>
public sealed class EndpointOverCephTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_large_object_goes_through_under_a_condition_though_its_body_comes_once()
    {
        S3Server store = await S3Server.RequireAsync("ceph");
        await using S3DataGateway bucket = store.Open();
        await using EndpointServer server = await EndpointServer.StartAsync(options => options.Data = _ => bucket);
        await using HttpDataGateway gateway = new(server.Address, "notes", EndpointServer.Client);
        byte[] first = Content(1);
        string version = await gateway.PutAsync("large", Source(first), PutCondition.IfAbsent, Token);
        Assert.True((await bucket.GetAsync("notes/large", null, Token))!.Bytes.Span.SequenceEqual(first));
        Assert.Equal(StorageErrorKind.PreconditionFailed, await KindAsync(() => gateway.PutAsync("large", Source(Content(2)), PutCondition.IfAbsent, Token).AsTask()));
        byte[] third = Content(3);
        string next = await gateway.PutAsync("large", Source(third), PutCondition.IfMatches(version), Token);
        Assert.NotEqual(version, next);
        Assert.Equal(StorageErrorKind.PreconditionFailed, await KindAsync(() => gateway.PutAsync("large", Source(Content(4)), PutCondition.IfMatches(version), Token).AsTask()));
        Assert.True((await bucket.GetAsync("notes/large", null, Token))!.Bytes.Span.SequenceEqual(third));
        _ = await bucket.DeleteAsync("notes/large", null, Token);
    }

    [Fact]
    public async Task A_presigned_address_leads_past_the_endpoint_to_the_bucket_and_back()
    {
        S3Server store = await S3Server.RequireAsync("ceph");
        await using S3DataGateway bucket = store.Open();
        await using EndpointServer server = await EndpointServer.StartAsync(options => options.Data = _ => bucket);
        await using HttpDataGateway gateway = new(server.Address, "notes", EndpointServer.Client);
        using HttpClient client = new();
        byte[] bytes = Content(5);
        Uri put = await AskAsync(client, server, "PUT");
        Assert.Equal(store.Endpoint.Authority, put.Authority);
        using (ByteArrayContent content = new(bytes))
        {
            using HttpResponseMessage answer = await client.PutAsync(put, content, Token);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        Assert.True((await gateway.GetAsync("data/x.car", null, Token))!.Bytes.Span.SequenceEqual(bytes));
        Assert.Equal(bytes, await client.GetByteArrayAsync(await AskAsync(client, server, "GET"), Token));
        using HttpResponseMessage elsewhere = await client.GetAsync(new Uri(put.AbsoluteUri.Replace("x.car", "y.car", StringComparison.Ordinal)), Token);
        Assert.Equal(HttpStatusCode.Forbidden, elsewhere.StatusCode);
        Assert.True(await gateway.DeleteAsync("data/x.car", null, Token));
    }

    private static async Task<Uri> AskAsync(HttpClient client, EndpointServer server, string method)
    {
        using StringContent wish = new($$"""{"method":"{{method}}","key":"data/x.car"}""", Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await client.PostAsync(new Uri(server.Address, "/v1/notes/presign"), wish, Token);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        using JsonDocument told = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Token));
        Assert.Equal(method, told.RootElement.GetProperty("method").GetString());
        Assert.Empty(told.RootElement.GetProperty("headers").EnumerateObject());
        Assert.InRange(told.RootElement.GetProperty("expires").GetDateTimeOffset(), DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddMinutes(15));
        return new Uri(told.RootElement.GetProperty("url").GetString()!);
    }

    private static ContentSource Source(byte[] content) => new(content.Length, _ => ValueTask.FromResult<Stream>(new MemoryStream(content)));

    private static byte[] Content(int seed)
    {
        byte[] content = new byte[(18 << 20) + seed];
        new Random(seed).NextBytes(content);
        return content;
    }

    private static async Task<StorageErrorKind> KindAsync(Func<Task> call) => (await Assert.ThrowsAsync<StorageException>(call)).Kind;
}
