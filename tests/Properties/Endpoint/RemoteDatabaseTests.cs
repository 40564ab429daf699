using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using FireproofBench.Engine;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Entropy;
using FireproofBench.Gateways.Http;
using FireproofBench.Gateways.Memory;
using FireproofBench.Properties.Fixtures;
using FireproofBench.Properties.Gateways.S3;
using FireproofBench.Properties.Gateways.WebDav;
using Xunit;

namespace FireproofBench.Properties.Endpoint;

/// <summary>Databases whose only place is an endpoint in a process of its own, on each kind of store that it can keep objects in.</summary>
public sealed class RemoteDatabaseTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly MemoryKeyBag _keys = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("folder")]
    [InlineData("ceph")]
    [InlineData("nginx")]
    public async Task Two_devices_put_read_compact_and_open_again(string store)
    {
        await using ServedProcess served = await ServeAsync(store);
        await using (Database one = await OpenAsync(served))
        await using (Database other = await OpenAsync(served))
        {
            for (int i = 0; i < 6; i++)
            {
                Database writer = i % 2 == 0 ? one : other;
                _ = await writer.PutAsync(Document.Parse($$"""{"_id":"n{{i}}","by":{{i % 2}}}"""), Token);
            }

            _ = await one.PutAsync(Document.Parse("""{"_id":"n1","by":9}"""), Token);
            await one.CompactAsync(Token);
            _ = await one.DeleteAsync("n2", Token);
        }

        // The endpoint forgets nothing either.
        await served.KillAsync();
        await served.StartAsync();
        await using Database again = await OpenAsync(served);
        List<string> ids = [];
        await foreach (Document document in again.AllAsync(cancellation: Token))
            ids.Add(document.ToJson());
        Assert.Equal(["""{"_id":"n0","by":0}""", """{"_id":"n1","by":9}""", """{"_id":"n3","by":1}""", """{"_id":"n4","by":0}""", """{"_id":"n5","by":1}"""], ids.Order(StringComparer.Ordinal));
        Assert.Null(await again.GetAsync("n2", Token));
    }

    [Fact]
    public async Task What_another_device_wrote_is_there_once_it_was_looked_for()
    {
        await using ServedProcess served = await ServeAsync("folder");
        await using Database one = await OpenAsync(served);
        await using Database other = await OpenAsync(served);
        _ = await one.PutAsync(Document.Parse("""{"_id":"milk"}"""), Token);
        Assert.True(await other.RefreshAsync(Token));
        Assert.NotNull(await other.GetAsync("milk", Token));
    }

    [Theory]
    [InlineData("folder", true)]
    [InlineData("ceph", true)]
    [InlineData("nginx", false)]
    public async Task The_endpoint_tells_what_its_store_keeps(string store, bool keeps)
    {
        await using ServedProcess served = await ServeAsync(store);
        await using HttpDataGateway gateway = new(served.Address, "notes", EndpointServer.Client);
        await gateway.ProbeAsync(Token);
        Assert.Equal((keeps, true), (gateway.Traits.ConditionalCreate, gateway.Traits.StronglyConsistent));
        if (keeps)
            _ = await gateway.PutAsync("k", new byte[1], PutCondition.IfAbsent, Token);
        StorageException refused = await Assert.ThrowsAsync<StorageException>(async () => await gateway.PutAsync("k", new byte[1], PutCondition.IfAbsent, Token));
        Assert.Equal(keeps ? StorageErrorKind.PreconditionFailed : StorageErrorKind.Unsupported, refused.Kind);
        _ = await gateway.DeleteAsync("k", null, Token);
    }

    [Fact]
    public async Task Large_files_go_past_the_endpoint_by_addresses_that_it_gives()
    {
        await using ServedProcess served = await ServeAsync("ceph");
        byte[] content = new byte[300_000];
        new SeededEntropy(3).Fill(content);
        using HttpClient client = new();
        using (HttpResponseMessage stored = await CallAsync("PUT", content))
            Assert.True(stored.IsSuccessStatusCode, $"{stored.StatusCode}");
        await using HttpDataGateway gateway = new(served.Address, "notes", EndpointServer.Client);
        Assert.Equal(content, (await gateway.GetAsync("data/large", null, Token))!.Bytes.ToArray());
        using (HttpResponseMessage read = await CallAsync("GET", null))
            Assert.Equal(content, await read.Content.ReadAsByteArrayAsync(Token));
        _ = await gateway.DeleteAsync("data/large", null, Token);

        async Task<HttpResponseMessage> CallAsync(string method, byte[]? body)
        {
            using StringContent wish = new($$"""{"method":"{{method}}","key":"data/large"}""", Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
            using HttpResponseMessage given = await client.PostAsync(new Uri(served.Address, "/v1/notes/presign"), wish, Token);
            string told = await given.Content.ReadAsStringAsync(Token);
            Assert.True(given.IsSuccessStatusCode, told);
            JsonElement address = JsonDocument.Parse(told).RootElement;
            using HttpRequestMessage request = new(new HttpMethod(method), address.GetProperty("url").GetString()) { Content = body is null ? null : new ByteArrayContent(body) };
            foreach (JsonProperty header in address.GetProperty("headers").EnumerateObject().Where(static h => !h.Name.Equals("Host", StringComparison.OrdinalIgnoreCase)))
                _ = request.Headers.TryAddWithoutValidation(header.Name, header.Value.GetString());
            return await client.SendAsync(request, Token);
        }
    }

    private async Task<ServedProcess> ServeAsync(string store)
    {
        (string data, (string, string)[] credentials) = store switch
        {
            "folder" => (_folder.At("objects"), []),
            "ceph" => await BucketAsync(),
            _ => await WebDavAsync(store),
        };
        return await ServedProcess.StartAsync(credentials, ["--data", data, "--meta", "sqlite:" + _folder.At("heads.sqlite")]);
    }

    private static async Task<(string Data, (string, string)[] Credentials)> BucketAsync()
    {
        S3Server server = await S3Server.RequireAsync("ceph");
        return (server.Url(S3Server.FreshPrefix()), [("AWS_ACCESS_KEY_ID", server.AccessKey), ("AWS_SECRET_ACCESS_KEY", server.SecretKey)]);
    }

    private static async Task<(string Data, (string, string)[] Credentials)> WebDavAsync(string name)
    {
        WebDavServer server = await WebDavServer.RequireAsync(name);
        NetworkCredential user = server.Credentials;
        return (server.FreshUrl(), [("FIREPROOFBENCH_DAV_USER", user.UserName), ("FIREPROOFBENCH_DAV_PASSWORD", user.Password)]);
    }

    private async Task<Database> OpenAsync(ServedProcess served) => await Database.OpenAsync(
        "notes",
        new HttpDeviceStore(served.Address, "notes", EndpointServer.Client),
        new DatabaseOptions { KeyBag = _keys, Entropy = SystemEntropy.Instance, Compaction = CompactionMode.Manual },
        Token);
}
