using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Amazon.Runtime;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.S3;
using FireproofBench.Properties.Gateways.Http;
using Xunit;
using Answer = FireproofBench.Properties.Gateways.S3.FakeStore.Answer;

namespace FireproofBench.Properties.Gateways.S3;

/// <summary>What the gateway sends: to which host, with which sums, how often; and that bytes in one pass are signed too.</summary>
public sealed class S3RequestTests
{
    private static readonly S3Capabilities _all = new() { Create = S3Support.Enforced, Replace = S3Support.Enforced, Delete = S3Support.Enforced, Chunks = true };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true, "store.test", "/buck/p/k")]
    [InlineData(false, "buck.store.test", "/p/k")]
    public async Task The_bucket_is_named_in_the_path_or_in_the_host(bool pathStyle, string host, string path)
    {
        await using FakeStore store = new(static _ => Answer.Of(200, "x", "ETag: \"e\""));
        int port = store.Endpoint.Port;
        S3Options options = Options(new Uri($"http://store.test:{port}")) with { Bucket = "buck", PathStyle = pathStyle, Connect = (_, token) => ConnectAsync(port, token) };
        await using S3DataGateway gateway = new(options, TestOptions.Of(), _all);
        _ = await gateway.GetAsync("k", null, Token);
        _ = await gateway.PutAsync("k", new byte[1], PutCondition.None, Token);
        Assert.All(store.Requests, request => Assert.Equal(($"{host}:{port}", path), (request.Headers["Host"], request.Path)));
    }

    [Fact]
    public async Task A_put_carries_the_hash_of_its_body_and_no_sum_that_a_store_need_not_know()
    {
        await using FakeStore store = new(static request => request.Method == "POST"
            ? Answer.Of(200, request.Has("uploads")
                ? "<InitiateMultipartUploadResult><Bucket>b</Bucket><Key>k</Key><UploadId>u</UploadId></InitiateMultipartUploadResult>"
                : "<CompleteMultipartUploadResult><ETag>\"e\"</ETag></CompleteMultipartUploadResult>")
            : Answer.Of(200, "", "ETag: \"e\""));
        await using S3DataGateway gateway = new(Options(store.Endpoint), TestOptions.Of(), _all);
        _ = await gateway.PutAsync("k", new byte[1000], PutCondition.None, Token);
        _ = await gateway.PutAsync("large", new byte[17 << 20], PutCondition.None, Token);
        FakeStore.Request[] puts = [.. store.Requests.Where(static r => r.Method == "PUT")];
        Assert.Equal(4, puts.Length);
        foreach (FakeStore.Request put in puts)
        {
            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(put.Body)), put.Headers["x-amz-content-sha256"]);
            Assert.DoesNotContain(put.Headers.Keys, static name => name.Contains("checksum", StringComparison.OrdinalIgnoreCase) || name.Equals("x-amz-trailer", StringComparison.OrdinalIgnoreCase));
        }
    }

    [Theory]
    [InlineData(206)]
    [InlineData(416)]
    public async Task A_store_that_refuses_every_head_and_allows_gets_is_asked_a_few_times_and_no_more(int status)
    {
        await using FakeStore store = new(request => request.Method == "HEAD" ? Answer.Of(403, "")
            : status == 206 ? Answer.Of(206, "x", "ETag: \"e\"", "Content-Range: bytes 0-0/5") : Answer.Error(416, "InvalidRange"));
        await using S3DataGateway gateway = new(Options(store.Endpoint), TestOptions.Of(), _all);
        if (status == 206)
            Assert.Equal((5, "e"), ((await gateway.HeadAsync("k", Token))!.Length, (await gateway.HeadAsync("k", Token))!.Version));
        else
            Assert.Equal(StorageErrorKind.NotAuthorized, (await Assert.ThrowsAsync<StorageException>(async () => await gateway.HeadAsync("k", Token))).Kind);
        Assert.InRange(store.Requests.Count, 2, 4);
    }

    [Fact]
    public async Task A_server_whose_certificate_nobody_trusts_is_refused_for_good()
    {
        await using FakeServer untrusted = new(static request => request.AnswerAsync("200 OK"), secure: true);
        await using S3DataGateway gateway = new(Options(untrusted.Address), TestOptions.Of(), _all);
        foreach (Func<Task> call in (Func<Task>[])
            [() => gateway.GetAsync("k", null, Token).AsTask(), () => gateway.HeadAsync("k", Token).AsTask(), () => gateway.PutAsync("k", new byte[1], PutCondition.IfAbsent, Token).AsTask()])
        {
            StorageException failure = await Assert.ThrowsAsync<StorageException>(call);
            Assert.Equal(StorageErrorKind.Permanent, failure.Kind);
            Assert.Contains("certificate", failure.Message, StringComparison.Ordinal);
        }

        Assert.Empty(untrusted.Requests);
    }

    [Fact]
    public async Task Bytes_that_come_only_once_go_up_whole_under_a_condition_and_in_parts_without_one()
    {
        await using S3DataGateway gateway = (await S3Server.RequireAsync("ceph")).Open();
        byte[] content = new byte[(18 << 20) + 7];
        new Random(3).NextBytes(content);
        string version = await gateway.PutAsync("once", Once(content, content.Length), PutCondition.IfAbsent, Token);
        Assert.DoesNotContain('-', version);
        Assert.True((await gateway.GetAsync("once", null, Token))!.Bytes.Span.SequenceEqual(content));
        Assert.Equal(StorageErrorKind.PreconditionFailed, await KindAsync(() => gateway.PutAsync("once", Once(new byte[content.Length], content.Length), PutCondition.IfAbsent, Token).AsTask()));
        foreach (int wrong in (int[])[-1, 1])
            Assert.Equal(StorageErrorKind.Permanent, await KindAsync(() => gateway.PutAsync("once", Once(new byte[content.Length], content.Length + wrong), PutCondition.IfMatches(version), Token).AsTask()));
        Assert.True((await gateway.GetAsync("once", null, Token))!.Bytes.Span.SequenceEqual(content));
        Assert.Contains('-', await gateway.PutAsync("once", Once(content, content.Length), PutCondition.None, Token));
        _ = await gateway.DeleteAsync("once", null, Token);
    }

    [Fact]
    public async Task Bytes_that_come_only_once_are_not_sent_under_a_condition_to_a_store_that_could_not_check_them()
    {
        await using FakeStore store = new(static _ => Answer.Of(200, "", "ETag: \"e\""));
        await using S3DataGateway gateway = new(Options(store.Endpoint), TestOptions.Of(), _all with { Chunks = false });
        Assert.Equal(StorageErrorKind.Unsupported, await KindAsync(() => gateway.PutAsync("k", Once(new byte[17 << 20], 17 << 20), PutCondition.IfAbsent, Token).AsTask()));
        Assert.Empty(store.Requests);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Bytes_that_are_changed_on_their_way_are_refused_by_the_store_and_leave_no_object(bool once)
    {
        S3Server server = await S3Server.RequireAsync("ceph");
        string prefix = S3Server.FreshPrefix();
        await using S3DataGateway gateway = server.Open(prefix);
        S3Options through = server.Options(prefix) with
        {
            Connect = async (context, token) => new TamperingStream(await ConnectAsync(context.DnsEndPoint.Port, token), 5_000_000),
        };
        await using S3DataGateway tampered = new(through, TestOptions.Of(), server.Known);
        byte[] content = new byte[18 << 20];
        new Random(4).NextBytes(content);
        StorageErrorKind kind = once
            ? await KindAsync(() => tampered.PutAsync("k", Once(content, content.Length), PutCondition.IfAbsent, Token).AsTask())
            : await KindAsync(() => tampered.PutAsync("k", content.AsMemory(0, 8 << 20), PutCondition.IfAbsent, Token).AsTask());

        // A wrong hash is damage, a wrong signature of a chunk cannot be told from a wrong key.
        Assert.Equal(once ? StorageErrorKind.NotAuthorized : StorageErrorKind.Transient, kind);
        Assert.Null(await gateway.HeadAsync("k", Token));
    }

    private static ContentSource Once(byte[] content, int announced) => new(announced, _ => ValueTask.FromResult<Stream>(new OneWayStream(content)), canReopen: false);

    private static async Task<StorageErrorKind> KindAsync(Func<Task> call) => (await Assert.ThrowsAsync<StorageException>(call)).Kind;

    private static async ValueTask<Stream> ConnectAsync(int port, CancellationToken cancellation)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, port, cancellation);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private static S3Options Options(Uri endpoint) => new()
    {
        Bucket = "b",
        Prefix = "p",
        Endpoint = endpoint,
        PathStyle = true,
        Credentials = new BasicAWSCredentials("an-access-key", "a-secret"),
    };
}
